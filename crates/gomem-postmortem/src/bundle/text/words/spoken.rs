//! What a person says of memory in words: "RSS keeps ~740M for long", "pprof shows 80 MB, and the pod has 2Gi".

use gomem_table::{ByteUnits, MIB};

use crate::bundle::text::{
    machine::machine_bytes::of_machine,
    words::{
        sentence_words::{NEAR, is_among, is_denied, is_supposed, lower, plain, sentences},
        spoken_goroutines::{counts_of_goroutines, goroutines_grow_in, wait_of},
    },
};

/// The amounts that words give to what they are of; bytes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct SpokenMemory {
    /// What a process, or its container, holds: what was said last before the heap, else the largest.
    pub(crate) resident: Option<f64>,
    /// What it held at first, where a sentence says that it went up to that.
    pub(crate) first_resident: Option<f64>,
    /// What is in use of Go's heap, as a profile or the program says: the largest.
    pub(crate) heap: Option<f64>,
    /// Between which amounts it goes up and down.
    pub(crate) swing: Option<(f64, f64)>,
    /// How many goroutines there are, at first and at last where one sentence says both; and what their stacks take.
    pub(crate) goroutines: Option<(f64, f64)>,
    pub(crate) stacks: Option<f64>,
    /// Whether a sentence says that they become more and more.
    pub(crate) goroutines_grow: bool,
    /// What they wait for, as a dump of them names it.
    pub(crate) wait: Option<&'static str>,
    /// What the program runs with, in percent.
    pub(crate) gogc: Option<f64>,
}

impl SpokenMemory {
    /// `None` for a text that does not speak of a program's memory.
    pub(crate) fn find<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let (mut amounts, mut is_about_memory) = (Vec::new(), false);
        let (mut swing, mut counts, mut wait, mut gogc) = (None, Vec::new(), None, None);
        let mut goroutines_grow = false;
        let mut rises = Vec::new();
        for text in texts {
            let mut is_of_goroutines = false;
            for sentence in sentences(text) {
                is_about_memory |= is_complaint(&sentence);
                swing = swing.or_else(|| swing_of(&sentence));
                // Of the sentence that speaks of goroutines, or of the next one.
                let speaks = sentence.iter().any(|word| lower(word).starts_with("goroutine"));
                wait = wait.or_else(|| wait_of(&sentence).filter(|_| speaks || is_of_goroutines));
                is_of_goroutines = speaks;
                goroutines_grow |= goroutines_grow_in(&sentence);
                counts.extend(counts_of_goroutines(&sentence));
                rises.extend(rise_of(&sentence));
                amounts.extend(amounts_of(&sentence));
                gogc = gogc.or_else(|| gogc_of(&sentence));
            }
        }
        let stacks = amounts.iter().find(|(subject, _)| *subject == Subject::Stacks).map(|(_, bytes)| *bytes);
        // Which of several is the last, their order in a text does not tell.
        let goroutines = counts.first().copied().filter(|first| counts.iter().all(|count| count == first));
        let wait = wait.filter(|_| goroutines.is_some());
        let found = Self { swing, goroutines, stacks, goroutines_grow, wait, ..Self::from_amounts(&amounts) };
        let of_resident =
            rises.iter().find(|rise| Some(rise.last) == found.resident && rise.subject == Subject::Process);
        let found = Self { first_resident: of_resident.map(|rise| rise.first), ..found };
        (is_about_memory || found != Self::default()).then_some(Self { gogc, ..found })
    }

    /// What a heap is held against is what was said last before it; a text without one has its largest.
    fn from_amounts(amounts: &[(Subject, f64)]) -> Self {
        let of = |amounts: &[(Subject, f64)], subject| -> Vec<f64> {
            amounts.iter().filter(|amount| amount.0 == subject).map(|amount| amount.1).collect()
        };
        let heap = of(amounts, Subject::Heap).into_iter().reduce(f64::max);
        let at = amounts.iter().position(|amount| amount.0 == Subject::Heap && Some(amount.1) == heap);
        let (before, behind) = amounts.split_at(at.unwrap_or(0));
        let beside = || of(before, Subject::Process).pop().or_else(|| of(behind, Subject::Process).first().copied());
        let resident =
            if heap.is_some() { beside() } else { of(amounts, Subject::Process).into_iter().reduce(f64::max) };
        Self { resident, heap, ..Self::default() }
    }
}

