//! Text that a tool printed, as people paste it: what it is, what it says of memory, and what to give instead.

use gomem_table::Unit;

/// What `text` is, if a tool printed it that says something of a program's memory or of its goroutines; `head` is its beginning.
pub(crate) fn printed(text: &[u8], head: &str) -> Option<String> {
    let has_all = |words: &[&str]| words.iter().all(|word| head.contains(word));
    if let Some((_, name)) = PRINTED.iter().find(|(words, _)| has_all(words)) {
        return Some((*name).to_owned());
    }
    let text = String::from_utf8_lossy(text);
    let of_runtime = || scheduler_trace(&text).or_else(|| initialisers(&text)).or_else(|| heap_rows(&text));
    of_runtime().or_else(|| other_metrics(&text))
}

/// `2: 384 [7: 1024] @ 0x4db1e8 0x4db53b`: rows of a heap profile as text, without its first line and without names.
fn heap_rows(text: &str) -> Option<String> {
    let of = |line: &str| {
        let (live, rest) = line.trim().split_once(" [")?;
        let (made, stack) = rest.split_once("] @ 0x")?;
        let pair = |text: &str| {
            text.split_once(": ").and_then(|(n, bytes)| Some((n.parse::<u64>().ok()?, bytes.parse::<u64>().ok()?)))
        };
        stack.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'x' || byte == b' ').then_some(())?;
        Some((pair(live)?.1, pair(made)?.1))
    };
    let rows: Vec<(u64, u64)> = text.lines().filter_map(of).collect();
    let sum = |of: fn(&(u64, u64)) -> u64| rows.iter().map(of).fold(0, u64::saturating_add) as f64;
    (rows.len() >= FEWEST_ROWS).then(|| {
        format!(
            "{} rows of a heap profile as text, without its first line and without names: by the sampler {} of what they made, {}, is in \
             use. Give the whole file (/debug/pprof/heap?debug=1) or the profile itself, and of one without names the program too",
            rows.len(),
            Unit::Bytes.humanize(sum(|row| row.0)),
            Unit::Bytes.humanize(sum(|row| row.1)),
        )
    })
}

/// Samples of metrics that are of anything but Go's runtime.
fn other_metrics(text: &str) -> Option<String> {
    let is_sample = |line: &&str| {
        let Some((name, rest)) = line.trim().split_once(['{', ' ']) else { return false };
        let value = rest.rsplit_once('}').map_or(rest, |(_, value)| value);
        let number = value.split_whitespace().next().is_some_and(|value| value.parse::<f64>().is_ok());
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        number && name.contains('_') && name.bytes().all(is_name)
    };
    let count = text.lines().filter(is_sample).count();
    (count >= FEWEST_SAMPLES).then(|| {
        format!(
            "{count} samples of metrics, none of them of Go's runtime: they do not say what the memory is. Keep go_memstats_…, \
             go_goroutines and process_resident_memory_bytes of the same /metrics too, or take a heap profile (/debug/pprof/heap)"
        )
    })
}

/// `SCHED 1004ms: gomaxprocs=8 idleprocs=0 threads=19 … runqueue=3 [0 1 …]` (`schedtrace` in `runtime/proc.go`).
fn scheduler_trace(text: &str) -> Option<String> {
    let of = |line: &str, name: &str| {
        let (_, value) = line.split_once(&format!(" {name}="))?;
        value.split_whitespace().next()?.parse::<u64>().ok()
    };
    let lines = text.lines().filter_map(|line| line.find("SCHED ").map(|at| &line[at..]));
    let mut rows =
        lines.filter_map(|line| Some((of(line, "gomaxprocs")?, of(line, "runqueue")?, of(line, "threads")?)));
    let first = rows.next()?;
    let (count, last, longest) =
        rows.fold((1, first, first.1), |(count, _, longest), row| (count + 1, row, longest.max(row.1)));
    Some(format!(
        "the scheduler's trace (GODEBUG=schedtrace), {count} lines: GOMAXPROCS {}, {} threads at last, a global queue of {} at first, {} \
         at last and {longest} at most goroutines that could run. It says nothing of memory: GODEBUG=gctrace=1 writes what the garbage \
         collector does",
        last.0, last.2, first.1, last.1
    ))
}

/// `init unicode @0.42 ms, 0.010 ms clock, 22800 bytes, 9 allocs` (`doInit1` in `runtime/proc.go`).
fn initialisers(text: &str) -> Option<String> {
    let of = |line: &str| {
        let (package, rest) = line.get(line.find("init ")?..)?.strip_prefix("init ")?.split_once(" @")?;
        let (before, _) = rest.split_once(" bytes, ")?;
        let bytes = before.rsplit(' ').next()?.parse::<u64>().ok()?;
        (rest.contains(" ms clock, ") && rest.ends_with(" allocs"))
            .then(|| (without_controls(package, LONGEST_NAME), bytes))
    };
    let rows: Vec<(String, u64)> = text.lines().filter_map(|line| of(line.trim_end())).collect();
    let (package, most) = rows.iter().max_by_key(|row| row.1)?;
    let all: u64 = rows.iter().fold(0, |sum, row| sum.saturating_add(row.1));
    let shown = |bytes: u64| Unit::Bytes.humanize(bytes as f64);
    Some(format!(
        "what package initialisers took (GODEBUG=inittrace=1): {} in {} packages, most of it {} in {package}. Which lines allocate it a \
         heap profile of the start says (`gomem top`)",
        shown(all),
        rows.len(),
        shown(*most)
    ))
}

