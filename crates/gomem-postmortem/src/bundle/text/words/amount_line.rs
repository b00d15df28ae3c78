//! A line that has one amount of bytes, and when it was read.

use gomem_table::{ByteUnits, MIB};

use crate::bundle::text::{
    machine::machine_bytes::of_machine,
    words::reading_time::{ReadingTime, TimeWords},
};

/// Who wrote them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum AmountSource {
    /// A person, or a script.
    #[default]
    List,
    /// What a chart was drawn of.
    Panel,
    /// `docker stats --format '{{.MemUsage}}'`.
    Docker,
    /// AWS Lambda, after each invocation: the most so far.
    Lambda,
    /// Heroku's log of a dyno, twenty seconds or so apart.
    Heroku,
    /// Gauges as they are sent to StatsD, one after the other.
    StatsD,
}

impl AmountSource {
    /// Whether its lines say for themselves that they are of memory; other amounts are of whatever.
    pub(crate) fn names_memory(self) -> bool {
        matches!(self, Self::Lambda | Self::StatsD | Self::Heroku)
    }
}

/// One reading.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AmountLine<'a> {
    /// Of a list what it calls the amount, of Lambda the log's stream.
    pub(crate) name: &'a str,
    pub(crate) source: AmountSource,
    pub(crate) bytes: f64,
    pub(crate) limit: Option<f64>,
    pub(crate) time: Option<ReadingTime>,
    /// Of Lambda.
    pub(crate) request: &'a str,
    /// Of StatsD: whose it is.
    pub(crate) tags: &'a str,
}

impl<'a> AmountLine<'a> {
    pub(crate) fn parse(line: &'a str) -> Option<Self> {
        let of_tools = Self::of_lambda(line).or_else(|| Self::of_docker(line)).or_else(|| Self::of_statsd(line));
        of_tools.or_else(|| Self::of_heroku(line)).or_else(|| Self::of_list(line))
    }

    /// `REPORT RequestId: …  Memory Size: 128 MB  Max Memory Used: 75 MB`: what AWS Lambda says of an invocation.
    pub(crate) fn of_lambda(line: &'a str) -> Option<Self> {
        let (before, report) = line.split_once("REPORT RequestId: ")?;
        let of = |name: &str| {
            let (_, value) = report.split_once(name)?;
            let mut words = value.split_whitespace();
            amount(&format!("{}{}", words.next()?, words.next()?.trim_end_matches('"')))
        };
        let words = || before.split(|letter: char| letter.is_whitespace() || matches!(letter, ',' | '"' | '|'));
        let mut time = TimeWords::default();
        // A second one is of when it was taken in.
        words().find(|word| time.take(word) && time.is_whole());
        Some(Self {
            // `2026/11/29/[$LATEST]5b1c…`.
            name: words().find(|word| word.contains("/[")).unwrap_or_default(),
            source: AmountSource::Lambda,
            bytes: of("Max Memory Used: ")?,
            limit: of("Memory Size: "),
            time: time.time(),
            request: report.split_whitespace().next()?,
            tags: "",
        })
    }

    /// `runtime.go.mem_stats.heap_alloc:18934000|g|#service:api`: a gauge whose name is one of bytes of memory.
    fn of_statsd(line: &'a str) -> Option<Self> {
        let (name, rest) = line.trim().split_once(':')?;
        let (value, kind) = rest.split_once("|g")?;
        let (field, is_name) = (name.rsplit('.').next()?, name.contains('.') && name.chars().all(is_of_name));
        let tags = kind.strip_prefix('|').unwrap_or_default();
        let bytes = value.parse().ok().and_then(of_machine).filter(|&bytes| bytes >= LEAST)?;
        let is_one = is_name && IN_STATSD.contains(&field) && (kind.is_empty() || !tags.is_empty());
        is_one.then_some(Self { name, source: AmountSource::StatsD, bytes, limit: None, time: None, request: "", tags })
    }

    /// `source=web.1 … sample#memory_rss=498.11MB … sample#memory_quota=512.00MB`.
    fn of_heroku(line: &'a str) -> Option<Self> {
        let of = |name: &str| {
            let (_, value) = line.split_once(name)?;
            amount(value.split_whitespace().next()?)
        };
        // What is beyond the quota is swapped out.
        let bytes = of("sample#memory_rss=")? + of("sample#memory_swap=").unwrap_or(0.0);
        let (_, source) = line.split_once("source=")?;
        let mut time = TimeWords::default();
        line.split_whitespace().find(|word| time.take(word));
        let (name, limit) = (source.split_whitespace().next()?, of("sample#memory_quota="));
        Some(Self { name, source: AmountSource::Heroku, bytes, limit, time: time.time(), request: "", tags: "" })
    }