/// Each amount with the subject that stands nearest before it, else right behind it.
fn amounts_of(words: &[&str]) -> Vec<(Subject, f64)> {
    if is_supposed(words) {
        return Vec::new();
    }
    let mut claimed = None;
    let mut found = Vec::new();
    let rise = rise_of(words);
    for at in 0..words.len() {
        // What was at first is no more; what is at last may stand beside a limit.
        if let Some(rise) = rise.as_ref().filter(|rise| rise.at.contains(&at)) {
            found.extend((at == *rise.at.end()).then_some((rise.subject, rise.last)));
            continue;
        }
        if let Some(bytes) = counted_by_ps(words, at).filter(|_| !is_of_other(words, at)) {
            found.push((Subject::Process, bytes));
            continue;
        }
        let Some(bytes) = amount(words, at).filter(|_| !is_of_other(words, at)) else { continue };
        let subject = |at: usize| Some((at, Subject::at(words, at)?));
        let before = outside_of_parentheses(words, at).find_map(subject);
        let behind = || (at + 1..words.len().min(at + NEAR)).find_map(subject);
        // "RSS 700M of 2G": the second amount is of something else.
        let of_it = before.filter(|(place, _)| claimed != Some(*place)).or_else(behind);
        if let Some((place, subject)) = of_it {
            claimed = Some(place);
            found.extend((subject != Subject::Other).then_some((subject, bytes)));
        }
    }
    found
}

/// From one amount to a larger one.
struct Rise {
    subject: Subject,
    /// From the word that is the first amount to that which is the last.
    at: std::ops::RangeInclusive<usize>,
    first: f64,
    last: f64,
}

/// "the pod goes up hour by hour, from 52Mi after the start to 248Mi": what it is of stands before a verb that says that it goes up
/// by itself; what somebody raises stands behind the verb.
fn rise_of(words: &[&str]) -> Option<Rise> {
    if is_denied(words) || is_supposed(words) {
        return None;
    }
    let number_at = |at: usize| {
        let skipped = usize::from(words.get(at).is_some_and(|word| is_among(word, &ABOUT)));
        Some((at + skipped, amount(words, at + skipped)?))
    };
    let is_from = |at: &usize| lower(words[*at]) == "from" && number_at(at + 1).is_some();
    let from = (0..words.len()).find(is_from)?;
    let (begin, first) = number_at(from + 1)?;
    let mut ends = (begin + 1..words.len().min(begin + FARTHEST)).filter(|&at| lower(words[at]) == "to");
    let (end, last) = ends.find_map(|at| number_at(at + 1))?;
    let is_rising = |at: &usize| RISES.iter().any(|verb| lower(words[*at]).starts_with(verb));
    let verb = (from.saturating_sub(FARTHEST)..from).rev().find(is_rising)?;
    let (_, subject) = (verb.saturating_sub(NEAR)..verb).rev().find_map(|at| Some((at, Subject::at(words, at)?)))?;
    let is_other = |word: &&str| is_among(word, &OTHER) || is_among(word, &OF_OTHERS);
    let is_of_other = words[verb.saturating_sub(NEAR)..begin].iter().any(is_other);
    (last >= LEAST_SWING * first && !is_of_other).then_some(Rise { subject, at: begin..=end, first, last })
}

