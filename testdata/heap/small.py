"""A heap dump of a few records of every kind, as a seed of the fuzz target: python3 small.py OUT."""

import struct
import sys


def number(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def text(value: bytes | str) -> bytes:
    value = value.encode() if isinstance(value, str) else value
    return number(len(value)) + value


def pointers(*offsets: int) -> bytes:
    return b"".join(number(1) + number(offset) for offset in offsets) + b"\0"


def words(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}Q", *values)


def record(tag: int, *parts: int | bytes) -> bytes:
    return number(tag) + b"".join(number(part) if isinstance(part, int) else part for part in parts)


HEAP = 0xC000000000
stats = [0] * 281
stats[6], stats[11] = 16 + 16 + 48 + 8192, 4
dump = b"go1.7 heap dump\n" + b"".join(
    [
        record(6, 0, 8, HEAP, HEAP + (1 << 20), text("amd64"), text("go1.21.13"), 2),
        record(3, 0x500000, 16, text("main.T"), 0),
        record(8, 0x510000, 0x500000),
        record(1, HEAP, text(words(HEAP + 16, 7)), pointers(0)),
        record(1, HEAP + 16, text(words(HEAP, 0)), pointers(0, 8)),
        record(1, HEAP + 8192, text(words(0x510000, HEAP + 16384, 20, 8192, 0, 0)), pointers(8)),
        record(1, HEAP + 16384, text(bytes(8192)), pointers()),
        record(4, 0x600000, 0x700000, 1, 0x401000, 4, 0, 0, 0, text("chan send"), HEAP, 0x610000, 0, 0),
        record(5, 0x700000, 0, 0, text(words(HEAP + 16, 0)), 0x401000, 0x401010, 0x401010, text("main.send"), pointers(0)),
        record(14, 0x620000, 0x600000, 0x700000, 0x401020, HEAP + 16, 0x401000, 0),
        record(15, 0x630000, 0x600000, 0x500000, HEAP, 0, 0),
        record(9, 0x610000, 1, 2),
        record(12, 0x800000, text(words(HEAP + 8192)), pointers(0)),
        record(13, 0x801000, text(words(0, HEAP)), pointers(0, 8)),
        record(7, HEAP, HEAP + 16, 0x401000, 0x500000, 0x500000),
        record(11, HEAP + 16, HEAP, 0x401000, 0x500000, 0x500000),
        record(2, text("other"), HEAP),
        record(10, *stats),
        record(16, 1, 16, 1, text("main.send"), text("main.go"), 7, 3, 1),
        record(17, HEAP, 1),
        record(0),
    ]
)
open(sys.argv[1], "wb").write(dump)
