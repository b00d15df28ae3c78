//! How the program died, by its log: what comes before all else.

use gomem_finding::{Evidence, Severity};
use gomem_pprof::Profile;
use gomem_table::Unit;

use crate::{
    attribution::Place,
    bundle::{Bundle, Crash, CrashKind, Exhausted, Kills, ProcessTable, is_unit},
    findings::{
        finding::{Finding, FindingKind},
        goroutine::goroutines,
    },
};

/// A finding for each log with a crash in it.
pub(crate) fn find(bundle: &Bundle) -> impl Iterator<Item = Finding> + '_ {
    bundle.crashes.iter().map(move |(file, crash)| {
        let mut finding = finding(file, crash);
        // Where somebody waits, who waits for what is the answer.
        if matches!(crash.kind, CrashKind::Deadlock | CrashKind::Asked)
            && let Some(words) = goroutines::most_in_words(bundle)
        {
            finding.summary += &format!(" {words}");
            if crash.kind == CrashKind::Asked {
                finding.summary += " It says what goroutines wait for, and nothing of memory: where memory is the question, take a heap \
                                    profile (/debug/pprof/heap).";
            }
        }
        finding
    })
}

fn finding(file: &str, crash: &Crash) -> Finding {
    let place = goroutine(crash);
    let at = place.as_ref().map(|place| format!(" at {}", place.short())).unwrap_or_default();
    let bytes = |bytes: u64| Unit::Bytes.humanize(bytes as f64);
    let grown = || crash.refusal.grown_bytes.map(|grown| format!(", {} of heap before", bytes(grown)));
    let in_use = crash.in_use_bytes.map(|in_use| format!(", {} in use", bytes(in_use)));
    let in_use = in_use.or_else(grown).unwrap_or_default();
    let title = match crash.kind {
        CrashKind::OutOfMemory if crash.is_of_build => {
            format!("Go's compiler or linker died in a build: out of memory{in_use}")
        }
        CrashKind::OutOfMemory if crash.is_at_start => {
            "The program died as it began: no memory for an empty heap".to_owned()
        }
        CrashKind::OutOfMemory => {
            let asked = crash.refusal.asked_bytes.filter(|&asked| asked >= HUGE && is_one_request(crash));
            let one = asked.map_or_else(String::new, |asked| format!(", one allocation asked for {}", bytes(asked)));
            format!("The program died: out of memory{at}{in_use}{one}")
        }
        CrashKind::Threads => "The program died: the system gave it no further thread".to_owned(),
        CrashKind::StackOverflow => format!("The program died: a stack without end{at}"),
        CrashKind::Deadlock => format!("The program died: all goroutines wait for each other{at}"),
        CrashKind::Asked => "The program was asked for its goroutines, and ended (SIGQUIT)".to_owned(),
        CrashKind::Killed => "The program was killed from outside".to_owned(),
        CrashKind::KilledInContainer if crash.has_failed_probe => {
            "Kubernetes killed the container: its liveness probe failed".to_owned()
        }
        CrashKind::KilledInContainer => "The container was killed from outside (exit code 137)".to_owned(),
        CrashKind::KilledByKernel => {
            let limit =
                crash.limit_bytes.map(|limit| format!(", at the limit of {}", bytes(limit))).unwrap_or_default();
            let kills = crash.kills.as_ref();
            let name = kills.and_then(|kills| kills.process.as_ref());
            let whom = name.map_or_else(|| "the program".to_owned(), |name| format!("`{name}`"));
            let often = kills.filter(|kills| kills.count > 1).map_or_else(String::new, often);
            let resident = match kills.and_then(|kills| kills.resident_bytes) {
                Some((least, most)) if least < most => format!(", {} to {} resident", bytes(least), bytes(most)),
                _ => crash.in_use_bytes.map(|one| format!(", {} resident", bytes(one))).unwrap_or_default(),
            };
            let larger = larger_other(crash)
                .map_or_else(String::new, |(other, held)| format!("; `{other}` held {}", Unit::Bytes.humanize(held)));
            if name.is_some_and(|name| is_unit(name)) {
                format!("{whom} was killed{often} for want of memory{limit}")
            } else {
                format!("The kernel killed {whom}{often}: out of memory{resident}{limit}{larger}")
            }
        }
        CrashKind::Panic | CrashKind::Fatal => format!("The program died{at}: {}", crash.message),
    };
    let severity = match crash.kind {
        CrashKind::Asked | CrashKind::KilledInContainer => Severity::Warning,
        _ => Severity::Critical,
    };
    let mut finding = Finding::new(FindingKind::Crash, severity, title);
    // A part of a text begins at a line of it.
    let part = file.rsplit_once(", line ").and_then(|(file, line)| Some((file, line.parse::<u64>().ok()?)));
    let (file, begin) = part.unwrap_or((file, 1));
    let line = begin.saturating_add(crash.log_line).saturating_sub(1);
    finding.summary = format!("{file}, line {line}: {}.", crash.message.trim_end_matches('.'));
    if let Some(kills) = &crash.kills {
        finding.summary += &beside(kills);
    }
    if let Some(processes) = &crash.processes {
        finding.summary += &held_by_others(crash, processes);
    }
    finding.summary += &refused(crash);
    if let Some(lived) = crash.lived_seconds {
        finding.summary += &format!(" It had run for {}.", Unit::Seconds.humanize(lived));
    }
    if crash.kind == CrashKind::OutOfMemory && place.is_none() && !crash.is_at_start && is_cut(crash) {
        finding.summary += " The text ends before the line that asked: the whole dump names the line.";
    }
    if let Some(place) = &place {
        finding.summary +=
            &format!(" The goroutine that ended it was at `{}` (`{}`).", place.short(), place.short_function());
    }
    let name = crash.kills.as_ref().and_then(|kills| kills.process.as_deref());
    let limit = crash.limit_bytes.unwrap_or(u64::MAX);
    let is_small = crash.in_use_bytes.is_some_and(|resident| resident < SMALL && resident < limit / 2);
    finding.action = match (crash.kind, crash.exhausted, crash.limit_bytes) {
        _ if name.is_some_and(|name| NOT_GO.contains(&name) || name.starts_with("systemd")) => OF_OTHERS,
        _ if name.is_some_and(is_unit) => OF_UNIT,
        (CrashKind::KilledByKernel, ..) if is_small => OF_SMALL,
        (CrashKind::KilledByKernel, Exhausted::Machine, None) if larger_other(crash).is_some() => OF_LARGER,
        _ if crash.is_of_build => OF_BUILD,
        _ if crash.is_at_start => OF_START,
        // The heap itself grows by less at once.
        (CrashKind::OutOfMemory, ..)
            if crash.refusal.is_at_commit_limit && crash.refusal.asked_bytes.is_none_or(|asked| asked < HUGE) =>
        {
            OF_COMMIT_LIMIT
        }
        (CrashKind::OutOfMemory, ..) if is_one_request(crash) && crash.refusal.is_of_32_bits => OF_32_BITS,
        (CrashKind::OutOfMemory, ..) if is_one_request(crash) => OF_ONE_REQUEST,
        _ if is_young(crash) => OF_YOUNG,
        _ if crash.has_failed_probe => OF_PROBE,
        (CrashKind::KilledByKernel, Exhausted::Machine, None) => OF_MACHINE,
        (CrashKind::KilledByKernel, Exhausted::Group, None) => OF_GROUP,
        (CrashKind::KilledByKernel, Exhausted::NotKnown, None) => OF_EITHER,
        (kind, ..) => advice(kind),
    }
    .to_owned();
    let evidence = |quantity, bytes: u64| Evidence::new(quantity, bytes as f64, Unit::Bytes).with_source("log");
    let in_use = if crash.kind == CrashKind::KilledByKernel { "anonymous memory resident" } else { "heap in use" };
    finding.evidence.extend(crash.in_use_bytes.map(|bytes| evidence(in_use, bytes)));
    finding.evidence.extend(crash.limit_bytes.map(|bytes| evidence("memory limit", bytes)));
    finding.evidence.extend(crash.refusal.asked_bytes.map(|bytes| evidence("bytes asked for", bytes)));
    if crash.kind == CrashKind::OutOfMemory && !crash.is_at_start {
        finding.confounders.push("the line that asks last need not be the one that keeps the memory".to_owned());
    }
    finding.place = place;
    finding
}

