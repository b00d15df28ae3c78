//! What the kernel's log says of a process that it killed for want of memory, and what a container's status says of it.
//!
//! ```text
//! memory: usage 524288kB, limit 524288kB, failcnt 1184
//! oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=…,task=api,pid=31337,uid=1000
//! Memory cgroup out of memory: Killed process 31337 (api) total-vm:2101236kB, anon-rss:519840kB, file-rss:20480kB, …
//! Reason:       OOMKilled
//! api-7d9       0/1     OOMKilled   5 (38s ago)   12m
//! api.service: A process of this unit has been killed by the OOM killer.
//! Exit Code:    137
//! ```

use std::sync::LazyLock;

use gomem_table::ByteUnits;
use memchr::memmem::Finder;

use crate::bundle::text::{
    log_time::LogTime,
    machine::{machine_bytes::of_machine, platform_kill::PlatformKill},
    printed::printable,
};

/// Whose memory had ended when the kernel killed a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Exhausted {
    /// The text does not say.
    #[default]
    NotKnown,
    Machine,
    /// A group of processes was at its limit, a container's mostly.
    Group,
}

/// What a line of the kernel's log says of a process that it killed for want of memory.
pub(crate) enum KernelLine {
    /// The limit of its group.
    Limit(Option<u64>),
    /// That it kills one; the next line says whom. Kernels before 5.0 have two.
    Kills(Exhausted),
    Killed(Kill),
    /// That `SIGKILL` ended a container, as its status says without a reason.
    Exit(String),
    /// That Kubernetes ends a container since its liveness probe failed, as its events say.
    Probe(String),
}

/// A process that was killed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kill {
    /// What the line says of it, without sizes.
    pub(crate) message: String,
    /// Its name, as the kernel has it, or the pod's.
    process: Option<String>,
    time: Option<LogTime>,
    pub(crate) resident_bytes: Option<u64>,
    /// What it might have, where its own line has that.
    pub(crate) limit_bytes: Option<u64>,
    pub(crate) exhausted: Exhausted,
    /// Whether it is a container's status, which tells no size.
    pub(crate) is_status: bool,
    /// How often it was started again, where a status tells it.
    restarts: Option<u64>,
}

/// How often the kernel killed a process of one name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kills {
    /// The name, where the lines have it.
    pub(crate) process: Option<String>,
    pub(crate) count: usize,
    /// From the first to the last, where both lines have a time.
    pub(crate) seconds: Option<f64>,
    /// The fewest and the most bytes that were resident.
    pub(crate) resident_bytes: Option<(u64, u64)>,
    /// How often a container was started again.
    pub(crate) restarts: Option<u64>,
    /// Other names that were killed, each with how often.
    pub(crate) others: Vec<(String, usize)>,
    /// Kills of further names.
    pub(crate) further: usize,
    /// Whether a container's status tells it.
    pub(crate) is_status: bool,
}

impl Kills {
    /// Of the process of one of the kills, which is told.
    pub(crate) fn new(kills: &[Kill], told: usize) -> Option<Self> {
        let told = kills.get(told)?;
        let is_same = |kill: &&Kill| kill.process == told.process;
        let same: Vec<&Kill> = kills.iter().filter(is_same).collect();
        let sizes = || same.iter().filter_map(|kill| kill.resident_bytes);
        let first = same.first()?.time;
        let (mut others, mut further): (Vec<(String, usize)>, usize) = (Vec::new(), 0);
        for name in kills.iter().filter(|kill| !is_same(kill)).filter_map(|kill| kill.process.as_ref()) {
            match others.iter().position(|(known, _)| known == name) {
                Some(at) => others[at].1 += 1,
                None if others.len() < MOST_OTHERS => others.push((name.clone(), 1)),
                None => further += 1,
            }
        }
        Some(Self {
            process: told.process.clone(),
            // A status is one kill, however often it is printed.
            count: same.iter().filter(|kill| !kill.is_status).count().max(1),
            seconds: first.zip(told.time).and_then(|(first, last)| first.seconds_to(last)),
            resident_bytes: sizes().min().zip(sizes().max()),
            restarts: same.iter().filter_map(|kill| kill.restarts).max().filter(|&restarts| restarts > 0),
            others,
            further,
            is_status: told.is_status,
        })
    }
}

impl Kill {
    /// Whether what was killed before held so much more that this one only stood by: the kernel ends all of a group, and a shell
    /// that holds nothing.
    pub(crate) fn is_bystander(&self, before: Option<u64>) -> bool {
        let sizes = self.resident_bytes.zip(before);
        !self.is_status && sizes.is_some_and(|(own, before)| own.saturating_mul(BYSTANDER) <= before)
    }
}