/// The words before one, the nearest first, without what stands in parentheses: that says more of what is before it.
fn outside_of_parentheses<'a>(words: &'a [&str], at: usize) -> impl Iterator<Item = usize> + 'a {
    let mut depth = 0_usize;
    (at.saturating_sub(FARTHEST)..at).rev().filter(move |&before| {
        let (opens, closes) = (words[before].contains('('), words[before].contains(')'));
        let is_inside = depth > 0 || closes && !opens;
        depth = match (opens, closes) {
            (true, false) => depth.saturating_sub(1),
            (false, true) => depth + 1,
            _ => depth,
        };
        !is_inside
    })
}

/// "memory oscillates between roughly 160MB and 5.3GB": the low and the high.
fn swing_of(words: &[&str]) -> Option<(f64, f64)> {
    let between = words.iter().position(|word| lower(word) == "between")?;
    let verb = words[..between].iter().position(|word| SWINGS.iter().any(|begin| lower(word).starts_with(begin)))?;
    let is_memory = |word: &&str| is_among(word, &MEMORIES);
    let is_of_memory = words[verb.saturating_sub(NEAR)..verb].iter().any(is_memory);
    let is_other = |word: &&str| is_among(word, &OF_OTHERS) || is_among(word, &OTHER);
    if !is_of_memory || words[..between].iter().any(is_other) || is_denied(&words[..between]) || is_supposed(words) {
        return None;
    }
    let behind = &words[between..words.len().min(between + FARTHEST)];
    let mut amounts = (0..behind.len()).filter_map(|at| amount(behind, at));
    let (low, high) = (amounts.next()?, amounts.next()?);
    (low * LEAST_SWING <= high).then_some((low, high))
}

/// "we set GOGC=400 last year": what it is, not what it could be.
fn gogc_of(words: &[&str]) -> Option<f64> {
    let is_advice = words.iter().any(|word| is_among(word, &["try", "could", "should", "would", "maybe", "instead"]));
    let percent =
        |word: &&str| plain(word.trim_start_matches(['`', '"', '('])).strip_prefix("GOGC=")?.parse::<u32>().ok();
    let found = words.iter().find_map(percent).filter(|percent| (1..=10_000).contains(percent));
    found.filter(|_| !is_advice && !is_denied(words) && !is_supposed(words)).map(f64::from)
}

/// What an amount is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    Process,
    Heap,
    Stacks,
    /// Of the runtime's counters one that says none of this.
    Other,
}

impl Subject {
    /// By a word, and the one before it.
    fn at(words: &[&str], at: usize) -> Option<Self> {
        let before = at.checked_sub(1).map(|at| lower(words[at])).unwrap_or_default();
        match (&*before, &*lower(words[at])) {
            ("working", "set") | ("private", "bytes") | ("task", "manager") => Some(Self::Process),
            _ => Self::parse(words[at]),
        }
    }

    fn parse(word: &str) -> Option<Self> {
        // An option of a command is none.
        if word.starts_with('-') {
            return None;
        }
        let plain = lower(word);
        match plain.as_str() {
            "go_memstats_stack_inuse_bytes" | "stackinuse" => Some(Self::Stacks),
            "container_memory_working_set_bytes"
            | "container_memory_usage_bytes"
            | "container_memory_rss"
            | "process_resident_memory_bytes" => Some(Self::Process),
            "go_memstats_heap_inuse_bytes" | "go_memstats_heap_alloc_bytes" | "go_memstats_alloc_bytes" => {
                Some(Self::Heap)
            }
            "rss" | "res" | "resident" | "process" | "pod" | "container" | "kubectl" | "docker" | "crictl"
            | "stats" | "top" | "htop" | "os" => Some(Self::Process),
            "heap" | "pprof" | "profiler" | "inuse" | "inuse_space" | "in-use" | "inused" | "in-used" | "heapalloc"
            | "heapinuse" => Some(Self::Heap),
            counter if counter.starts_with("go_memstats_") => Some(Self::Other),
            _ => None,
        }
    }
}