/// Who held much more than the program that was killed, where the machine's memory ended.
fn larger_other(crash: &Crash) -> Option<(&str, f64)> {
    let killed = crash.kills.as_ref()?.process.as_deref()?;
    let (name, held) = crash.processes.as_ref()?.largest.first()?;
    let is_larger =
        *held >= MUCH_MORE * crash.in_use_bytes? as f64 && name != killed && crash.exhausted == Exhausted::Machine;
    is_larger.then_some((name, *held))
}

/// The largest processes of the kernel's table, and why the one was chosen.
fn held_by_others(crash: &Crash, processes: &ProcessTable) -> String {
    let rows: Vec<String> =
        processes.largest.iter().map(|(name, held)| format!("`{name}` {}", Unit::Bytes.humanize(*held))).collect();
    let mut text = format!(
        " By the kernel's table the largest processes were {}, of {} that all of them had resident.",
        rows.join(", "),
        Unit::Bytes.humanize(processes.all_bytes)
    );
    if let Some(score) = processes.score_of_killed.filter(|&score| score > 0 && larger_other(crash).is_some()) {
        text += &format!(" It was chosen before larger ones for its oom_score_adj of {score}.");
    }
    text
}

/// What was asked for, and what the heap had before.
fn refused(crash: &Crash) -> String {
    let bytes = |bytes: u64| Unit::Bytes.humanize(bytes as f64);
    let refusal = &crash.refusal;
    let mut text =
        refusal.asked_bytes.map_or_else(String::new, |asked| format!(" {} more were asked for.", bytes(asked)));
    if let Some(grown) = refusal.grown_bytes {
        text += &format!(" By the address of the arena that the system refused, the heap had {} before.", bytes(grown));
        if refusal.asked_bytes.is_some_and(|asked| asked < SMALL) {
            text += " The last allocation alone is not to blame; how the heap came to be so large it does not say.";
        }
    }
    if refusal.is_of_32_bits {
        text += " The program is of 32 bits.";
    }
    text
}