impl KernelLine {
    /// `whole` is the line with what a shipper wrote before it, which has the time.
    pub(crate) fn decode(line: &[u8], whole: &[u8]) -> Option<Self> {
        // Most lines of a log are of something else.
        if MARKS.iter().all(|mark| mark.find(line).is_none()) {
            return None;
        }
        let has = |word: &[u8]| memchr::memmem::find(line, word).is_some();
        if has(b"OOMKilled") {
            let text = std::str::from_utf8(line).ok()?;
            let found = Kill::of_status(text).or_else(|| Kill::of_pod(text)).or_else(|| Kill::of_sentence(text));
            return found.map(Self::Killed);
        }
        if has(FAILED_PROBE) {
            return std::str::from_utf8(line).ok().and_then(failed_probe).map(Self::Probe);
        }
        if let Some(kill) = std::str::from_utf8(line).ok().and_then(PlatformKill::parse) {
            return Some(Self::Killed(Kill::of_platform(kill, whole)));
        }
        if has(b"137")
            && let Some(exit) = std::str::from_utf8(line).ok().and_then(exit_by_kill)
        {
            return Some(Self::Exit(exit));
        }
        if has(b"OOM killer") || has(b"'oom-kill'") {
            let time = time_of(whole);
            return Kill::of_unit(std::str::from_utf8(line).ok()?).map(|kill| Self::Killed(Kill { time, ..kill }));
        }
        if !has(b"emory") && !has(b"anon-rss:") && !has(b"oom-kill:") {
            return None;
        }
        let text = std::str::from_utf8(line).ok()?;
        // What ECS says of a container.
        if let Some(at) = text.find("OutOfMemoryError: Container killed") {
            let message = text[at..].trim_end().trim_end_matches(['"', ',']).chars().take(LONGEST_MESSAGE).collect();
            return Some(Self::Killed(Kill::of_container(message, None, None)));
        }
        if is_example(text) {
            return None;
        }
        if let Some((_, constraint)) = text.split_once("oom-kill:constraint=") {
            let is_of_group = constraint.starts_with("CONSTRAINT_MEMCG");
            return Some(Self::Kills(if is_of_group { Exhausted::Group } else { Exhausted::Machine }));
        }
        if let Some((_, usage)) = text.split_once("memory: usage ") {
            let (_, limit) = usage.split_once("limit ")?;
            return Some(Self::Limit(kilobytes(limit)));
        }
        if text.contains(" or sacrifice child") {
            return exhausted_before(text, "Kill process ").map(|(_, exhausted)| Self::Kills(exhausted));
        }
        let second_line = || text.find(KILLED).or_else(|| text.find(KILLED_BY_OPENVZ));
        let of_second_line = || second_line().filter(|_| text.contains(" total-vm:"));
        let (begin, exhausted) =
            exhausted_before(text, KILLED).or_else(|| of_second_line().map(|begin| (begin, Exhausted::NotKnown)))?;
        let message = text.get(begin..)?;
        let (_, resident) = message.split_once("anon-rss:")?;
        let words = message.split(" total-vm:").next().unwrap_or(message).trim_end_matches(',');
        let name = words.split_once(" (").and_then(|(_, rest)| rest.split(')').next());
        Some(Self::Killed(Kill {
            message: words.chars().take(LONGEST_MESSAGE).collect(),
            process: name.map(printable),
            time: time_of(whole),
            resident_bytes: kilobytes(resident),
            limit_bytes: None,
            exhausted,
            is_status: false,
            restarts: None,
        }))
    }
}

fn time_of(line: &[u8]) -> Option<LogTime> {
    LogTime::find(&String::from_utf8_lossy(&line[..line.len().min(LONGEST_MESSAGE)]))
}

/// `Exit Code: 137` of `kubectl describe`, `"ExitCode": 137` of `docker inspect`, `Exited (137)` of `docker ps`: 128 and `SIGKILL`.
fn exit_by_kill(line: &str) -> Option<String> {
    let text = line.trim().trim_end_matches(',');
    let plain: String = text.chars().filter(|letter| !letter.is_whitespace() && *letter != '"').collect();
    let of_row = || line.contains(" Exited (137) ").then(|| "Exited (137)".to_owned());
    plain.eq_ignore_ascii_case("exitcode:137").then(|| "Exit Code: 137".to_owned()).or_else(of_row)
}