    /// The whole line but for a time; Docker's units are binary.
    fn of_docker(line: &'a str) -> Option<Self> {
        let (before, limit) = line.trim().split_once(" / ")?;
        let mut words = before.split_whitespace();
        let used = words.next_back()?;
        let (bytes, limit) = (amount(used).filter(|_| used.ends_with("iB"))?, limit.trim_end());
        let mut time = TimeWords::default();
        let limit = Some(amount(limit).filter(|_| limit.ends_with("iB"))?);
        let is_rest_time = words.all(|word| time.take(word));
        let found =
            Self { name: "", source: AmountSource::Docker, bytes, limit, time: time.time(), request: "", tags: "" };
        is_rest_time.then_some(found)
    }

    /// A time, perhaps a name, and one amount; an arrow or a bracket begins a remark.
    fn of_list(line: &'a str) -> Option<Self> {
        let plain = line.trim().trim_start_matches(['-', '*', '•']).trim_start();
        let remark =
            ["<-", "←", "(", "#", "//"].iter().filter_map(|mark| plain.find(mark)).min().unwrap_or(plain.len());
        let plain = &plain[..remark];
        let (mut name, mut bytes, mut time) = ("", None, TimeWords::default());
        let words = plain.split(|letter: char| letter.is_whitespace() || matches!(letter, '=' | '|' | ','));
        let words =
            words.map(|word| word.trim_matches(|letter: char| matches!(letter, ':' | ';' | '-' | '–' | '`' | '*')));
        let mut words = words.filter(|word| !word.is_empty()).peekable();
        while let Some(word) = words.next() {
            if words.next_if(|unit| time.take_age(word, unit)).is_some() {
                continue;
            }
            // `120 MB` are two words.
            let of_two = |unit: &&str| {
                let is_pair =
                    word.ends_with(|last: char| last.is_ascii_digit()) && unit.starts_with(char::is_alphabetic);
                is_pair.then(|| amount(&format!("{word}{unit}")))?
            };
            let two = words.peek().and_then(of_two);
            if two.is_some() {
                words.next();
            }
            if let Some(found) = two.or_else(|| amount(word)) {
                if bytes.replace(found).is_some() {
                    return None;
                }
            } else if time.take(word) {
            } else if name.is_empty() && bytes.is_none() && word.chars().all(is_of_name) {
                name = word;
            } else {
                return None;
            }
        }
        let bytes = bytes.filter(|_| time.is_any())?;
        Some(Self { name, source: AmountSource::List, bytes, limit: None, time: time.time(), request: "", tags: "" })
    }
}

/// Megabytes or so, with their unit: a small letter alone is one of minutes, or of thousandths.
fn amount(word: &str) -> Option<f64> {
    word.starts_with(|letter: char| letter.is_ascii_digit()).then_some(())?;
    let unit = word.trim_start_matches(|letter: char| !letter.is_ascii_alphabetic());
    let is_unit = !unit.is_empty() && (unit.len() > 1 || unit.starts_with(|letter: char| letter.is_ascii_uppercase()));
    // Programs divide by 1024, whatever they call it.
    let bytes = ByteUnits::Binary.parse(word).filter(|_| is_unit)?;
    of_machine(bytes).filter(|&bytes| bytes >= LEAST)
}

fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | '/')
}

/// What the last word of a gauge's name is, by what sends it: Datadog, go-metrics, and programs themselves.
const IN_STATSD: [&str; 9] =
    ["heap_alloc", "heap_inuse", "heap_sys", "alloc", "sys", "alloc_bytes", "sys_bytes", "rss", "memory_rss"];
const LEAST: f64 = 0.5 * MIB;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_ages_are_times_of_a_reading() {
        let elapsed = |line: &str| AmountLine::parse(line).map(|found| (found.bytes / MIB, found.time.is_some()));
        for line in ["day 1: 120MB", "- Week 3 - 120 MB", "after 2 hours: 120MB", "30 min 120MB", "hour 12 = 120MB"] {
            assert_eq!(elapsed(line), Some((120.0, true)), "{line}");
        }
        assert_eq!(elapsed("run 1: 120MB"), None, "no time");
    }

    #[test]
    fn a_dyno_says_what_is_resident_and_its_quota() {
        let line = "2026-03-03T12:00:00.000000+00:00 heroku[web.1]: source=web.1 dyno=heroku.1.a sample#memory_total=302.00MB sample#memory_rss=300.00MB \
                    sample#memory_quota=512.00MB";
        let found = AmountLine::parse(line).unwrap();
        assert_eq!((found.name, found.bytes, found.limit), ("web.1", 300.0 * MIB, Some(512.0 * MIB)));
        assert!(found.time.is_some());
        let swapped = line.replace("sample#memory_quota", "sample#memory_swap=70.00MB sample#memory_quota");
        assert_eq!(AmountLine::parse(&swapped).unwrap().bytes, 370.0 * MIB);
        assert_eq!(AmountLine::parse("source=web.1 sample#load_avg_1m=0.12"), None);
    }
}