/// Whether one allocation asked for a large part of what was in use.
fn is_one_request(crash: &Crash) -> bool {
    let had = crash.in_use_bytes.or(crash.refusal.grown_bytes);
    crash.refusal.asked_bytes.is_some_and(|asked| asked >= LARGE && had.is_none_or(|had| asked >= had / PART))
}

/// Whether the text ends before the stack that asked: a dump that is there, and of the runtime alone, is not cut.
fn is_cut(crash: &Crash) -> bool {
    !crash.has_dump || memchr::memmem::find(&crash.goroutine, b"runtime.systemstack_switch(").is_some()
}

/// Whether the limit ended a container as it began. One that is started again and again may lose to what waits for it as well.
fn is_young(crash: &Crash) -> bool {
    let restarts = crash.kills.as_ref().and_then(|kills| kills.restarts).unwrap_or(0);
    crash.kind == CrashKind::KilledByKernel
        && restarts < MANY_RESTARTS
        && crash.lived_seconds.is_some_and(|seconds| seconds <= YOUNG_SECONDS)
}

/// How often, and within what time.
fn often(kills: &Kills) -> String {
    let within = kills.seconds.map_or_else(String::new, |seconds| format!(" in {}", Unit::Seconds.humanize(seconds)));
    format!(" {} times{within}", kills.count)
}

/// What else is told of the kills.
fn beside(kills: &Kills) -> String {
    let mut text =
        kills.restarts.map_or_else(String::new, |restarts| format!(" It was started again {restarts} times."));
    if kills.count > 1 {
        let each = kills.seconds.map(|seconds| seconds / (kills.count - 1) as f64);
        let each =
            each.map_or_else(String::new, |each| format!(", one in {} on average", Unit::Seconds.humanize(each)));
        text += &format!(" That is the last of {} kills of it{each}.", kills.count);
    }
    if !kills.others.is_empty() {
        let others: Vec<String> = kills.others.iter().map(|(name, count)| format!("`{name}` ({count})")).collect();
        let further = match kills.further {
            0 => String::new(),
            count => format!(", and {count} of other names"),
        };
        text += &format!(" Killed too: {}{further}.", others.join(", "));
    }
    text
}

/// Where the goroutine was that did it, in the program's own code if that is on its stack.
fn goroutine(crash: &Crash) -> Option<Place> {
    if crash.kind == CrashKind::Asked {
        // The first one there is any one.
        return None;
    }
    let place = goroutines::place_of_first(&Profile::decode(&crash.goroutine).ok()?)?;
    // A stack that is cut within the runtime does not say who asked.
    let is_cut = crash.kind == CrashKind::OutOfMemory && place.function().starts_with("runtime.");
    (!is_cut).then_some(place)
}

