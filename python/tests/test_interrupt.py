"""Long work: other threads go on, and Ctrl-C ends it."""

import itertools
import signal
import subprocess
import sys
import threading
import time

import pytest

import gomem as gm

# Each says when it begins what takes many seconds.
LONG = {
    "read_escape_log": "log = read('escape.log') * 1500; go(); gm.read_escape_log(log)",
    "postmortem": "log = read('escape.log') * 1500; go(); gm.postmortem([log])",
    "scan": "scan = gm.scan_pprof(['heap-3.pb.gz'] * 50_000); go(); scan.select('stack').collect()",
    "streaming": (
        "scan = gm.scan_pprof(['heap-3.pb.gz'] * 50_000); go(); "
        "scan.group_by('function').len().collect(engine='streaming')"
    ),
    "merge": "go(); gm.merge(['heap-3.pb.gz'] * 100_000)",
    "growth": "go(); gm.growth(['heap-3.pb.gz'] * 100_000)",
}


# What is made, and what is done with it for seconds: the work is to end, not only the wait for it.
WORK = {
    "profile": (
        "'heap profile: 1: 1 [2: 2] @ heap/1048576\\n' + "
        "''.join(f'1: {8 * i} [1: {8 * i}] @ {i:#x} {i + 7:#x}\\n' for i in range(1_000_000))",
        "gm.read_pprof(made.encode()).samples()",
    ),
    "gzip": ("gzip.compress(bytes(200 << 20)) * 2", "gm.read_pprof(made)"),
    "escape log": ("read('escape.log') * 3000", "gm.read_escape_log(made)"),
    "metrics": (
        "b''.join(b'a{b=\"%d\"} 1\\n' % (i % 1000) for i in range(4_000_000))",
        "gm.read_metrics(made)",
    ),
    "answer": (
        '\'{"data":{"resultType":"matrix","result":[{"metric":{},"values":[\''
        " + ','.join(f'[{i},\"1\"]' for i in range(2_000_000)) + ']}]}}'",
        "gm.read_metrics(made.encode())",
    ),
    "expvar": (
        "'{\"memstats\":{\"Alloc\":1},' + ','.join(f'\"v{i}\":1' for i in range(2_000_000)) + '}'",
        "gm.read_metrics(made.encode(), format='expvar')",
    ),
    "bundle": ("read('escape.log') * 3000", "gm.postmortem([made, 'heap-3.pb.gz'])"),
}


# What is asked of `gm` is imported before: an interrupt within an import may end the interpreter,
# even where the program catches it.
PREPARED = """
import gzip, time
import gomem as gm
for name in gm.__all__: getattr(gm, name)
go = lambda: print('go', flush=True)
read = lambda path: open(path, 'rb').read()
"""


def interrupted(program, folder):
    """Run a program, send Ctrl-C soon after it says "go", and give what it came to and wrote."""
    command = [sys.executable, "-W", "ignore", "-c", PREPARED + program]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout.readline() == "go\n"
        time.sleep(0.2)
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, problem = process.communicate(timeout=60)
    return process.returncode, out, problem, time.monotonic() - begin


@pytest.mark.parametrize("work", WORK)
def test_ctrl_c_ends_the_work_itself(before, work):
    made, call = WORK[work]
    program = f"""
made = {made}
try:
    go()
    {call}
    print('done before', flush=True)
    time.sleep(5)
except KeyboardInterrupt:
    pass
time.sleep(2)
begin = time.process_time()
time.sleep(0.5)
print(time.process_time() - begin)
"""
    status, out, problem, _ = interrupted(program, before)
    assert status == 0, problem
    *done, spent = out.split("\n")[:-1]
    if done:
        pytest.skip("a fast machine was done before the signal")
    assert float(spent) < 0.1, "the work goes on"


@pytest.mark.parametrize("work", LONG)
def test_ctrl_c_ends(before, work):
    status, _, problem, seconds = interrupted(LONG[work], before)
    assert seconds < 1
    # Polars 1 hands it on as an error of its own.
    assert status == -signal.SIGINT or "KeyboardInterrupt" in problem, problem


def test_other_threads_go_on(before):
    ticks, done = [], threading.Event()

    def tick():
        while not done.wait(0.005):
            ticks.append(time.monotonic())

    thread = threading.Thread(target=tick)
    thread.start()
    begin = time.monotonic()
    gm.read_escape_log((before / "escape.log").read_bytes() * 400)
    end = time.monotonic()
    done.set()
    thread.join()
    gaps = [later - earlier for earlier, later in itertools.pairwise(ticks)]
    assert sum(begin < tick < end for tick in ticks) >= 5
    assert max(gaps) < (end - begin) / 2


def test_work_is_the_same_in_any_thread(before):
    found = []

    def read():
        found.append(gm.read_pprof(before / "heap-3.pb.gz").top("alloc_space"))

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    read()
    assert found[0].equals(found[1])
