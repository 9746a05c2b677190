"""Whether an address of a network lies outside of this machine and of private networks.

docs/choices-intake.md#access
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

# Networks whose addresses lead to the IPv4 address that they hold, and how many bits follow it:
# IPv4-compatible, -mapped (RFC 4291 2.5.5) and -translated (RFC 2765), NAT64 (RFC 6052), 6to4 (RFC 3056)
EMBEDDING: Final = (
    (IPv6Network("::/96"), 0),
    (IPv6Network("::ffff:0:0/96"), 0),
    (IPv6Network("::ffff:0:0:0/96"), 0),
    (IPv6Network("64:ff9b::/96"), 0),
    (IPv6Network("2002::/16"), 80),
)
# Of a network's own use, wherever the IPv4 address stands in them: NAT64 (RFC 8215), Teredo (RFC 4380),
# site-local (RFC 3879). Releases of Python differ in what they know of them.
OWN_USE: Final = (
    IPv6Network("64:ff9b:1::/48"),
    IPv6Network("2001::/32"),
    IPv6Network("fec0::/10"),
)
BITS_OF_IPV4: Final = 0xFFFFFFFF


def is_public(address: str) -> bool:
    """Whether the address, and the IPv4 address that an IPv6 address holds, are global and of one host.

    A zone (fe80::1%eth0) does not count. Raises ValueError where it is no address.
    """
    found = ip_address(address.split("%")[0])
    return all(map(_is_global, (found, *_embedded(found))))


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    if any(address in network for network, _ in EMBEDDING):
        return True  # the IPv4 address in it decides; releases of Python differ
    own_use = any(address in network for network in OWN_USE)
    return address.is_global and not address.is_multicast and not own_use


def _embedded(address: IPv4Address | IPv6Address) -> Iterator[IPv4Address]:
    for network, following in EMBEDDING:
        if address in network:
            yield IPv4Address(int(address) >> following & BITS_OF_IPV4)