/// `Normal   Killing   pod/api-7d9   Container api failed liveness probe, will be restarted`: a row of events.
fn failed_probe(line: &str) -> Option<String> {
    let (before, rest) = line.split_once("Container ")?;
    let (name, _) = rest.split_once(' ')?;
    let is_event = before.split_whitespace().any(|cell| cell == "Killing");
    is_event.then(|| format!("Container {} failed liveness probe", printable(name)))
}

impl Kill {
    /// `api.service: A process of this unit has been killed by the OOM killer.`, and below it `Failed with result 'oom-kill'.`, of
    /// systemd.
    fn of_unit(line: &str) -> Option<Self> {
        let is_result = line.contains(": Failed with result 'oom-kill'");
        let end = line.find(": Failed with result 'oom-kill'").or_else(|| line.find(OF_UNIT))?;
        let unit = line[..end].rsplit(' ').next().filter(|unit| is_unit(unit))?;
        Some(Self {
            message: line[end - unit.len()..].trim_end().chars().take(LONGEST_MESSAGE).collect(),
            process: Some(printable(unit)),
            time: None,
            resident_bytes: None,
            limit_bytes: None,
            exhausted: Exhausted::NotKnown,
            is_status: is_result,
            restarts: None,
        })
    }

    /// Whether it is systemd's word, which has no size, of what the kernel said right before.
    pub(crate) fn tells_again(&self, before: &Self) -> bool {
        let seconds = before.time.zip(self.time).and_then(|(before, own)| before.seconds_to(own));
        self.process.as_deref().is_some_and(is_unit)
            && before.resident_bytes.is_some()
            && seconds.is_none_or(|seconds| seconds <= SAME_SECONDS)
    }

    /// `Reason: OOMKilled` of `kubectl describe`, `"OOMKilled": true` of `docker inspect`, `exitCode: 137, reason: OOMKilled`. The
    /// line is that alone, or has the exit code beside it: the labels of a metric, an alert's rule and prose do not.
    fn of_status(line: &str) -> Option<Self> {
        let text = line.trim().trim_end_matches(',');
        let plain: String = text.chars().filter(|letter| !letter.is_whitespace() && *letter != '"').collect();
        let plain = plain.to_ascii_lowercase();
        let says = |field: &str| ["reason:oomkilled", "reason=oomkilled", "oomkilled:true"].contains(&field);
        let is_exit = |field: &str| ["exitcode:137", "exitcode=137"].contains(&field);
        let is_json = text.starts_with(['{', '[', '"']);
        let mut fields: Vec<&str> = plain.split([',', ';']).collect();
        if is_json {
            fields = plain.split([',', '{', '}', '[', ']']).collect();
        }
        let is_plain = is_json || fields.iter().all(|field| is_field(field));
        let has_both = fields.iter().any(|field| says(field)) && fields.iter().any(|field| is_exit(field));
        let is_status = says(&plain) || (is_plain && has_both);
        is_status.then(|| Self::of_container(text.split_whitespace().collect::<Vec<_>>().join(" "), None, None))
    }

    /// `api-7d9   0/1   OOMKilled   5 (38s ago)   12m` of `kubectl get pods`.
    fn of_pod(line: &str) -> Option<Self> {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let at = cells.iter().position(|cell| *cell == "OOMKilled").filter(|&at| at >= 2)?;
        let (ready, all) = cells[at - 1].split_once('/')?;
        let restarts = cells.get(at + 1)?.parse().ok()?;
        let is_row = ready.parse::<u32>().is_ok() && all.parse::<u32>().is_ok();
        let pod = printable(cells[at - 2]);
        is_row.then(|| Self::of_container(format!("{pod} OOMKilled"), Some(pod), Some(restarts)))
    }

    /// `Container checkout-api-6f7c9d-x2 ran out of memory and was OOMKilled (exit code 137)`, as monitors write it of a container.
    fn of_sentence(line: &str) -> Option<Self> {
        let is_end = ["was", "got", "been"].iter().any(|verb| line.contains(&format!(" {verb} OOMKilled")));
        let is_told = is_end && line.contains("137") && !is_example(line);
        let mut words = line.split_whitespace().skip_while(|word| !word.eq_ignore_ascii_case("container"));
        let name = words.nth(1).filter(|name| name.contains('-')).map(printable);
        is_told.then(|| Self::of_container(printable(line), name, None))
    }