/// Whether a sentence says that a program's memory leaks, grows, or ended.
fn is_complaint(words: &[&str]) -> bool {
    let has = |known: &[&str]| words.iter().any(|word| is_among(word, known));
    let grows = |word: &&str| {
        let word = lower(word);
        GROWTH.iter().any(|begin| word.starts_with(begin))
    };
    has(&["oom", "oomkilled", "oomkill", "oomkills"]) || has(&["memory", "rss", "heap"]) && words.iter().any(grows)
}

/// Whether the words around an amount are about a change, a bound, or a machine.
fn is_of_other(words: &[&str], at: usize) -> bool {
    let around = &words[at.saturating_sub(AROUND_BEFORE)..words.len().min(at + AROUND_BEHIND)];
    let is_other = |word: &&str| {
        let word = lower(word);
        OTHER.iter().any(|other| word == *other) || OTHER_BEGINS.iter().any(|begin| word.starts_with(begin))
    };
    let is_rate = words[..at].last().is_some_and(|word| plain(word).eq_ignore_ascii_case("by"))
        || words[at..].iter().take(AROUND_BEHIND).any(|word| plain(word).eq_ignore_ascii_case("per"));
    is_rate || around.iter().any(is_other)
}

/// Megabytes or more at a word, with the unit in it or in the next.
fn amount(words: &[&str], at: usize) -> Option<f64> {
    let text = plain(words.get(at)?);
    let text = text.trim_start_matches(['~', '≈']);
    let first = text.chars().next().filter(char::is_ascii_digit)?;
    let bytes = if text.ends_with(|letter: char| letter.is_ascii_digit()) {
        let unit = plain(words.get(at + 1)?);
        ByteUnits::Binary.parse(&format!("{text} {unit}"))
    } else {
        ByteUnits::Binary.parse(text)
    };
    of_machine(bytes?).filter(|&bytes| bytes >= MIB || first == '0')
}

/// `RSS=783192`, `rss: 783192`: kilobytes, as `ps -o rss` prints them. A number of fewer digits, or of more, may be of another unit.
fn counted_by_ps(words: &[&str], at: usize) -> Option<f64> {
    let word = words[at];
    let (name, count, next) = match word.split_once(['=', ':']) {
        Some((name, "")) => (name, *words.get(at + 1)?, at + 2),
        Some((name, count)) => (name, count, at + 1),
        None => return None,
    };
    let unit = words.get(next).map(|word| lower(word)).unwrap_or_default();
    if ["byte", "page"].iter().any(|begin| unit.starts_with(begin)) {
        return None;
    }
    let count = plain(count);
    let is_count = DIGITS_OF_PS.contains(&count.len()) && count.bytes().all(|byte| byte.is_ascii_digit());
    let kilobytes: f64 = count.parse().ok().filter(|_| is_count && plain(name).eq_ignore_ascii_case("rss"))?;
    of_machine(kilobytes * 1024.0)
}

