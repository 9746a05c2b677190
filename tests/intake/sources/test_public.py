"""An address that leads into this machine or a private network is private, however it is written."""

import pytest

from kltool.intake.sources.public import is_public

PRIVATE = ("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0")
PUBLIC = ("8.8.8.8", "93.184.216.34")


def hexadecimal(ipv4: str) -> str:
    """As two groups of an IPv6 address."""
    first, second, third, fourth = map(int, ipv4.split("."))
    return f"{first << 8 | second:x}:{third << 8 | fourth:x}"


FORMS = {
    "mapped": lambda ipv4: f"::ffff:{ipv4}",
    "mapped, in hexadecimal": lambda ipv4: f"::ffff:{hexadecimal(ipv4)}",
    "compatible": lambda ipv4: f"::{ipv4}",
    "translated": lambda ipv4: f"::ffff:0:{ipv4}",
    "NAT64": lambda ipv4: f"64:ff9b::{ipv4}",
    "6to4": lambda ipv4: f"2002:{hexadecimal(ipv4)}::1",
}


@pytest.mark.parametrize("form", FORMS)
def test_an_embedded_address_is_as_private_as_itself(form: str) -> None:
    assert not any(is_public(FORMS[form](ipv4)) for ipv4 in PRIVATE)
    assert all(is_public(FORMS[form](ipv4)) for ipv4 in PUBLIC)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "64:ff9b:1::7f00:1",
            "64:ff9b:1:808:8:800::",
            "2001:0:7f00:1::",
            "2001:0:4136:e378:8000:63bf:807f:fffe",
        ),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fec0::1", "fd00::1", "ff02::1", "224.0.0.1", *PRIVATE),
        "255.255.255.255",
    ],
)
def test_addresses_of_a_network_s_own_use_are_private(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", [*PUBLIC, "2606:4700:4700::1111", "2a00:1450:4001:800::200e"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)
