"""Writes a heap profile with many samples: python benches/make_profile.py 300000 out.pb.gz.

The shape is that of a large service: 20,000 functions, stacks of 8 to 40 frames that share their roots, four sample types.
"""

import gzip
import random
import sys

FUNCTIONS, LOCATIONS = 20_000, 60_000
STRINGS = ["", "alloc_objects", "count", "alloc_space", "bytes", "inuse_objects", "inuse_space"]


def varint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number: int, payload: bytes | int) -> bytes:
    if isinstance(payload, int):
        return varint(number << 3) + varint(payload)
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def sample_types() -> bytes:
    """The types of a heap profile, whose names are the first of `STRINGS`."""
    types = [(1, 2), (3, 4), (5, 2), (6, 4)]
    return b"".join(field(1, field(1, name) + field(2, unit)) for name, unit in types)


def sample(stack: list[int], count: int, size: int) -> bytes:
    """So many objects of a size, one in seven of them in use."""
    values = [count, count * size, count // 7, count // 7 * size]
    return field(2, field(1, b"".join(map(varint, stack))) + field(2, b"".join(map(varint, values))))


def location(number: int, function: int, line: int) -> bytes:
    place = field(1, function) + field(2, line)
    return field(4, field(1, number) + field(3, 0x400000 + 16 * number) + field(4, place))


def function(number: int, strings: list[str], name: str, file: str) -> bytes:
    strings += [name, file]
    at = len(strings) - 2
    return field(5, field(1, number) + field(2, at) + field(3, at) + field(4, at + 1))


def string_table(strings: list[str]) -> bytes:
    return b"".join(field(6, text.encode()) for text in strings)


def main(samples: int, path: str) -> None:
    rng = random.Random(1)
    strings = list(STRINGS)
    out = bytearray(sample_types())
    stacks: list[list[int]] = [[]]
    for _ in range(samples):
        root = rng.choice(stacks[-2000:])[-24:]
        stack = [rng.randint(1, LOCATIONS) for _ in range(rng.randint(8, 16))] + root
        stacks.append(stack)
        out += sample(stack, rng.randint(1, 5000), 8 << rng.randint(0, 12))
    for number in range(1, LOCATIONS + 1):
        out += location(number, rng.randint(1, FUNCTIONS), rng.randint(1, 900))
    for number in range(1, FUNCTIONS + 1):
        name = f"example.com/app/p{number % 300}.(*T{number % 40}).F{number}"
        out += function(number, strings, name, f"p{number % 300}/f{number % 7}.go")
    out += string_table(strings)
    with gzip.open(path, "wb", compresslevel=6) as file:
        file.write(out)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
