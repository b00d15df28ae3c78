"""Writes a heap profile with many allocation sites: python benches/make_sites.py 1000000 sites.pb.

Each sample is of a line of its own, fifty lines a function, called by `main.main`: what `gomem attribute` costs a site.
"""

import pathlib
import sys

from make_profile import field, varint

LINES_OF_A_FUNCTION = 50
TYPES = ["alloc_objects", "count", "alloc_space", "bytes", "inuse_objects", "inuse_space"]


def main(sites: int, path: str) -> None:
    strings = ["", *TYPES, "main.main", "/src/app/main.go"]
    out = bytearray(b"".join(field(1, field(1, name) + field(2, unit)) for name, unit in [(1, 2), (3, 4), (5, 2), (6, 4)]))
    functions = sites // LINES_OF_A_FUNCTION + 1
    root, root_function = sites + 1, functions + 1
    for site in range(1, sites + 1):
        count, size = 1 + site % 500, 16 << site % 8
        values = [count, count * size, count // 7, count // 7 * size]
        out += field(2, field(1, varint(site) + varint(root)) + field(2, b"".join(map(varint, values))))
    for site in range(sites):
        function, line = divmod(site, LINES_OF_A_FUNCTION)
        place = field(1, function + 1) + field(2, 10 + 3 * line)
        out += field(4, field(1, site + 1) + field(3, 0x400000 + 16 * site) + field(4, place))
    out += field(4, field(1, root) + field(3, 0x300000) + field(4, field(1, root_function) + field(2, 7)))
    for function in range(1, functions + 1):
        strings += [
            f"example.com/app/p{function % 300}.(*T{function % 40}).F{function}",
            f"/src/app/p{function % 300}/f{function % 7}.go",
        ]
        name = len(strings) - 2
        out += field(5, field(1, function) + field(2, name) + field(3, name) + field(4, name + 1))
    main_name = 1 + len(TYPES)
    out += field(5, field(1, root_function) + field(2, main_name) + field(3, main_name) + field(4, main_name + 1))
    out += b"".join(field(6, text.encode()) for text in strings)
    pathlib.Path(path).write_bytes(out)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