    fn of_container(message: String, process: Option<String>, restarts: Option<u64>) -> Self {
        let exhausted = Exhausted::Group;
        let (resident_bytes, limit_bytes) = (None, None);
        Self { message, process, time: None, resident_bytes, limit_bytes, exhausted, is_status: true, restarts }
    }

    fn of_platform(kill: PlatformKill, whole: &[u8]) -> Self {
        let PlatformKill { message, used_bytes, limit_bytes, count } = kill;
        let is_status = used_bytes.is_none();
        let time = time_of(whole);
        Self { time, resident_bytes: used_bytes, limit_bytes, is_status, ..Self::of_container(message, None, count) }
    }
}

/// Whether it is the name of one of systemd's units.
pub(crate) fn is_unit(name: &str) -> bool {
    [".service", ".scope", ".slice"].iter().any(|kind| name.ends_with(kind))
}

/// `exitcode:137`: one word, and its value.
fn is_field(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.split_once([':', '=']).is_some_and(|(name, value)| {
        is_word(name) && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.:_".contains(&byte))
    })
}

/// Whether a sentence only says what such a line looks like.
fn is_example(line: &str) -> bool {
    let Some((before, _)) = line.split_once(['`', '\u{201c}', '"']) else { return false };
    let before = before.to_ascii_lowercase();
    EXAMPLES.iter().any(|words| before.contains(words))
}

/// Where a line says whose memory ended, right before what the kernel does about it.
fn exhausted_before(line: &str, words: &str) -> Option<(usize, Exhausted)> {
    let of = |&(whose, exhausted): &(&str, Exhausted)| {
        let mut found = line.match_indices(whose).map(|(begin, _)| begin);
        found.find(|begin| line[begin + whose.len()..].starts_with(words)).map(|begin| (begin, exhausted))
    };
    EXHAUSTED.iter().filter_map(of).min_by_key(|found| found.0)
}

/// `524288kB`.
fn kilobytes(text: &str) -> Option<u64> {
    let end = text.find("kB")?;
    of_machine(ByteUnits::Binary.parse(&text[..end + 2])?).map(|bytes| bytes as u64)
}

/// What any such line has.
static MARKS: LazyLock<[Finder<'static>; 10]> = LazyLock::new(|| {
    [
        "OOMKilled",
        "OOM Killed",
        "OOM killer",
        "'oom-kill'",
        "137",
        "emory",
        "anon-rss:",
        "oom-kill:",
        "liveness probe, ",
        "error: signal: killed",
    ]
    .map(Finder::new)
});
const EXHAUSTED: [(&str, Exhausted); 2] =
    [("Memory cgroup out of memory: ", Exhausted::Group), ("Out of memory: ", Exhausted::Machine)];
