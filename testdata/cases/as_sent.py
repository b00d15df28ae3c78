#!/usr/bin/env python3
"""Makes the bundles of cases about files as people send them, out of those of other cases: as_sent.py

`shipped`, `failed_build`, `not_gos`, `exporters`, `stated`: their `case.toml` has no `[record]`. What is written is the same each time.
"""

import base64
import gzip
import io
import json
import re
import tarfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def files_of(case: str) -> dict[str, bytes]:
    """The files of a case's bundle."""
    with tarfile.open(HERE / case / "bundle.tar.gz") as bundle:
        return {entry.name: bundle.extractfile(entry).read() for entry in bundle if entry.isfile()}


def pack(case: str, files: dict[str, bytes | str]) -> None:
    """Writes a bundle without times and owners."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as bundle:
        for name, content in sorted(files.items()):
            content = content.encode() if isinstance(content, str) else content
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            bundle.addfile(entry, io.BytesIO(content))
    (HERE / case).mkdir(exist_ok=True)
    with open(HERE / case / "bundle.tar.gz", "wb") as out, gzip.GzipFile("", "wb", 9, out, mtime=0) as zipped:
        zipped.write(packed.getvalue())


def as_go_writes(record: dict) -> str:
    """JSON as `encoding/json` writes it, and so Docker and logrus."""
    return json.dumps(record).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026") + "\n"


def shipped() -> None:
    lines = [line for line in files_of("generics")["stderr.log"].decode().splitlines() if line.startswith("gc ")][:60]
    slow = [line for line in files_of("ctxvalue")["stderr.log"].decode().splitlines() if line.startswith("gc ")][:40]
    log = files_of("chanleak")["escape.log"].decode()
    newest = list(enumerate(lines))[::-1]
    pack(
        "shipped",
        {
            "docker.json": "".join(as_go_writes({"log": line + "\n", "stream": "stderr"}) for line in lines),
            "logrus.jsonl": "".join(as_go_writes({"level": "info", "msg": line}) for line in lines),
            "journald.json": "".join(json.dumps({"MESSAGE": list(f"\x1b[2m{line}\x1b[0m".encode()), "_PID": "7"}) + "\n" for line in lines),
            "nodes.log": "".join(f"2026-01-02T03:04:05.6Z stderr P {line[:40]}\n2026-01-02T03:04:05.6Z stderr F {line[40:]}\n" for line in lines),
            "colours.log": "".join(f"\x1b[36mapi-1  |\x1b[0m \x1b[2m{line}\x1b[0m\n" for line in lines),
            "powershell.log": ("\ufeff" + "\r\n".join(lines)).encode("utf-16-le"),
            "newest.csv": "time,message\n" + "".join(f'{n},"{line}"\n' for n, line in newest),
            "google.json": json.dumps([{"textPayload": line, "insertId": str(n)} for n, line in newest], indent=1),
            "pods.log": "".join(f"svc-1 svc {a}\nsvc-2 svc {a}\n" for a in lines),
            "processes.log": "".join(a + "\n" + (b + "\n" if b else "") for a, b in zip(lines, slow + [""] * len(lines))),
            "torn.log": "".join(line + "\n" if n % 4 else line[:30] + f"request {n}\n" + line[30:] + "\n" for n, line in enumerate(lines, 1)),
            "gitlab.log": "".join(f"2026-01-02T03:04:05.678901Z 01E {line}\n" for line in log.splitlines()),
            "windows.log": ("\ufeff" + log.replace("\n", "\r\n")).encode("utf-16-le"),
            "red.log": "".join(f"\x1b[31m{line}\x1b[0m\n" for line in log.splitlines()),
        },
    )


def failed_build() -> None:
    log = files_of("chanleak")["escape.log"].decode()
    error = '# example.com/cases/other\n./main.go:3:8: "os" imported and not used\n'
    pack(
        "failed_build",
        {
            "before.log": log,
            "after.log": error,
            "middle.log": log + error + "# example.com/cases/third\n./x.go:1:2: something the compiler says since next year\n",
            "notes.md": "# Notes\n\nNothing of the compiler's.\n",
        },
    )


def not_gos() -> None:
    files = files_of("chanleak")
    heap = files["heap-2.pb.gz"]
    scrape = next(files[name] for name in sorted(files) if name.endswith(".prom"))
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w:gz") as bundle:
        for name in ("heap-1.pb.gz", "heap-2.pb.gz"):
            entry = tarfile.TarInfo(name)
            entry.size = len(files[name])
            bundle.addfile(entry, io.BytesIO(files[name]))
    pack(
        "not_gos",
        {
            "missing.pb.gz": "404 page not found\n",
            "refused.pb.gz": '{"error":"unauthorized","code":401}\n',
            "login.pb.gz": "<!DOCTYPE html><html><title>Sign in</title></html>\n",
            "empty.pb.gz": "",
            "letters.pb.gz": base64.encodebytes(heap),
            "answer.pb.gz": b"HTTP/1.1 200 OK\r\nX-Go-Pprof: 1\r\n\r\n" + heap,
            "verbose.prom": b"".join(b"< " + line + b"\n" for line in scrape.splitlines()),
            "commas.prom": b"".join(b",".join(line.rsplit(b" ", 1)) + b"\n" if line.startswith(b"go_m") else line + b"\n" for line in scrape.splitlines()),
            "packed.tar.gz": inner.getvalue(),
            "jemalloc.heap": "heap_v2/524288\n  t*: 3: 30000 [0: 0]\n@ 0x5f86da8 0x5f5a1dc\n  t*: 3: 30000 [0: 0]\n\nMAPPED_LIBRARIES:\n",
        },
    )


def exporters() -> None:
    """A leak of the live heap, as other exporters show it."""
    scrapes: dict[str, str] = {}
    for line in gzip.decompress((HERE.parent / "incidents" / "leak.prom.gz").read_bytes()).decode().splitlines():
        sample, time = line.rsplit(" ", 1)
        scrapes[time + ".prom"] = scrapes.get(time + ".prom", "") + sample + "\n"
    files: dict[str, bytes | str] = {}
    for name, text in scrapes.items():
        of = {match[1]: float(match[2]) for match in re.finditer(r"^(\w+) (\S+)$", text, re.M)}
        held = of["go_memstats_sys_bytes"] - of["go_memstats_heap_released_bytes"]
        stacks = of["go_memstats_stack_inuse_bytes"]
        files["otel/" + name] = (
            f'go_memory_used_bytes{{go_memory_type="stack"}} {stacks}\ngo_memory_used_bytes{{go_memory_type="other"}} {held - stacks}\n'
            f"go_memory_allocated_bytes_total {of['go_memstats_alloc_bytes_total']}\ngo_memory_gc_goal_bytes {of['go_memstats_next_gc_bytes']}\n"
            f"go_goroutine_count {of['go_goroutines']}\ngo_config_gogc_percent 100\ngo_processor_limit 2\n"
        )
        go = re.findall(r"^go_(?:memstats|gc_duration|goroutines|threads)\S* \S+$", text, re.M)
        files["prefixed/" + name] = "".join(f"myapp_{line}\n" for line in go)
        files["limits/" + name] = "".join(line + "\n" for line in go) + (
            'container_spec_memory_limit_bytes{container="POD",namespace="n",pod="api-1"} 0\n'
            'container_spec_memory_limit_bytes{container="api",namespace="n",pod="api-1"} 1e+09\n'
        )
        ends = [0] * 256
        cycles = int(of["go_gc_duration_seconds_count"])
        for back in range(min(cycles, 256)):
            ends[(cycles + 255 - back) % 256] = int(of["go_memstats_last_gc_time_seconds"] * 1e9) - back * 10**8
        names = {"TotalAlloc": "alloc_bytes_total", "Sys": "sys_bytes", "HeapAlloc": "heap_alloc_bytes", "HeapInuse": "heap_inuse_bytes"}
        names |= {"HeapIdle": "heap_idle_bytes", "HeapReleased": "heap_released_bytes", "StackInuse": "stack_inuse_bytes", "NextGC": "next_gc_bytes"}
        stats = {field: int(of["go_memstats_" + metric]) for field, metric in names.items()} | {"NumGC": cycles, "PauseEnd": ends}
        files["expvar/" + name.replace(".prom", ".json")] = json.dumps({"cmdline": ["svc"], "memstats": stats})
    pack("exporters", files)


def stated() -> None:
    """What people print of a process in their own words, and texts that are cut short."""
    mebibyte = 1 << 20
    released = {"Alloc": 14.25, "TotalAlloc": 9120.5, "Sys": 812.75, "HeapAlloc": 14.25, "HeapIdle": 770.5, "HeapInuse": 19, "HeapRelease": 761.25}
    outside = "".join(f"| {minute} | {70.5 + 2.5 * minute:.1f} | 61.5 | {21 + minute % 2:.1f} | {6 + minute % 3:.1f} |\n" for minute in range(0, 20, 4))
    swings = [420, 910, 1400, 1890] + [1400, 1890] * 4
    rows = {"queue": 1890, "runner": 2412, "sh": 301}
    goroutines = "#\t0x40{0}01\tsync.runtime_Semacquire+0x24\t/go/src/runtime/sema.go:56\n#\t0x40{0}02\tsync.(*WaitGroup).Wait+0xbb\t/go/src/sync/waitgroup.go:136\n"
    goroutines += "#\t0x40{0}03\texample.org/scan/v3/pkg/core.(*Runner).each+0x5f7\t/home/u/app/vendor/example.org/scan/v3/pkg/core/each.go:88\n"
    pack(
        "stated",
        {
            "released.md": "RSS stays at ~815M for hours.\n\n ```\n" + "".join(f" {k} = {v} MiB\n" for k, v in released.items()) + " NumGC = 96\n```\n",
            "outside.md": "| min | RssAnon | Go `Sys` | Go `HeapReleased` | Go `HeapAlloc` |\n| --- | --- | --- | --- | --- |\n" + outside + "\nAll MiB.\n",
            "swings.txt": "".join(f"sys: 1950 MB alloc: {mb} MB inuse: {mb + 4} MB released: {40 + mb % 7} MB\n" for mb in swings),
            "page.md": "```\nMemory of the editor's server\n"
            + "".join(
                f"{name}\t{round(mb * mebibyte):,}\n"
                for name, mb in {
                    "Allocated bytes": 640.5,
                    "Total allocated bytes": 5210.25,
                    "System bytes": 980,
                    "Heap system bytes": 930,
                    "Idle heap bytes": 180,
                    "In use bytes": 750,
                    "Released to system bytes": 60,
                }.items()
            )
            + "Heap object count\t5,100,201\nBy size\nSize\tMallocs\tFrees\n8\t822,099\t446,916\n```\n",
            "row.md": "```\nAlloc   Frees   HeapAlloc       HeapIdle        HeapInUse       HeapObjects     HeapReleased    HeapSys Sys\n"
            f"{3 * mebibyte} 100     {3 * mebibyte}         {mebibyte}         {4 * mebibyte}         9120            0               {5 * mebibyte} {9 * mebibyte}\n```\n",
            "killer.md": "```\n[811.2] tar invoked oom-killer: gfp_mask=0x101cca(GFP_X), order=0, oom_score_adj=936\n"
            + "".join(f"[811.3]  {f}+0x{n:x}/0x5c0\n" for n, f in enumerate(["oom_kill_process", "try_charge_memcg", "__filemap_add_folio", "vfs_write"], 18))
            + "```\n",
            "tasks.txt": "".join(f"Mar 2 03:04:05 node kernel: [ {pid} ] 1000 {pid} 480914 {pages} 262144 0 100 {name}\n" for pid, (name, pages) in enumerate(rows.items(), 4100))
            + "Mar 2 03:04:05 node kernel:  out_of_memory+0x3dc/0x5c0\n",
            "counted.md": "```\ngoroutine profile: total 4180\n" + "".join(f"{n} @ 0x40{i}01 0x40{i}02 0x40{i}03\n" + goroutines.format(i) for i, n in [(1, 640)]) + "\n```\n",
            "prompt.md": "```\n$ fatal error: runtime: out of memory\n\nruntime stack:\nruntime.throw(0x76d76d, 0x16)\n\t/go/src/runtime/panic.go:1112 +0x72\n"
            "runtime.largeAlloc(0x8000000, 0xc000030101, 0x43be27)\n\t/go/src/runtime/malloc.go:1152 +0x92\n",
            "exporter.md": "```\nprocess_resident_memory_bytes 1.1e+07\nprocess_virtual_memory_bytes 1.2e+08\n```\n```\n$ ps aux | grep store\n"
            "store 7311  0.4  6.1 810224 131072 ?        Ssl  Mar02  12:40 /opt/store/bin/store --config=/etc/store.yml\n```\n",
            "mapped.md": "```\n    PID USER      PR  NI    VIRT    RES    SHR S  %CPU %MEM     TIME+ COMMAND\n  4471 root      20   0 7482260   3.5g   2.0g S   9.1 11.2  42:18.03 kvstore\n```\n",
            "few.md": "```\ngoroutine 41 [sync.Cond.Wait, 3 minutes]:\nsync.runtime_notifyListWait(0xc0006, 0xc)\n\t/go/src/runtime/sema.go:513 +0xf8\nsync.(*Cond).Wait(0xc0006)\n"
            "\t/go/src/sync/cond.go:56 +0x99\nexample.org/bus.(*client).write(0xc001)\n\t/src/bus/client.go:106 +0x23e\ncreated by example.org/bus.(*Server).accept\n"
            "\t/src/bus/server.go:298 +0xc5\n```\n",
            "samples.md": "It grows:\n\n"
            + "".join(f"{n} @ 0x44{i} 0x45{i}\n#\t0x44{i}\tnet/http.(*persistConn).{f}+0x9c8\t/go/src/net/http/transport.go:{line}\n\n" for i, (n, f, line) in enumerate([(318, "readLoop", 1536), (318, "writeLoop", 1641)]))
            + "// the code\nclient := &http.Client{}\n",
            "limiter.md": "```\n"
            + "".join(
                f"2026-01-12T11:{m:02}:30.970Z\twarn\tmemorylimiter/memorylimiter.go:286\tMemory usage is above hard limit. Forcing a GC.\t"
                f'{{"kind": "processor", "name": "memory_limiter", "cur_mem_mib": {before}}}\n'
                f"2026-01-12T11:{m:02}:30.975Z\tinfo\tmemorylimiter/memorylimiter.go:276\tMemory usage after GC.\t"
                f'{{"kind": "processor", "name": "memory_limiter", "cur_mem_mib": {after}}}\n'
                for m, (before, after) in enumerate([(415, 170), (420, 166), (409, 173)])
            )
            + "```\n",
            "cycle.md": "```\npacer: assist ratio=+6.4e+000 (scan 4149 MB in 6189->6509 MB) workers=12++0.0e+000\n"
            "gc 77 @612.5s 8%: 49+1890+0.54 ms clock, 2393+38200/21500/18408+26 ms cpu, 5120->5400->2700 MB, 5400 MB goal, 48 P\n```\n",
            "containers.md": "So it looks:\n```\nCONTAINER           CPU %               MEM USAGE/LIMIT     MEM %               NET I/O\n"
            "api                 0.59%               712.5 MiB/994 MiB   71.68%              25.82 KiB/6.33 KiB\n"
            "cache               0.12%               1.625 MiB/994 MiB   0.16%               337.7 KiB/284.2 KiB\n```\n",
            "others.md": "Its metrics:\n" + "".join(f'chunks_{name}_total{{tenant="t"}} {n}.5e+06\n' for n, name in enumerate(["read", "written", "kept", "flushed", "lost"])),
            "words.md": "The process has 2.5 GB resident, and pprof shows a fifth of it. Why?\n\n```\nType: inuse_space\nShowing nodes accounting for 400MB, 80% of 500MB total\n"
            "      flat  flat%   sum%        cum   cum%\n     260MB 52.00% 52.00%      260MB 52.00%  main.(*store).load\n     140MB 28.00% 80.00%      140MB 28.00%  main.parse\n```\n",
            "near.md": "The build took real\t0m1s user\t0m2s sys\t0m0.02s, and idle: 85 of sys: 12 with user: 3.\n```\n%Cpu(s):  6.2 us,  3.9 sy,  0.0 ni, 87.7 id\n"
            "allocated: 123456789, active: 130000000, resident: 140000000\n```\n",
        },
    )


if __name__ == "__main__":
    shipped()
    failed_build()
    not_gos()
    exporters()
    stated()
