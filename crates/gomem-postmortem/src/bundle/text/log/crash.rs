//! What a program, or who killed it, wrote into its log when it died.
//!
//! ```text
//! runtime: out of memory: cannot allocate 67108864-byte block (1820065792 in use)
//! fatal error: out of memory
//!
//! runtime: goroutine stack exceeds 1000000000-byte limit
//! fatal error: stack overflow
//!
//! panic: runtime error: makeslice: len out of range
//! fatal error: all goroutines are asleep - deadlock!
//! SIGQUIT: quit
//! signal: killed
//! ```
//!
//! The kernel says in its own log (`mm/oom_kill.c`, `mem_cgroup_print_oom_meminfo` in `mm/memcontrol.c`) what it killed, with how
//! much memory, and beyond which limit:
//!
//! ```text
//! memory: usage 524288kB, limit 524288kB, failcnt 1184
//! Memory cgroup out of memory: Killed process 31337 (api) total-vm:2101236kB, anon-rss:519840kB, file-rss:20480kB, …
//! ```
//!
//! Kubernetes and Docker say the same of a container: `Reason: OOMKilled`, `"OOMKilled": true`.
//!
//! Then the goroutines: the first one is the one that did it.

use crate::bundle::text::{
    log::container_state::{limit_around, limit_of_unit, restarts},
    log_time::LogTime,
    machine::{
        kernel_line::{Exhausted, KernelLine, Kill, Kills, is_unit},
        oom_report::ProcessTable,
        refusal::Refusal,
    },
};

/// How a program died.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CrashKind {
    OutOfMemory,
    StackOverflow,
    Deadlock,
    /// Somebody asked for the goroutines, by `SIGQUIT`.
    Asked,
    /// From outside, without a word: by the kernel, or by who runs the container.
    Killed,
    /// The same, by the exit code that a container's status has.
    KilledInContainer,
    /// By the kernel, for want of memory, as its log says.
    KilledByKernel,
    /// The system, or Go's own bound, gave it no further thread.
    Threads,
    Panic,
    Fatal,
}

/// The end of a program.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Crash {
    pub(crate) kind: CrashKind,
    /// What it wrote.
    pub(crate) message: String,
    /// Bytes of the heap's address space that were in use.
    pub(crate) in_use_bytes: Option<u64>,
    /// What the system refused, where memory ended.
    pub(crate) refusal: Refusal,
    /// Of the group of processes that the kernel killed it in.
    pub(crate) limit_bytes: Option<u64>,
    pub(crate) exhausted: Exhausted,
    /// How often the kernel killed such a process, where it is one that the kernel killed.
    pub(crate) kills: Option<Kills>,
    /// Who held memory then, where the kernel's log has it.
    pub(crate) processes: Option<ProcessTable>,
    /// Whether Go's own compiler or linker wrote it, in a build.
    pub(crate) is_of_build: bool,
    /// Whether Kubernetes ended it since its liveness probe failed.
    pub(crate) has_failed_probe: bool,
    /// Whether it died as it began, before it had a heap.
    pub(crate) is_at_start: bool,
    /// From its start to its end, where the container's status has both.
    pub(crate) lived_seconds: Option<f64>,
    /// Its line in the log, from 1.
    pub(crate) log_line: u64,
    /// Whether a dump of goroutines follows.
    pub(crate) has_dump: bool,
    /// The goroutine that did it, as the log has it; empty where the log has none.
    pub(crate) goroutine: Vec<u8>,
}

impl Crash {
    /// Whether a container's status tells it.
    fn is_of_container(&self) -> bool {
        let is_status = |kills: &Kills| kills.is_status;
        self.kind == CrashKind::KilledInContainer || self.kills.as_ref().is_some_and(is_status)
    }

    fn new(kind: CrashKind, message: String, log_line: u64) -> Self {
        Self {
            kind,
            message,
            in_use_bytes: None,
            refusal: Refusal::default(),
            limit_bytes: None,
            exhausted: Exhausted::NotKnown,
            kills: None,
            processes: None,
            is_of_build: false,
            is_at_start: false,
            has_failed_probe: false,
            lived_seconds: None,
            log_line,
            has_dump: false,
            goroutine: Vec::new(),
        }
    }

