"""How well the lines of the standard library's benchmarks add up to what they print.

    python3 std.py GO GOMEM

Runs benchmarks of GO's own source, a thousand times each, with every allocation in the memory profile. Of each one that
allocates a byte or more for an operation, `gomem bench` either names lines, whose sum stands beside the printed B/op
here, or says why it does not.
"""

import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path

BENCHMARKS = {
    "bufio": "ReaderEmpty WriterEmpty WriterFlush",
    "bytes": "Repeat BytesCompare TrimSpace ToUpper/AbC123 Fields/ASCII/256 WriteByte",
    "compress/flate": "Decode/Digits/Huffman/1e4",
    "container/heap": "Dup",
    "encoding/base64": "EncodeToString DecodeString/64",
    "encoding/binary": "ReadStruct WriteStruct AppendStruct",
    "encoding/csv": "Read Write ReadReuseRecordLargeFields",
    "encoding/hex": "Dump/256",
    "encoding/json": "UnmarshalFloat64 UnmarshalMap UnmarshalString EncodeMarshaler Issue10335 MarshalBytes/32",
    "encoding/pem": "Encode Decode",
    "encoding/xml": "Marshal Unmarshal HTMLAutoClose",
    "errors": "Is As",
    "fmt": "SprintfString SprintfInt SprintfStringer SprintfStructure SprintfHexBytes SprintfTruncateString ScanInts ManyArgs",
    "html/template": "EscapedExecute CSSEscaper JSStrEscaperNoSpecials HTMLNospaceEscaper",
    "html": "Escape UnescapeDense",
    "math/big": "StringPiParallel Exp GCD100x100 FloatString/100 ParseFloatSmallExp Sqrt",
    "mime": "QEncodeWord QDecodeWord",
    "net/netip": "AddrString/v6 AddrMarshalText/v6",
    "net/textproto": "ReadMIMEHeader/client_headers",
    "net/url": "String ResolvePath QueryEscape/#03",
    "regexp": "FindAllNoMatches ReplaceAll FindSubmatch FindString Literal NotLiteral",
    "regexp/syntax": "EmptyOpContext",
    "sort": "SortString1K StableString1K",
    "strconv": "Quote QuoteRune UnquoteHard",
    "strings": "Clone GenericNoMatch ByteByteReplaces SplitSingleByteSeparator ToLower/AbC123 Fields/ASCII/256",
    "text/tabwriter": "Pyramid/10 Code",
    "time": "Format FormatNow ParseDuration",
    "log/slog": "WriteTime Record",
}


def names(pattern: str) -> str:
    """One benchmark and nothing beside it, as -test.bench takes it."""
    first, *rest = pattern.split("/")
    return "/".join(f"^{part}$" for part in [f"Benchmark{first}", *rest])


def rows(gomem: str, *arguments: str) -> tuple[list[dict[str, str]], str]:
    told = subprocess.run([gomem, "bench", *arguments, "--format", "csv"], capture_output=True, text=True)
    return list(csv.DictReader(told.stdout.splitlines())), told.stderr


def main() -> None:
    go, gomem = sys.argv[1:]
    os.environ["GOTOOLCHAIN"] = "local"
    root = subprocess.run([go, "env", "GOROOT"], capture_output=True, text=True, check=True).stdout.strip()
    added: list[float] = []
    refused = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        output, profile, test = folder / "out.txt", folder / "out.mem", folder / "test"
        for package, patterns in BENCHMARKS.items():
            source = Path(root, "src", package)
            subprocess.run([go, "test", "-c", "-o", test, "."], cwd=source, check=True)
            for pattern in patterns.split():
                run = [test, "-test.run=^$", f"-test.bench={names(pattern)}", "-test.benchmem", "-test.benchtime=1000x"]
                run += [f"-test.memprofile={profile}", "-test.memprofilerate=1"]
                with output.open("w") as text:
                    subprocess.run(run, cwd=source, stdout=text, check=True)
                printed = [float(row["value"]) for row in rows(gomem, str(output))[0] if row["unit"] == "B/op"]
                if not printed or printed[0] < 1:
                    print(f"{package:16} {pattern:34} {'allocates nothing' if printed else 'is not there'}")
                    continue
                lines, notes = rows(gomem, str(output), "--profile", str(profile), "--show", "lines")
                total = sum(float(row["bytes"]) for row in lines)
                if not lines:
                    refused += 1
                    print(f"{package:16} {pattern:34} {printed[0]:10.0f} {notes.strip()}")
                    continue
                # What is printed has lost its fraction.
                added.append(max(printed[0] - total, total - printed[0] - 1.0, 0.0) / printed[0])
                print(f"{package:16} {pattern:34} {printed[0]:10.0f} {total:12.1f} {100 * added[-1]:6.2f} %")
    good = sum(off <= 0.005 for off in added)
    print(f"{good} of {len(added)} add up within 0.5 %; for {refused} gomem says why it names no lines")


if __name__ == "__main__":
    main()
