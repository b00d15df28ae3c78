"""Writes a heap profile with many samples: python benches/make_profile.py 300000 out.pb.gz.

The shape is that of a large service: 20,000 functions, stacks of 8 to 40 frames that share their roots, four sample types.
"""

import gzip
import random
import sys

FUNCTIONS, LOCATIONS = 20_000, 60_000


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


def main(samples: int, path: str) -> None:
    rng = random.Random(1)
    strings = ["", "alloc_objects", "count", "alloc_space", "bytes", "inuse_objects", "inuse_space"]
    types = [(1, 2), (3, 4), (5, 2), (6, 4)]
    out = bytearray(b"".join(field(1, field(1, name) + field(2, unit)) for name, unit in types))
    stacks: list[list[int]] = [[]]
    for _ in range(samples):
        root = rng.choice(stacks[-2000:])[-24:]
        stack = [rng.randint(1, LOCATIONS) for _ in range(rng.randint(8, 16))] + root
        stacks.append(stack)
        count, size = rng.randint(1, 5000), 8 << rng.randint(0, 12)
        values = [count, count * size, count // 7, count // 7 * size]
        out += field(2, field(1, b"".join(map(varint, stack))) + field(2, b"".join(map(varint, values))))
    for location in range(1, LOCATIONS + 1):
        line = field(1, rng.randint(1, FUNCTIONS)) + field(2, rng.randint(1, 900))
        out += field(4, field(1, location) + field(3, 0x400000 + 16 * location) + field(4, line))
    for function in range(1, FUNCTIONS + 1):
        strings += [
            f"example.com/app/p{function % 300}.(*T{function % 40}).F{function}",
            f"p{function % 300}/f{function % 7}.go",
        ]
        name = len(strings) - 2
        out += field(5, field(1, function) + field(2, name) + field(3, name) + field(4, name + 1))
    out += b"".join(field(6, text.encode()) for text in strings)
    with gzip.open(path, "wb", compresslevel=6) as file:
        file.write(out)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
