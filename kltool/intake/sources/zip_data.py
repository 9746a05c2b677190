"""The bytes of one member of a zip archive, in no more memory than its stated size takes.

zipfile inflates bzip2 and LZMA without a bound, and whatever the member states: 4 kB make 3.7 GB.
"""

import bz2
import lzma
import struct
import zipfile
import zlib
from copy import copy

BYTES_OF_PROPERTIES = 9  # APPNOTE 5.8.8: version, length, lc/lp/pb, size of the dictionary
SMALLEST_DICTIONARY = 4_096  # of LZMA


def unpacked_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Raises what zipfile and its decompressors raise; BadZipFile for another size or checksum."""
    if info.compress_type not in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with archive.open(info) as stream:
            return stream.read(info.file_size + 1)
    packed, unpacked = _packed_member(archive, info), b""
    if info.compress_type == zipfile.ZIP_BZIP2:
        unpacked = bz2.BZ2Decompressor().decompress(packed, info.file_size + 1)
    else:
        unpacked = _lzma(packed, info.file_size)
    if len(unpacked) != info.file_size or zlib.crc32(unpacked) != info.CRC:
        raise zipfile.BadZipFile(info.filename)
    return unpacked


def _packed_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """As it is stored, by an entry that states no compression and no checksum."""
    stored = copy(info)
    stored.compress_type, stored.file_size = zipfile.ZIP_STORED, info.compress_size
    del stored.CRC
    with archive.open(stored) as stream:
        return stream.read(info.compress_size)


def _lzma(packed: bytes, size: int) -> bytes:
    """A dictionary larger than the bytes themselves is of no use."""
    _, length, bits, dictionary = struct.unpack_from("<HHBI", packed)
    if length != BYTES_OF_PROPERTIES - 4:
        raise zipfile.BadZipFile("properties of LZMA")
    properties = {
        "id": lzma.FILTER_LZMA1,
        "lc": bits % 9,
        "lp": bits // 9 % 5,
        "pb": bits // 45,
        "dict_size": max(min(dictionary, size), SMALLEST_DICTIONARY),
    }
    decompressor = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[properties])
    return decompressor.decompress(packed[BYTES_OF_PROPERTIES:], size + 1)