/// Names that programs of other languages have, mostly.
const NOT_GO: [&str; 15] = [
    "node",
    "java",
    "python",
    "python3",
    "ruby",
    "php",
    "php-fpm",
    "mysqld",
    "postgres",
    "redis-server",
    "nginx",
    "chrome",
    "mongod",
    "clickhouse-serv",
    "dotnet",
];
const OF_OTHERS: &str = "By its name that is hardly a Go program, and of others gomem can say nothing. Whose limit it was the kernel's lines before this one \
                         say; where small processes are killed one after the other, the group of all of them is at its limit, and its size \
                         is the sum of many.";
const OF_BUILD: &str = "Build with fewer at once (go build -p 1, or go test -p 1: a linker for each test's program runs beside the others), on a machine \
                        with more memory, or with GOGC=50 in the build's environment. The program that is built is not what takes it.";
const OF_START: &str = "The program kept nothing yet: what it asked for is what every Go program asks for when it starts. See who holds the machine's memory, \
                        and which limits the process starts with: `ulimit -v`, systemd's LimitAS and MemoryMax, the container's limit. Go \
                        reserves addresses that it never touches, so a limit on addresses (`ulimit -v`) of a gigabyte or so stops it.";
const OF_PROBE: &str = "By the pod's events it answered the probe too late. See why, while it is slow: the GC's CPU share and throttling by a CPU limit (scrapes of \
                        /metrics, of cadvisor too), a lock that is not let go (/debug/pprof/goroutine?debug=2), a CPU profile. A probe with a \
                        longer timeout hides it only.";
const OF_UNIT: &str = "systemd says it, of the kernel's OOM killer or of systemd-oomd, which acts on pressure before: `journalctl -k` and `journalctl -u \
                       systemd-oomd` have whose memory ended, `systemctl show -p MemoryMax` the unit's limit. Set GOMEMLIMIT below what it may \
                       have; if its live heap itself grows, find what keeps it: three heap profiles before the end tell.";
const OF_ONE_REQUEST: &str = "One allocation asked for that much at once: see in the dump's goroutine which, a slice or buffer that doubles or one of a size that comes from \
                              outside mostly. Check the size before, read and write in parts, or make it once with its capacity. A limit \
                              or a larger machine only moves the end.";
const OF_32_BITS: &str = "A program of 32 bits has 2 to 4 GiB of addresses, and one block needs a hole of its size among them: build it for 64 bits (GOARCH=amd64 or arm64), \
                          or work in parts instead of one block. How much memory the machine has does not matter.";
const OF_COMMIT_LIMIT: &str = "Errno 1455 is Windows' commit limit: all programs together had asked for as much as memory and paging files hold. See who holds it (Commit \
                               size in the Task Manager), and let the paging file grow; if it is this program itself, a heap profile taken \
                               before the end says what keeps it, and GOMEMLIMIT bounds it.";
const OF_YOUNG: &str = "It was killed as it began: likely what it loads or lists at its start needs more than the limit (caches and informers that take everything, \
                        a file read as a whole). A burst of requests, or a fast leak, does the same. Give it more, or have it load less: filter, page, stream. A heap profile of a \
                        start with a higher limit says what it is; GOMEMLIMIT at 90 % of the limit helps where most of it is garbage.";
/// A judgement: by then a program has started.
const YOUNG_SECONDS: f64 = 30.0;
const MANY_RESTARTS: u64 = 5;
/// Judgements: of one allocation, and of all that was in use beside it.
const LARGE: u64 = 64 << 20;
const PART: u64 = 8;
const SMALL: u64 = 16 << 20;
const OF_SMALL: &str = "So small a process is not what filled the memory: the kernel chose it, and others held it. The kernel's table of processes, before \
                        the line, says who; their sum, and what is of no process (tmpfs, the kernel's own), is what ended.";
const OF_LARGER: &str = "The machine's memory ended, and others held most of it: bound them, or move them or this program to another machine. That this one leaks \
                         the text does not show; scrapes of /metrics over some hours do. A lower oom_score_adj only has the kernel choose another.";
const MUCH_MORE: f64 = 2.0;
/// No heap grows by so much at once but for one allocation.
const HUGE: u64 = 256 << 20;
const OF_MACHINE: &str = "The machine's memory ended, not a container's: see which processes held it (the kernel's table before the line). Set \
                          GOMEMLIMIT to what this one may have; if its live heap itself grows, find what keeps it: three heap profiles \
                          before the end tell. What is outside of Go (cgo, mmap) counts too, and only scrapes show it.";