    /// With what was asked for, and what was in use.
    fn with_counts(self, (asked_bytes, in_use_bytes): (Option<u64>, Option<u64>)) -> Self {
        Self { in_use_bytes, refusal: Refusal { asked_bytes, ..self.refusal }, ..self }
    }

    /// The last one in a log: a program that was started again says the others of itself before. `shipped` is the log with what a
    /// shipper wrote before each line, its time among it.
    pub(crate) fn last_in(log: &[u8], shipped: &[u8]) -> Option<Self> {
        let lines = |log: &[u8]| memchr::memchr_iter(b'\n', log).count();
        let mut shipped = (lines(log) == lines(shipped)).then(|| shipped.split(|&byte| byte == b'\n'));
        let mut last: Option<Self> = None;
        let (mut in_use, mut is_overflow) = (None, false);
        // The line that has it.
        let mut line_in_use = 1;
        let (mut limit_bytes, mut announced) = (None, Exhausted::NotKnown);
        // What stands below the last end, where that is a container's.
        let mut below = None;
        // Where the last end begins, where that is not the kernel's.
        let mut begin_of_last = None;
        let mut kills: Vec<Kill> = Vec::new();
        // Which of them the last end is.
        let mut told = 0;
        let mut end = 0;
        let mut at = 0;
        for (number, line) in (1..).zip(log.split(|&byte| byte == b'\n')) {
            let begin = at;
            at += line.len() + 1;
            let whole = shipped.as_mut().and_then(Iterator::next).unwrap_or(line);
            if let Some(killed) = KernelLine::decode(line, whole) {
                match killed {
                    KernelLine::Limit(bytes) => limit_bytes = bytes,
                    KernelLine::Kills(exhausted) => announced = exhausted,
                    // An end that the text itself tells says more.
                    KernelLine::Exit(_) | KernelLine::Probe(_) if last.is_some() => {}
                    KernelLine::Exit(message) => {
                        last = Some(Self::new(CrashKind::KilledInContainer, message, number));
                        end = begin;
                    }
                    KernelLine::Probe(message) => {
                        let ended = Self::new(CrashKind::KilledInContainer, message, number);
                        last = Some(Self { has_failed_probe: true, ..ended });
                        end = begin;
                    }
                    KernelLine::Killed(kill)
                        if kills.get(told).is_some_and(|before| last.is_some() && kill.tells_again(before)) => {}
                    KernelLine::Killed(kill)
                        if last.as_ref().is_some_and(|last| kill.is_bystander(last.in_use_bytes)) =>
                    {
                        kills.push(kill);
                    }
                    KernelLine::Killed(kill) => {
                        (told, end) = (kills.len(), begin);
                        let Kill { resident_bytes, limit_bytes: own_limit, exhausted, is_status, .. } = kill;
                        let message = kill.message.clone();
                        kills.push(kill);
                        let limit_bytes = limit_bytes.take().or(own_limit);
                        let announced = std::mem::take(&mut announced);
                        last = Some(Self {
                            in_use_bytes: resident_bytes,
                            limit_bytes,
                            exhausted: match exhausted {
                                _ if limit_bytes.is_some() => Exhausted::Group,
                                Exhausted::NotKnown => announced,
                                known => known,
                            },
                            ..Self::new(CrashKind::KilledByKernel, message, number)
                        });
                        (below, begin_of_last) = (log.get(at..).filter(|_| is_status), None);
                    }
                }
                continue;
            }
            let line = without_prompt(line);
            // Most lines of a log are of something else.
            if !matches!(line.first(), Some(b'r' | b'f' | b'p' | b'S' | b's' | b'K')) {
                continue;
            }
            let Ok(text) = std::str::from_utf8(line) else { continue };
            let text = text.trim_end();
            if let Some(counts) = text.strip_prefix("runtime: out of memory: ") {
                (in_use, line_in_use) = (counted(counts), number);
            } else if text.starts_with(OVERFLOW) {
                is_overflow = true;
            } else if let Some(kind) = kind_of(text) {
                let kind = if is_overflow { CrashKind::StackOverflow } else { kind };
                // A handler that recovers logs a panic, and the program goes on; a dump of goroutines ends it.
                if kind == CrashKind::Panic && log.get(begin..).and_then(begin_of_goroutines).is_none() {
                    continue;
                }
                let message = text.chars().take(LONGEST_MESSAGE).collect();
                last = Some(Self::new(kind, message, number).with_counts(in_use.take().unwrap_or((None, None))));
                (is_overflow, below, begin_of_last, end) = (false, None, Some(begin), begin);
            }
        }
        // The message alone, as a title has it.
        if let (None, Some(counts)) = (&last, in_use) {
            let message = "runtime: out of memory".to_owned();
            last = Some(Self::new(CrashKind::OutOfMemory, message, line_in_use).with_counts(counts));
        }
        // Of one alone: each of many would be looked through far.
        if let (Some(crash), Some(rest)) = (&mut last, begin_of_last.and_then(|begin| log.get(begin..))) {
            let first = first_goroutine(rest);
            crash.has_dump = first.is_some();
            crash.goroutine = first.unwrap_or_default().to_vec();
            if crash.kind == CrashKind::OutOfMemory {
                let near = &rest[..rest.len().min(FARTHEST_DUMP)];
                let above = &log[end.saturating_sub(LONGEST_MESSAGE)..end];
                let refusal = Refusal::find(above, near);
                crash.refusal = Refusal { asked_bytes: crash.refusal.asked_bytes.or(refusal.asked_bytes), ..refusal };
                crash.is_at_start = AT_START.iter().any(|words| memchr::memmem::find(near, words).is_some());
            }
        }
        if let (Some(crash), Some(below)) = (&mut last, below) {
            crash.limit_bytes = crash.limit_bytes.or_else(|| limit_around(&log[..end], below));
        }
        if let Some(crash) = &mut last {
            let near = &log[end.saturating_sub(FARTHEST_DUMP)..log.len().min(end + FARTHEST_DUMP)];
            crash.is_of_build = BUILD.iter().any(|words| memchr::memmem::find(near, words).is_some());
        }
        if let Some(crash) = last.as_mut().filter(|crash| crash.kind == CrashKind::KilledInContainer) {
            crash.has_failed_probe |= container_before(&log[..end]).is_some_and(|name| {
                let event = format!("Container {name} failed liveness probe");
                memchr::memmem::find(log, event.as_bytes()).is_some()
            });
        }
        if let Some(crash) = last.as_mut().filter(|crash| crash.kind == CrashKind::KilledByKernel) {
            crash.kills = Kills::new(&kills, told);
            let near = String::from_utf8_lossy(&log[end.saturating_sub(LONGEST_TABLE)..end]);
            let killed = crash.kills.as_ref().and_then(|kills| kills.process.as_deref());
            crash.processes = killed.and_then(|killed| ProcessTable::find(&near, killed));
            if killed.is_some_and(is_unit) {
                crash.limit_bytes = crash.limit_bytes.or_else(|| limit_of_unit(log));
            }
            if let (Some(kills), Some(below)) = (&mut crash.kills, below) {
                kills.restarts = kills.restarts.or_else(|| restarts(below)).filter(|&count| count > 0);
            }
        }
        if let Some(crash) = last.as_mut().filter(|crash| crash.is_of_container()) {
            crash.lived_seconds = lived(log, end);
        }
        last
    }
}

