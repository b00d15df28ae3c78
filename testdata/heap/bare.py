"""Leaves of a program's file what names the addresses of a heap dump, and zeroes the rest, so that it packs small.

python3 bare.py PROGRAM OUT.gz [--types] [--code]: code, debug information, and the tables of files are zero afterwards; with --types
debug information stays, of which types and fields are named, and files; with --code what refers to variables stays: code and what
variables are initialised with.
"""

import gzip
import struct
import sys


def sections(elf: bytes) -> dict[str, tuple[int, int, int]]:
    """Name -> address, offset and size."""
    at, = struct.unpack_from("<Q", elf, 40)
    size, count, names = struct.unpack_from("<HHH", elf, 58)
    heads = [struct.unpack_from("<IIQQQQ", elf, at + size * i) for i in range(count)]
    start = heads[names][4]
    name = lambda head: elf[start + head[0] : elf.index(0, start + head[0])].decode()
    return {name(head): (head[3], head[4], head[5]) for head in heads if head[1] != 8}


def main(program: str, out: str, *options: str) -> None:
    elf = bytearray(open(program, "rb").read())
    found = sections(bytes(elf))
    zero = lambda offset, size: elf.__setitem__(slice(offset, offset + size), bytes(size))
    for name, (_, offset, size) in found.items():
        is_debug = name.startswith((".debug", ".zdebug")) and ("--types" not in options or name == ".debug_frame")
        is_code = name in (".text", ".data", ".noptrdata") and "--code" not in options
        if name in (".typelink", ".itablink", ".go.fipsinfo") or is_code or is_debug:
            zero(offset, size)
    _, table, _ = found[".gopclntab"]
    # pcHeader: …, names at word 3, then units, files, tables, functions.
    _, units, _, tables, _ = struct.unpack_from("<5Q", elf, table + 8 + 8 * 3)
    if "--types" not in options:
        zero(table + units, tables - units)
    open(out, "wb").write(gzip.compress(bytes(elf), 9, mtime=0))


main(*sys.argv[1:])