const OF_GROUP: &str = "The container was at its limit, which is not found here: set GOMEMLIMIT to about 90 % of it, which makes GC work harder near \
                        it. If the live heap itself grows, find what keeps it: three heap profiles before the end, and scrapes of /metrics, \
                        tell the two apart. What is outside of Go (cgo, mmap) counts too.";
const OF_EITHER: &str = "Whether the machine's memory ended or a container's is not found here: the kernel's lines before this one say it, and which \
                         processes held the memory. Set GOMEMLIMIT below what the program may have; if its live heap itself grows, find \
                         what keeps it: three heap profiles before the end tell. What is outside of Go (cgo, mmap) counts too.";

fn advice(kind: CrashKind) -> &'static str {
    match kind {
        CrashKind::OutOfMemory => {
            "See what keeps the memory: a heap profile taken before the end, or `gomem growth` over several. Where it is needed, give the \
             process more, and set GOMEMLIMIT below that."
        }
        CrashKind::Threads => {
            "A thread is held by each goroutine in a system call, in cgo, or locked to one: see in the dump where most stand (disk and DNS \
             without an answer are the usual ones), and bound how many do that at once. `newosproc` is the system's own refusal: see \
             `ulimit -u` and the container's pids limit; `thread exhaustion` is Go's bound of 10,000 (debug.SetMaxThreads)."
        }
        CrashKind::StackOverflow => {
            "End the recursion: bound its depth, or keep a list of what is still to do instead."
        }
        CrashKind::Deadlock => {
            "See what each goroutine waits for, in the dump below it; whoever should wake them is gone or waits itself."
        }
        CrashKind::Asked => {
            "The dump shows what each goroutine waited for: most of those that should have gone on tell why it was asked."
        }
        CrashKind::KilledInContainer => {
            "137 is SIGKILL. Whether memory was the reason this text does not say: `docker inspect` (State.OOMKilled) or `kubectl describe pod` \
             (Reason, and the events) does. Else it is `docker stop`, a liveness probe that failed, a shutdown that took longer than its grace \
             period, or a node short of memory."
        }
        CrashKind::Killed => {
            "Ask the kernel's log or the container's status (`OOMKilled`, exit code 137) whether memory was the reason; set GOMEMLIMIT below the limit."
        }
        CrashKind::KilledByKernel => {
            "Set GOMEMLIMIT to about 90 % of the limit, which makes GC work harder near it; if the live heap itself grows, find what keeps it: \
             three heap profiles before the end, and scrapes of /metrics, tell the two apart."
        }
        CrashKind::Panic | CrashKind::Fatal => {
            "Mend the line, or what leads to it; the goroutine's stack in the log says how it came there."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(log: &str) -> Finding {
        finding("a.txt", &Crash::last_in(log.as_bytes(), b"").unwrap())
    }

    #[test]
    fn a_container_that_died_young_is_likely_too_small() {
        let killed = |restarts: u32| {
            told(&format!(
                "    Last State:  Terminated\n      Reason:  OOMKilled\n      Started:  Wed, 08 May 2024 09:12:33 +0000\n      \
                 Finished:  Wed, 08 May 2024 09:13:02 +0000\n    Restart Count:  {restarts}\n"
            ))
        };
        assert_eq!((killed(1).action.as_str(), killed(41).action.contains("as it began")), (OF_YOUNG, false));
        assert!(OF_YOUNG.contains("likely") && !OF_YOUNG.contains("no leak"));
    }

    #[test]
    fn only_a_text_that_is_cut_lacks_the_line_that_asked() {
        let refused = "fatal error: runtime: out of memory\n\nruntime stack:\nruntime.sysMap(0xc0e0000000, 0x4000000, 0x16b3e18)\n\t\
                       /go/mem.go:1 +0x1\nruntime.(*mheap).grow(0x169b820, 0x1, 0x0)\n\t/go/mheap.go:1 +0x1\n";
        let cut = told(refused);
        assert!(
            cut.summary.contains("The text ends before") && !cut.summary.contains("step by step"),
            "{}",
            cut.summary
        );
        let dump = "\ngoroutine 5 [running]:\nruntime.gcBgMarkWorker()\n\t/go/mgc.go:1 +0x1\n\ngoroutine 1 [select]:\nmain.main()\n\t\
                    /a.go:1 +0x1\n";
        let whole = told(&(refused.to_owned() + dump));
        assert!(!whole.summary.contains("The text ends"), "{}", whole.summary);
    }
}