/// From the start of a container to its end, by the state that says that it was killed, whose lines stand together:
///
/// ```text
///       Reason:       OOMKilled
///       Exit Code:    137
///       Started:      Wed, 08 May 2024 09:12:33 +0000
///       Finished:     Wed, 08 May 2024 09:12:34 +0000
/// ```
fn lived(log: &[u8], killed: usize) -> Option<f64> {
    let (above, below) = log.split_at(killed);
    let above = &above[above.len().saturating_sub(FARTHEST_STATE)..];
    let below = &below[..below.len().min(FARTHEST_STATE)];
    let indent = |line: &[u8]| line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let own = indent(below);
    // What is indented further belongs to one of its fields, and the state ends where anything else begins.
    let is_of_state = |line: &&[u8]| indent(line) > own || (indent(line) == own && is_field_of_state(line));
    let lines = |text| <[u8]>::split(text, |&byte| byte == b'\n');
    below.split(|&byte| byte == b'\n').next().filter(is_of_state)?;
    let before = lines(above.strip_suffix(b"\n").unwrap_or(above)).rev().take_while(is_of_state);
    let fields = before.chain(lines(below).take_while(is_of_state)).filter(|line| indent(line) == own);
    let (mut starts, mut ends) = (Vec::new(), Vec::new());
    for line in fields {
        let line = std::str::from_utf8(line).ok()?;
        let of =
            |names: [&str; 3]| names.iter().find_map(|name| line.split_once(name)).map(|(_, time)| LogTime::find(time));
        starts.extend(of(["Started:", "startedAt", "StartedAt"]));
        ends.extend(of(["Finished:", "finishedAt", "FinishedAt"]));
    }
    // Where there are two, one is another container's.
    match (starts.as_slice(), ends.as_slice()) {
        (&[Some(start)], &[Some(end)]) => start.seconds_to(end),
        _ => None,
    }
}