/// How far behind its subject an amount may stand, and before it.
const FARTHEST: usize = 14;
/// From ten megabytes to ten gigabytes: more digits are bytes, mostly.
const DIGITS_OF_PS: std::ops::RangeInclusive<usize> = 5..=7;
const AROUND_BEFORE: usize = 4;
const AROUND_BEHIND: usize = 4;
const OTHER: [&str; 21] = [
    "max",
    "maximum",
    "limit",
    "limits",
    "ram",
    "request",
    "requests",
    "should",
    "would",
    "could",
    "free",
    "swap",
    // Of a file, or of the program's begin.
    "download",
    "unpacked",
    "compressed",
    "uncompressed",
    "disk",
    "archive",
    "initially",
    "started",
    "starts",
];
const OTHER_BEGINS: [&str; 6] = ["grow", "grew", "increas", "drop", "decreas", "expect"];
const GROWTH: [&str; 9] = ["leak", "grow", "grew", "increas", "climb", "unbounded", "exhaust", "releas", "oom"];
/// That something goes up and down again.
const SWINGS: [&str; 8] = ["oscillat", "fluctuat", "swing", "sawtooth", "bounc", "varies", "varied", "varying"];
const RISES: [&str; 10] = ["grow", "grew", "goes", "going", "went", "rise", "rising", "rose", "climb", "creep"];
const ABOUT: [&str; 4] = ["about", "around", "roughly", "approximately"];
/// A judgement.
const LEAST_SWING: f64 = 1.5;
const MEMORIES: [&str; 3] = ["memory", "rss", "heap"];
/// What varies in bytes too.
const OF_OTHERS: [&str; 18] = [
    "upload",
    "uploads",
    "file",
    "files",
    "storage",
    "traffic",
    "bandwidth",
    "gpu",
    "video",
    "machine",
    "machines",
    "node",
    "nodes",
    "host",
    "hosts",
    "image",
    "images",
    "size",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (Option<f64>, Option<f64>) {
        let found = SpokenMemory::find([text]).unwrap_or_default();
        (found.resident.map(|bytes| bytes / MIB), found.heap.map(|bytes| bytes / MIB))
    }

    #[test]
    fn goroutines_that_grow_by_words() {
        let grow = |text| SpokenMemory::find([text]).is_some_and(|found| found.goroutines_grow);
        for text in [
            "We have a slow but steady goroutine leak in the API server.",
            "I do nothing, but the number of goroutines increases: it was 61 at start.",
            "The goroutines keep growing until it is killed.",
        ] {
            assert!(grow(text), "{text}");
        }
        for text in [
            "It is not a goroutine leak.",
            "Is it a goroutine leak? Maybe the goroutines leak.",
            "The goroutines are 41, and memory grows.",
            "We fixed a goroutine leak with fixes of last week.",
            "If goroutines leak, take a dump.",
        ] {
            assert!(!grow(text), "{text}");
        }
    }

    #[test]
    fn the_number_of_a_metric_stands_behind_its_name() {
        let count = |text| SpokenMemory::find([text]).and_then(|found| found.goroutines);
        let level = "process_resident_memory_bytes 1.87e+08, go_goroutines 4100. It has been there for weeks.";
        assert_eq!(count(level), Some((4100.0, 4100.0)));
        assert_eq!(count("process_resident_memory_bytes 1.87e+08, go_goroutines 41."), None);
        assert_eq!(count("RSS is 1.8e+08 goroutines"), None);
    }

    #[test]
    fn what_gogc_is_and_what_it_could_be() {
        let gogc = |text| SpokenMemory::find([text]).and_then(|spoken| spoken.gogc);
        assert_eq!(gogc("The pod's RSS is 5.1 GB, and we set GOGC=400 last year."), Some(400.0));
        assert_eq!(gogc("RSS is 5.1 GB (`GOGC=20`)."), Some(20.0));
        for text in [
            "RSS is 5.1 GB, should I set GOGC=50?",
            "RSS is 5.1 GB. Try GOGC=50.",
            "RSS is 5.1 GB and GOGC=off.",
            "RSS is 5.1 GB. If GOGC=50 is set, it is 3 GB.",
        ] {
            assert_eq!(gogc(text), None, "{text}");
        }
    }

    #[test]
    fn amounts_belong_to_what_stands_nearest() {
        for (text, resident, heap) in [
            ("RSS keeps ~740M for long time.", Some(740.0), None),
            ("top shows RES 1.5g here", Some(1536.0), None),
            ("it has 3 GB resident, of 8", Some(3072.0), None),
            ("Its RSS (700 MiB) is high", Some(700.0), None),
            ("A daemon of one day has RSS= 512000, it is killed around RSS=768000.", Some(750.0), None),
            ("rss: 1024 RSS=52428800 RSS=12x345 rss: 524288 bytes", None, None),
            ("RSS is 4 GB while heap is 1 GB", Some(4096.0), Some(1024.0)),
            ("RSS is high. The heap has 20 MB", None, Some(20.0)),
            (
                "Our pod uses `900Mi` when I look at `top`.\nWhen I ask `go tool pprof` for what is in use I\nsee `80.5MB total`.",
                Some(900.0),
                Some(80.5),
            ),
            ("My OS says that it takes around 250MB, but pprof only 70MB", Some(250.0), Some(70.0)),
            ("k8s shows a working set of 33 GB, pprof inuse_space 9GB", Some(33792.0), Some(9216.0)),
            ("Task Manager shows 3.1 GB, HeapAlloc is 90 MB", Some(3174.4), Some(90.0)),
            (
                "By RSS it is 520MB, but the inuse_space shows 180M, where are the other 340MB?",
                Some(520.0),
                Some(180.0),
            ),
        ] {
            assert_eq!(found(text), (resident, heap), "{text}");
        }
    }

    #[test]
    fn what_goes_up_by_itself_has_a_first_and_a_last() {
        let of = |text: &str| {
            let found = SpokenMemory::find([text]).unwrap_or_default();
            (found.first_resident.map(|bytes| bytes / MIB), found.resident.map(|bytes| bytes / MIB))
        };
        for text in [
            "top shows that the pod goes up, hour by hour, from 50Mi after the start to 250Mi, and at the limit it is killed.",
            "RSS grew from about 50 MB to 250 MB in a day.",
            "Its RSS climbs from 50MB to around 250 MB.",
        ] {
            assert_eq!(of(text), (Some(50.0), Some(250.0)), "{text}");
        }
        for text in [
            "We raised the pod from 50Mi to 250Mi.",
            "The limit of the pod went from 50Mi to 250Mi.",
            "RSS does not grow from 50 MB to 250 MB.",
            "the heap grew from 50 MB to 250 MB.",
            "RSS goes from 250 MB to 50 MB.",
            "The pod was moved from a node to one of 250 GB.",
        ] {
            assert_eq!(of(text).0, None, "{text}");
        }
    }

    #[test]
    fn changes_limits_and_machines_are_no_amounts() {
        for text in [
            "",
            "RSS grows by 5 MB per hour",
            "the RSS limit is 4GB",
            "the pod has a limit of 4GB",
            "a container on a host of 16 GB RAM",
            "if the pod stays around 50MB it is fine",
            "heap profile files are here (3,2MB download, 392MB unpacked)",
            "its RSS initially was 50MB",
            "RSS is fine. 12 users have 3 GB",
            "an RSS feed of 200 entries",
            "go tool pprof -top printed 3 GB of text, -heap too",
            "pressing 3 GB",
            "`go_memstats_heap_idle_bytes - go_memstats_heap_released_bytes` (what is not released to the OS) = 25G",
            "the pod has 9000000 GB",
        ] {
            let expected = if text.starts_with("go tool") { (None, Some(3072.0)) } else { (None, None) };
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn swings_and_goroutines() {
        for (text, low, high) in [
            ("Memory oscillates between roughly 160MB and 5.3GB, with no trend", 160.0, 5427.2),
            ("the RSS keeps bouncing between 1 GB and 3 GB all day", 1024.0, 3072.0),
        ] {
            let found = SpokenMemory::find([text]).unwrap_or_default().swing;
            assert_eq!(found.map(|(low, high)| (low / MIB, (high / MIB * 10.0).round() / 10.0)), Some((low, high)));
        }
        for (text, counts) in [
            ("| `go_goroutines` | 438,125 (~1,100 / project) |", Some((438_125.0, 438_125.0))),
            ("we see 35k goroutines and 2 GB", Some((35_000.0, 35_000.0))),
            ("goroutines grow from 2,000 to 150,000 in a day", Some((2000.0, 150_000.0))),
            ("The number of goroutines is about 1200.", Some((1200.0, 1200.0))),
            ("9,000 idle goroutines", Some((9000.0, 9000.0))),
            ("There are more than 3 million goroutines before it dies.", Some((3e6, 3e6))),
            ("1.5 million goroutines", Some((1.5e6, 1.5e6))),
            ("goroutine profile: total 48211", Some((48_211.0, 48_211.0))),
            ("On the page are more and more goroutines, 1380 of them:", Some((1380.0, 1380.0))),
        ] {
            let found = SpokenMemory::find([text]).unwrap_or_default();
            assert_eq!((found.goroutines, found.swing), (counts, None), "{text}");
        }
    }

    #[test]
    fn counts_and_swings_of_something_else() {
        for text in [
            "goroutines leak after 5000 requests, 6000 users",
            "goroutines leak over 5000 requests a minute",
            "goroutines connect to 20000 hosts",
            "goroutines were at 20000 rps",
            "goroutines read from 2000 to 9000 rows",
            "goroutines are 5000 times smaller than threads",
            "goroutines fail when there are 5000 requests",
            "it serves 5000 requests, goroutines are few",
            "438125 / 395 = 1,109 goroutines per project",
            "it panics when there are more than 5000 goroutines",
            "there are no more than 5000 goroutines",
            "before the fix we saw 5000 goroutines",
            "before the endpoint ended we saw 5000 goroutines",
            "a million goroutines, or 0.00001 million goroutines",
            "three goroutines and 5 MB, of 70 % of goroutines",
            "goroutine 1234 [running]:",
            "if there were 5000 goroutines",
            "The goroutine page is slow, and 1380 of our users saw it",
            "1380 of them were served by one goroutine, and not more",
            "The goroutine that serves the queue gets orders, and 90000 of them are late",
            "Of orders to goroutines, by name, 90000 of them are late",
            "We never saw 1200 goroutines.",
            "The limit of the worker pool is 10000 goroutines",
            "alert: go_goroutines over 5000 for 10m, did not fire",
            "NumGoroutine() over 10000 fails the test; we pass",
            "Now 150000 goroutines. Earlier it was at 2000 goroutines.",
            "we had 438,125 goroutines, now about 90",
            "| goroutines | 438,125 | 90 |",
            "the range is between 1 GB and 3 GB",
            "various pods have between 1 GB and 3 GB",
            "Disk usage varies between 10 GB and 40 GB",
            "The size of an upload varies between 5 MB and 900 MB, memory is fine",
            "The memory limit of pods varies between 1 GB and 4 GB",
            "Memory never fluctuates between 1 GB and 4 GB",
        ] {
            let found = SpokenMemory::find([text]).unwrap_or_default();
            assert_eq!((found.goroutines, found.swing), (None, None), "{text}");
        }
    }

    #[test]
    fn what_goroutines_wait_for() {
        for (text, wait) in [
            ("184,000 goroutines. Every single one blocked on a send to a channel.", Some("chan send")),
            ("5000 goroutines are stuck in Mutex.Lock", Some("sync.Mutex.Lock")),
            ("5000 goroutines send mail", None),
            ("it is blocked on a send", None),
            ("5000 goroutines. That is much. We are stuck and ready to send it back.", None),
            ("5000 goroutines wait in Read", Some("IO wait")),
            ("5000 goroutines wait for the lock that the sender holds", None),
            ("5000 goroutines. They are waiting for an answer of SendGrid's API", None),
            ("5000 goroutines. But none of them is blocked on a send to a channel", None),
            ("5000 goroutines are waiting for a SELECT of the database", None),
        ] {
            assert_eq!(SpokenMemory::find([text]).and_then(|found| found.wait), wait, "{text}");
        }
    }

    #[test]
    fn complaints_without_amounts() {
        for (text, is_about_memory) in [
            ("The memory of our service grows until it is restarted.", true),
            ("It was OOMKilled twice", true),
            ("The memory\nis never released", true),
            ("It was slow. The memory is fine", false),
            ("users grow", false),
        ] {
            assert_eq!(SpokenMemory::find([text]).is_some(), is_about_memory, "{text}");
        }
    }
}
