"""Writes a heap profile with many allocation sites: python benches/make_sites.py 1000000 sites.pb.

Each sample is of a line of its own, fifty lines a function, called by `main.main`: what `gomem attribute` costs a site.
"""

import pathlib
import sys

from make_profile import STRINGS, function, location, sample, sample_types, string_table

LINES_OF_A_FUNCTION = 50


def main(sites: int, path: str) -> None:
    strings = list(STRINGS)
    out = bytearray(sample_types())
    functions = sites // LINES_OF_A_FUNCTION + 1
    root, root_function = sites + 1, functions + 1
    for site in range(1, sites + 1):
        out += sample([site, root], 1 + site % 500, 16 << site % 8)
    for site in range(sites):
        number, line = divmod(site, LINES_OF_A_FUNCTION)
        out += location(site + 1, number + 1, 10 + 3 * line)
    out += location(root, root_function, 7)
    for number in range(1, functions + 1):
        name = f"example.com/app/p{number % 300}.(*T{number % 40}).F{number}"
        out += function(number, strings, name, f"/src/app/p{number % 300}/f{number % 7}.go")
    out += function(root_function, strings, "main.main", "/src/app/main.go")
    out += string_table(strings)
    pathlib.Path(path).write_bytes(out)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