fn is_field_of_state(line: &[u8]) -> bool {
    let Some((key, _)) = std::str::from_utf8(line).ok().and_then(|line| line.split_once(':')) else { return false };
    let key: String = key.chars().filter(|letter| !letter.is_whitespace() && *letter != '"').collect();
    STATE.iter().any(|field| key.eq_ignore_ascii_case(field))
}

/// The name that `kubectl describe` has above the last container's id.
fn container_before(text: &[u8]) -> Option<&str> {
    let near = &text[text.len().saturating_sub(FARTHEST_NAME)..];
    let id = memchr::memmem::rfind(near, b"Container ID:")?;
    let above = near[..id].split(|&byte| byte == b'\n').rev().nth(1)?;
    std::str::from_utf8(above).ok()?.trim().strip_suffix(':')
}

/// Whether a line is one that a program, or who killed it, writes at its end.
pub(crate) fn begins_end(line: &[u8]) -> bool {
    let is_candidate = matches!(line.first(), Some(b'r' | b'f' | b'p' | b'S' | b's' | b'K'));
    is_candidate
        && std::str::from_utf8(line).is_ok_and(|line| {
            let line = line.trim_end();
            kind_of(line).is_some() || line.starts_with("runtime: out of memory: ") || line.starts_with(OVERFLOW)
        })
}

fn kind_of(line: &str) -> Option<CrashKind> {
    let fatal = |message: &str| match message {
        "out of memory" | "runtime: cannot allocate memory" | "runtime: out of memory" => CrashKind::OutOfMemory,
        "stack overflow" => CrashKind::StackOverflow,
        message if message.starts_with("all goroutines are asleep") => CrashKind::Deadlock,
        message if message.contains("cannot allocate memory") => CrashKind::OutOfMemory,
        message if message.starts_with("out of memory") || message == NO_ADDRESSES => CrashKind::OutOfMemory,
        "newosproc" | "thread exhaustion" => CrashKind::Threads,
        _ => CrashKind::Fatal,
    };
    if let Some(message) = line.strip_prefix("fatal error: ") {
        return Some(fatal(message));
    }
    match line {
        "SIGQUIT: quit" => Some(CrashKind::Asked),
        "Killed" | "signal: killed" => Some(CrashKind::Killed),
        line if line.starts_with("panic: ") && !line.ends_with(" [recovered]") => Some(CrashKind::Panic),
        line if line.starts_with("SIG") && line.split_once(": ").is_some_and(|(name, _)| is_signal(name)) => {
            Some(CrashKind::Fatal)
        }
        _ => None,
    }
}

fn is_signal(name: &str) -> bool {
    ["SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP", "SIGSYS"].contains(&name)
}

/// `cannot allocate 67108864-byte block (1820065792 in use)`: asked for, and in use.
fn counted(text: &str) -> Option<(Option<u64>, Option<u64>)> {
    let asked = text.strip_prefix("cannot allocate ")?.split_once("-byte block")?;
    let in_use = asked.1.trim().strip_prefix('(')?.strip_suffix(" in use)")?;
    Some((asked.0.parse().ok(), in_use.parse().ok()))
}

/// Without what a shell wrote before it. A title, a comment and a word in code speak of such a line only.
fn without_prompt(line: &[u8]) -> &[u8] {
    line.strip_prefix(b"$ ").unwrap_or(line)
}

/// Where a dump of goroutines begins, if it is near: beyond another program's words it is not of this one.
fn begin_of_goroutines(rest: &[u8]) -> Option<usize> {
    let near = &rest[..rest.len().min(FARTHEST_DUMP)];
    Some(memchr::memmem::find(near, b"\ngoroutine ")? + 1)
}