/// What a terminal would obey is left out.
pub(crate) fn without_controls(text: &str, longest: usize) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(longest).collect()
}

/// The same of a name or a line that is shown.
pub(crate) fn printable(text: &str) -> String {
    without_controls(text.trim(), LONGEST_SHOWN)
}

const LONGEST_SHOWN: usize = 160;
/// What begins with these words was printed of something that gomem reads, or tells what it is for.
const PRINTED: [(&[&str], &str); 11] = [
    (
        &["ROUTINE ======"],
        "a listing that `go tool pprof -list` printed: give the profile it was made of, and `gomem list` shows the same",
    ),
    (
        &["PeriodType: ", "\nSamples:\n"],
        "a profile that `go tool pprof -raw` printed: give the profile itself, and `gomem convert` prints its samples",
    ),
    (&["digraph \""], "a graph that `go tool pprof -dot` made: give the profile it was made of"),
    (&[" vs base"], "a table of benchstat: `gomem bench` compares the results of `go test -bench` that it was made of"),
    (&[" ns/op"], "results of `go test -bench`, for `gomem bench`"),
    (
        &["VmRSS:", "VmPeak:"],
        "a process's /proc/PID/status: it says how much is resident, not of what; scrapes of /metrics tell Go's part from the rest",
    ),
    (
        &["Rss:", "Pss:", "Private_Dirty:"],
        "a process's map of memory (/proc/PID/smaps): areas that Go names [anon: Go: …] are the runtime's (Go 1.25), others are cgo, \
         mmap or files; scrapes of /metrics tell Go's part from the rest",
    ),
    (
        &["\ninactive_file ", "\nactive_anon "],
        "a cgroup's memory.stat: anon is what processes hold, file is cache, which the kernel takes back; scrapes of /metrics tell what \
         Go holds",
    ),
    (
        &["%MEM", "VSZ", "RSS"],
        "what `ps` shows: it says how much is resident, not of what; scrapes of /metrics tell Go's part from the rest",
    ),
    (
        &["%MEM", "VIRT", "RES"],
        "what `top` shows: it says how much is resident, not of what; scrapes of /metrics tell Go's part from the rest",
    ),
    (
        &["\n total ", "K rw---", "[ anon ]"],
        "what `pmap` shows without -x: addresses, of which most may never have been touched; `pmap -x`, or /proc/PID/smaps_rollup, has what \
         is resident",
    ),
];
const LONGEST_NAME: usize = 80;
/// Fewer are words with a number behind.
const FEWEST_SAMPLES: usize = 5;
const FEWEST_ROWS: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Option<String> {
        printed(text.as_bytes(), text)
    }

    #[test]
    fn traces_of_the_runtime_are_told_in_numbers() {
        let said = told(
            "listening\nSCHED 1004ms: gomaxprocs=8 idleprocs=0 threads=19 spinningthreads=0 idlethreads=5 runqueue=3 [0 1]\n\
             SCHED 2004ms: gomaxprocs=8 idleprocs=0 threads=25 spinningthreads=0 idlethreads=5 runqueue=41 [0 1]\n",
        )
        .unwrap();
        assert!(
            said.contains("2 lines: GOMAXPROCS 8, 25 threads at last, a global queue of 3 at first, 41 at last"),
            "{said}"
        );
        let said = told(
            "init internal/bytealg @0.008 ms, 0 ms clock, 0 bytes, 0 allocs\n\
             init unicode @0.42 ms, 0.010 ms clock, 22800 bytes, 9 allocs\n",
        )
        .unwrap();
        assert!(said.contains("22.3 KiB in 2 packages, most of it 22.3 KiB in unicode"), "{said}");
        let samples: String = (0..6).map(|n| format!("app_chunk_bytes_total{{shard=\"{n}\"}} {n}e+06\n")).collect();
        assert!(told(&samples).unwrap().starts_with("6 samples of metrics, none of them of Go's runtime"));
        let rows = "0: 0 [2: 384] @ 0x4db1e8 0x4db53b\n1: 64 [2: 128] @ 0x41d697\n0: 0 [1: 16] @ 0x40ee90 0x1\n";
        assert!(told(rows).unwrap().starts_with("3 rows of a heap profile as text"), "{:?}", told(rows));
        assert_eq!(told("my_file 7\nwe had 3 of_them 4\nA_B 3\nx_y z\n"), None);
        assert_eq!(told("SCHED is on\ninit of the app @ noon\n"), None);
    }

    #[test]
    fn what_tools_print_is_called_by_their_name() {
        for (text, what) in [
            ("PeriodType: space bytes\nPeriod: 524288\nSamples:\nalloc_objects/count\n", "-raw"),
            (
                "goos: linux\n        \u{2502} old.txt \u{2502}  new.txt  \u{2502}\n        \u{2502} sec/op \u{2502} sec/op vs base \u{2502}\n",
                "benchstat",
            ),
            ("Name:\tapi\nVmPeak:\t 1 kB\nVmRSS:\t 1 kB\n", "/proc/PID/status"),
            ("USER PID %CPU %MEM VSZ RSS TTY STAT\n", "`ps`"),
            ("  PID USER PR NI VIRT RES SHR S %CPU %MEM TIME+ COMMAND\n", "`top`"),
        ] {
            let said = told(text).unwrap_or_default();
            assert!(said.contains(what), "{text}: {said}");
        }
        assert_eq!(told("served 12 requests\n"), None);
    }
}