const EXAMPLES: [&str; 6] = ["for example", "e.g.", "something like", "such as", "would ", "will see"];
const FAILED_PROBE: &[u8] = b" failed liveness probe, will be restarted";
const KILLED: &str = "Killed process ";
const KILLED_BY_OPENVZ: &str = "OOM killed process ";
const OF_UNIT: &str = ": A process of this unit has been killed by the OOM killer";
const LONGEST_MESSAGE: usize = 300;
/// A judgement: how many times larger the other is.
const BYSTANDER: u64 = 20;
const MOST_OTHERS: usize = 5;
/// systemd writes within a second or so; the machine is short of memory.
const SAME_SECONDS: f64 = 60.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn kills(log: &str) -> Kills {
        let killed = log.lines().filter_map(|line| match KernelLine::decode(line.as_bytes(), line.as_bytes())? {
            KernelLine::Killed(kill) => Some(kill),
            _ => None,
        });
        let killed: Vec<Kill> = killed.collect();
        Kills::new(&killed, killed.len() - 1).unwrap()
    }

    #[test]
    fn kills_of_one_name_are_counted() {
        let line = |time: &str, pid: u32, name: &str, kilobytes: u64| {
            format!("{time} Killed process {pid} ({name}) total-vm:9kB, anon-rss:{kilobytes}kB, file-rss:0kB\n")
        };
        let log = line("[1.5]", 7, "api", 100) + &line("[2.5]", 8, "sh", 1) + &line("[61.5]", 9, "api", 300);
        let found = kills(&log);
        assert_eq!((found.process.as_deref(), found.count, found.seconds), (Some("api"), 2, Some(60.0)));
        assert_eq!((found.resident_bytes, found.others), (Some((102_400, 307_200)), vec![("sh".to_owned(), 1)]));
        let of_openvz = "[1550.1] OOM killed process 20143 (keysrv) total-vm:6226828kB, anon-rss:300kB, file-rss:8kB\n";
        let found = kills(of_openvz);
        assert_eq!((found.process.as_deref(), found.resident_bytes), (Some("keysrv"), Some((307_200, 307_200))));
        let many: String = (0..9).map(|pid| line("[1.5]", pid, &format!("sh{pid}"), 1)).collect();
        let found = kills(&many);
        assert_eq!((found.others.len(), found.further), (5, 3));
        let event = "Container checkout-api-x2 ran out of memory and was OOMKilled (exit code 137), limit 768Mi\n";
        assert_eq!(kills(event).process.as_deref(), Some("checkout-api-x2"));
        let pods = kills("api-7d9   0/1   OOMKilled   5 (38s ago)   12m\n");
        assert_eq!((pods.process.as_deref(), pods.count, pods.restarts), (Some("api-7d9"), 1, Some(5)));
        let example = b"you would see `Out of memory: Killed process 7 (api) total-vm:1kB, anon-rss:1kB`";
        assert!(KernelLine::decode(example, example).is_none());
        assert!(KernelLine::decode(b"the pod api 0/1 is OOMKilled again", b"").is_none());
        assert!(KernelLine::decode(b"x Killed process 7 (a) total-vm:1kB, anon-rss:1kB, then more", b"").is_some());
        let of_137 = KernelLine::decode(b"Out of memory: Killed process 137 (a) total-vm:1kB, anon-rss:137kB", b"");
        assert!(matches!(of_137, Some(KernelLine::Killed(kill)) if kill.resident_bytes == Some(137 << 10)));
    }

    #[test]
    fn a_status_is_a_line_of_its_own() {
        let is_kill = |line: &str| KernelLine::decode(line.as_bytes(), line.as_bytes()).is_some();
        for line in [
            "      Reason:       OOMKilled",
            "\"reason\": \"OOMKilled\",",
            "exitCode: 137, reason: OOMKilled",
            "{\"terminated\":{\"exitCode\":137,\"reason\":\"OOMKilled\"}}",
        ] {
            assert!(is_kill(line), "{line}");
        }
        for line in [
            "expr: kube_pod_container_status_last_terminated_reason{reason=\"OOMKilled\"} > 0",
            "kube_pod_container_status_last_terminated_reason{container=\"api\",reason=\"OOMKilled\"} 0",
            "alert resolved, labels: {reason=\"OOMKilled\"}",
            "state := State{Reason: \"OOMKilled\", ExitCode: 137}",
            "kubectl shows `reason: OOMKilled` if the container was killed; ours does not",
            "it shows reason: OOMKilled, and exitCode: 137, if so",
            "{\"alert\":\"oom\",\"reason\":\"OOMKilled\"}",
        ] {
            assert!(!is_kill(line), "{line}");
        }
    }

    #[test]
    fn units_and_exit_codes() {
        let killed =
            "Mar  3 10:11:02 host systemd[1]: api.service: A process of this unit has been killed by the OOM killer.\n";
        let failed = "Mar  3 10:11:02 host systemd[1]: api.service: Failed with result 'oom-kill'.\n";
        let found = kills(&[killed, failed, killed, failed].concat());
        assert_eq!((found.process.as_deref(), found.count), (Some("api.service"), 2));
        assert_eq!(kills(failed).count, 1);
        assert!(KernelLine::decode(b"we were killed by the OOM killer, Failed with result 'oom-kill'", b"").is_none());
        for line in
            ["      Exit Code:    137", "  \"ExitCode\": 137,", "3f1e api:latest Exited (137) 12 minutes ago api"]
        {
            assert!(
                matches!(KernelLine::decode(line.as_bytes(), line.as_bytes()), Some(KernelLine::Exit(_))),
                "{line}"
            );
        }
        assert!(KernelLine::decode(b"it exits with code 137 at times", b"").is_none());
    }

    #[test]
    fn events_say_that_a_probe_failed() {
        let of = |line: &str| match KernelLine::decode(line.as_bytes(), line.as_bytes()) {
            Some(KernelLine::Probe(message)) => Some(message),
            _ => None,
        };
        assert_eq!(
            of("9m58s  Normal  Killing  pod/api-2lqzn  Container app failed liveness probe, will be restarted")
                .as_deref(),
            Some("Container app failed liveness probe")
        );
        for line in [
            "It says: Container app failed liveness probe, will be restarted",
            "1m Warning Unhealthy pod/a Liveness probe failed: HTTP 503",
        ] {
            assert_eq!(of(line), None, "{line}");
        }
    }
}
