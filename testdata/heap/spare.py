"""Leaves of a core what its reader needs, so that it packs small and tells nothing of the machine that made it.

python3 spare.py CORE OUT.gz: memory that the program cannot write is left out, and so is its first stack, where the kernel put its arguments and
environment; of notes stay registers, where the program begins, and the name that it has in testdata.
"""

import gzip
import struct
import sys

PRSTATUS, AUXV, FILE = 1, 6, 0x46494C45
NAME = b"/srv/holders\0"


def notes(data: bytes) -> tuple[bytes, int]:
    """What stays of the notes, and an address within the first stack (AT_RANDOM)."""
    kept, at, stack = b"", 0, 0
    while at + 12 <= len(data):
        name, size, kind = struct.unpack_from("<III", data, at)
        content = data[at + 12 + (name + 3 & ~3) :][:size]
        at += 12 + (name + 3 & ~3) + (size + 3 & ~3)
        if kind == AUXV:
            words = struct.unpack(f"<{size // 8}Q", content)
            pairs = dict(zip(words[::2], words[1::2], strict=True))
            stack = pairs.get(25, 0)
            content = struct.pack("<4Q", 9, pairs[9], 0, 0)
        elif kind == FILE:
            content = struct.pack("<5Q", 1, 4096, 0x400000, 0x401000, 0) + NAME
        elif kind != PRSTATUS:
            continue
        kept += struct.pack("<III", 5, len(content), kind) + b"CORE\0\0\0\0" + content + bytes(-len(content) % 4)
    return kept, stack


def main(core: str, out: str) -> None:
    with open(core, "rb") as file:
        head = file.read(64)
        (count,) = struct.unpack_from("<H", head, 56)
        headers = [struct.unpack("<IIQQQQQQ", file.read(56)) for _ in range(count)]
        file.seek(next(h[2] for h in headers if h[0] == 4))
        kept, stack = notes(file.read(next(h[5] for h in headers if h[0] == 4)))
        is_kept = lambda h: h[0] == 1 and h[1] & 2 and h[5] and not h[3] <= stack < h[3] + h[5]
        loads = [h for h in headers if is_kept(h)]
        offset = 64 + 56 * (1 + len(loads))
        parts = [struct.pack("<IIQQQQQQ", 4, 4, offset, 0, 0, len(kept), 0, 4)]
        offset += len(kept)
        for load in loads:
            parts.append(struct.pack("<IIQQQQQQ", 1, load[1], offset, load[3], 0, load[5], load[6], 4096))
            offset += load[5]
        head = head[:40] + bytes(8) + head[48:56] + struct.pack("<HHHH", len(parts), 0, 0, 0)
        with open(out, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, 0) as packed:
            packed.write(head + b"".join(parts) + kept)
            for load in loads:
                file.seek(load[2])
                packed.write(file.read(load[5]))


main(*sys.argv[1:])