/// The first goroutine of the dump that follows, up to the blank line after it.
fn first_goroutine(rest: &[u8]) -> Option<&[u8]> {
    let dump = &rest[begin_of_goroutines(rest)?..];
    let dump = &dump[..dump.len().min(LONGEST_GOROUTINE)];
    let end = memchr::memmem::find(dump, b"\n\n").map_or(dump.len(), |end| end + 1);
    Some(&dump[..end])
}

/// `init` of `runtime/mpagealloc_64bit.go`: addresses are reserved before the heap has any memory.
const NO_ADDRESSES: &str = "failed to reserve page summary memory";
/// What the runtime says or does before it has a heap: the first memory of it lies at `0xc0<<32`, on arm64 at `0x40<<32`
/// (`mallocinit` and `sysAlloc` in `runtime/malloc.go`, `startpanic_m` in `runtime/panic.go`).
const AT_START: [&[u8]; 5] = [
    NO_ADDRESSES.as_bytes(),
    b"out of memory allocating heap arena map",
    b"runtime: panic before malloc heap initialized",
    b"runtime.sysMap(0xc000000000,",
    b"runtime.sysMap(0x4000000000,",
];
/// What only a build has on its stacks, or says.
const BUILD: [&[u8]; 3] = [b"cmd/link/internal/", b"cmd/compile/internal/", b" [build failed]"];
const OVERFLOW: &str = "runtime: goroutine stack exceeds ";
const LONGEST_MESSAGE: usize = 300;
/// Bytes before the line that says who was killed: a machine has some hundred processes, each a line.
const LONGEST_TABLE: usize = 1 << 18;
/// The runtime's own stack and the registers stand before the goroutines.
const FARTHEST_DUMP: usize = 16 << 10;
/// The fields of a container's state that ended, which stand together.
const FARTHEST_STATE: usize = 1 << 10;
const STATE: [&str; 17] = [
    "reason",
    "exitCode",
    "signal",
    "message",
    "containerID",
    "started",
    "startedAt",
    "finished",
    "finishedAt",
    // Of `docker inspect`.
    "status",
    "running",
    "paused",
    "restarting",
    "OOMKilled",
    "dead",
    "pid",
    "error",
];
/// How far above a container's state its name stands.
const FARTHEST_NAME: usize = 4 << 10;
const LONGEST_GOROUTINE: usize = 256 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_died_and_how_much_was_in_use() {
        let log = b"gc 1 @0.1s\nruntime: out of memory: cannot allocate 64-byte block (100 in use)\nfatal error: out of memory\n\n\
                    goroutine 1 [running]:\nmain.main()\n\t/a.go:1 +0x1\n\ngoroutine 2 [select]:\nx\n";
        let crash = Crash::last_in(log, log).unwrap();
        assert_eq!(
            (crash.kind, crash.in_use_bytes, crash.refusal.asked_bytes),
            (CrashKind::OutOfMemory, Some(100), Some(64))
        );
        assert_eq!((crash.message.as_str(), crash.log_line), ("fatal error: out of memory", 3));
        assert!(crash.goroutine.starts_with(b"goroutine 1") && crash.goroutine.ends_with(b"+0x1\n"));
    }

    #[test]
    fn what_ends_a_program_before_it_has_a_heap() {
        let crash = |log: &str| Crash::last_in(log.as_bytes(), b"").unwrap();
        let mapped = |at: &str| {
            crash(&format!(
                "fatal error: runtime: out of memory\n\nruntime stack:\nruntime.sysMap({at}, 0x4000000, 0x4577058)\n\t/x/mem_linux.go:169\n"
            ))
        };
        assert!(mapped("0xc000000000").is_at_start && mapped("0x4000000000").is_at_start);
        assert!(!mapped("0xc004000000").is_at_start && !mapped("0xc0000000000").is_at_start);
        let reserved = crash("fatal error: failed to reserve page summary memory\n");
        assert_eq!((reserved.kind, reserved.is_at_start), (CrashKind::OutOfMemory, true));
        let threads = "runtime: failed to create new OS thread (have 12 already; errno=11)\nfatal error: newosproc\n";
        assert_eq!((crash(threads).kind, crash(threads).is_at_start), (CrashKind::Threads, false));
        let map = crash("fatal error: out of memory allocating heap arena map\n");
        assert_eq!((map.kind, map.is_at_start), (CrashKind::OutOfMemory, true));
        assert_eq!(crash("fatal error: out of memory allocating allArenas\n").kind, CrashKind::OutOfMemory);
    }

    #[test]
    fn a_bystander_and_a_build_far_away_change_nothing() {
        let killed = |name: &str, kilobytes: u32| {
            format!("Memory cgroup out of memory: Killed process 7 ({name}) total-vm:9kB, anon-rss:{kilobytes}kB\n")
        };
        let told = |log: &str| Crash::last_in(log.as_bytes(), b"").and_then(|crash| crash.kills?.process);
        assert_eq!(told(&(killed("api", 500_000) + &killed("sh", 100))).as_deref(), Some("api"));
        assert_eq!(told(&(killed("api", 500_000) + &killed("db", 400_000))).as_deref(), Some("db"));
        let of_build = |between: usize| {
            let log = format!("FAIL x [build failed]\n{}fatal error: out of memory\n", "x\n".repeat(between));
            Crash::last_in(log.as_bytes(), b"").unwrap().is_of_build
        };
        assert!(of_build(0) && !of_build(FARTHEST_DUMP));
    }

    #[test]
    fn a_dump_that_is_cut_short_says_what_was_asked_for() {
        let of = |allocator: &str| {
            let log = format!(
                "$ fatal error: runtime: out of memory\n\nruntime stack:\n{allocator}\n\t/x/malloc.go:9 +0x1\n"
            );
            let crash = Crash::last_in(log.as_bytes(), b"").unwrap();
            assert_eq!((crash.kind, crash.log_line), (CrashKind::OutOfMemory, 1));
            crash.refusal.asked_bytes
        };
        assert_eq!(of("runtime.largeAlloc(0x4000000, 0xc000030101, 0x43be27)"), Some(64 << 20));
        assert_eq!(of("runtime.mallocgc(0x200000, 0xe09e20, 0x1)"), Some(2 << 20));
        assert_eq!(of("runtime.mallocgc(0x200000?, 0xe09e20?, 0x1?)"), None);
        assert_eq!(of("runtime.mallocgc(0xfffffffffffffffff, 0x1)"), None);
    }

    #[test]
    fn the_kernel_says_whom_it_killed() {
        let log = b"[8812.1] api invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0\n\
                    [8812.2] memory: usage 524288kB, limit 524288kB, failcnt 1184\n\
                    [8812.3] Memory cgroup out of memory: Killed process 31337 (api) total-vm:2101236kB, anon-rss:519840kB, \
                    file-rss:20480kB\n";
        let crash = Crash::last_in(log, log).unwrap();
        assert_eq!((crash.kind, crash.log_line), (CrashKind::KilledByKernel, 3));
        assert_eq!((crash.in_use_bytes, crash.limit_bytes), (Some(519_840 << 10), Some(524_288 << 10)));
        assert_eq!(crash.message, "Memory cgroup out of memory: Killed process 31337 (api)");
        let whole =
            b"kernel: Out of memory: Killed process 7 (x), UID 0, total-vm:1kB, anon-rss:99999999999999999999kB\n";
        let crash = Crash::last_in(whole, whole).unwrap();
        assert_eq!((crash.in_use_bytes, crash.limit_bytes, crash.exhausted), (None, None, Exhausted::Machine));
        let old = b"[2.1] Memory cgroup out of memory: Kill process 9 (api) score 2 or sacrifice child\n\
                    [2.2] Killed process 7 (api) total-vm:90kB, anon-rss:80kB, file-rss:0kB\n";
        let crash = Crash::last_in(old, old).unwrap();
        assert_eq!((crash.message.as_str(), crash.in_use_bytes), ("Killed process 7 (api)", Some(80 << 10)));
        assert_eq!(crash.exhausted, Exhausted::Group);
        let machine = b"[2.1] Out of memory: Kill process 9 (api) score 797 or sacrifice child\n\
                        [2.2] Killed process 9 (api) total-vm:90kB, anon-rss:80kB, file-rss:0kB\n";
        assert_eq!(Crash::last_in(machine, b"").map(|crash| crash.exhausted), Some(Exhausted::Machine));
        let second_alone = b"[2.2] Killed process 9 (api) total-vm:90kB, anon-rss:80kB, file-rss:0kB\n";
        assert_eq!(Crash::last_in(second_alone, b"").map(|crash| crash.exhausted), Some(Exhausted::NotKnown));
        for status in ["  Reason:       OOMKilled\n", "\"reason\": \"OOMKilled\",\n", "\"OOMKilled\": true,\n"] {
            assert_eq!(Crash::last_in(status.as_bytes(), b"").map(|crash| crash.kind), Some(CrashKind::KilledByKernel));
        }
        for log in ["Out of memory: the cache said so\n", "\"OOMKilled\": false,\n", "the pod was OOMKilled again\n"] {
            assert_eq!(Crash::last_in(log.as_bytes(), b""), None);
        }
    }

    #[test]
    fn how_long_a_container_lived_its_own_state_says() {
        let lived = |text: &str| Crash::last_in(text.as_bytes(), b"").unwrap().lived_seconds;
        let state = |reason: &str, from: &str, to: &str| {
            format!(
                "    State:  Terminated\n      Reason:  {reason}\n      Started:  Wed, 08 May 2024 {from} +0000\n      \
                 Finished:  Wed, 08 May 2024 {to} +0000\n    Ready:  True\n"
            )
        };
        let own = state("OOMKilled", "09:00:00", "10:00:00");
        let other = state("Completed", "08:00:00", "08:00:03");
        assert_eq!(lived(&own), Some(3600.0));
        assert_eq!(lived(&(other.clone() + &own)), Some(3600.0), "an init container before it");
        assert_eq!(lived(&(own + &other)), Some(3600.0), "a sidecar after it");
        let alone = "    State:  Terminated\n      Reason:  OOMKilled\n    Ready:  True\n";
        assert_eq!(lived(&(other.clone() + alone + &other)), None);
        let yaml = "  state:\n    running:\n      startedAt: \"2024-05-10T18:00:00Z\"\n  lastState:\n    terminated:\n      \
                    exitCode: 137\n      finishedAt: \"2024-05-10T18:00:10Z\"\n      reason: OOMKilled\n";
        assert_eq!(lived(yaml), None);
        assert_eq!(lived(&(yaml.to_owned() + "      startedAt: \"2024-05-10T17:00:10Z\"\n")), Some(3600.0));
        let flat = "Started: 2024-05-10T17:00:00Z\nFinished: 2024-05-10T17:00:03Z\nName: api\nReason: OOMKilled\n";
        assert_eq!(lived(flat), None);
    }

    #[test]
    fn every_kind_and_what_is_none() {
        let dump = "\n\ngoroutine 1 [running]:\nmain.main()\n";
        for (line, kind) in [
            (
                "runtime: goroutine stack exceeds 1000000000-byte limit\nfatal error: stack overflow",
                CrashKind::StackOverflow,
            ),
            ("fatal error: all goroutines are asleep - deadlock!", CrashKind::Deadlock),
            ("fatal error: concurrent map writes", CrashKind::Fatal),
            ("panic: runtime error: makeslice: len out of range", CrashKind::Panic),
            ("SIGQUIT: quit", CrashKind::Asked),
            ("SIGSEGV: segmentation violation", CrashKind::Fatal),
            ("signal: killed", CrashKind::Killed),
        ] {
            assert_eq!(
                Crash::last_in(format!("{line}{dump}").as_bytes(), b"").map(|crash| crash.kind),
                Some(kind),
                "{line}"
            );
        }
        for page in [
            "# signal: killed\n",
            "# fatal error: runtime: out of memory\n",
            "`fatal error: out of memory` is never printed\n",
            "`runtime: out of memory: cannot allocate 64-byte block (100 in use)` is what Go 1.5 wrote.\n",
            "runtime: out of memory: cannot allocate 64-byte block (100 in use) is what Go 1.5 wrote.\n",
        ] {
            assert_eq!(Crash::last_in(page.as_bytes(), b""), None, "{page}");
        }
        let message = "we saw\n\nruntime: out of memory: cannot allocate 64-byte block (100 in use)\n";
        assert_eq!(Crash::last_in(message.as_bytes(), b"").map(|crash| crash.log_line), Some(3));
        for log in ["panic: it was caught\nserving on\n", "served\nfailed to connect\n", "", "panic: a [recovered]\n"] {
            assert_eq!(Crash::last_in(log.as_bytes(), b""), None, "{log}");
        }
    }
}
