//! One amount of memory over several readings, as people and tools write them down: a list, a chart's values, a log of a platform.
//!
//! ```text
//! - 3:06PM - 49.8Mi                              t= 121s  engine= 1806MB     <- after the start
//! 97.0MiB / 512MiB                               REPORT RequestId: … Memory Size: 512 MB  Max Memory Used: 75 MB
//! ```

use gomem_metrics::Metrics;
use gomem_table::{ByteUnits, MIB};

use crate::bundle::text::{printed::printable, process_memory::of_machine};

/// The readings of one thing, in their order.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Amounts {
    /// What they are of, as the text calls it; empty where it does not.
    pub(crate) name: String,
    pub(crate) source: AmountSource,
    pub(crate) bytes: Vec<f64>,
    pub(crate) limit: Option<f64>,
    /// Whether the text calls them memory.
    pub(crate) names_memory: bool,
}

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
}

impl Amounts {
    /// All that a text has.
    pub(crate) fn find(text: &str) -> Vec<Self> {
        let names_memory = names_memory(text);
        let mut found: Vec<Self> = Vec::new();
        for reading in text.lines().filter(|line| line.len() <= LONGEST_LINE).filter_map(Reading::parse) {
            let same = |known: &Self| known.source == reading.source && known.name == reading.name;
            match found.iter().position(same) {
                Some(at) => {
                    found[at].bytes.push(reading.bytes);
                    found[at].limit = reading.limit.or(found[at].limit);
                }
                None if found.len() < MOST => found.push(Self {
                    name: printable(reading.name),
                    source: reading.source,
                    bytes: vec![reading.bytes],
                    limit: reading.limit,
                    names_memory: names_memory || reading.source != AmountSource::List,
                }),
                None => {}
            }
        }
        found.retain(|amounts| amounts.bytes.len() >= FEWEST);
        found
    }

    /// The columns of a panel that have a unit of bytes and no metric's name, where the file or their legend speaks of memory.
    pub(crate) fn of_panel(file: &str, metrics: &Metrics) -> Vec<Self> {
        let is_of_bytes = |label: Option<&str>| label == Some("bytes");
        let columns = metrics.series().iter().filter(|series| is_of_bytes(series.label("unit")));
        let columns = columns.filter(|series| names_memory(file) || names_memory(&series.metric));
        let amounts = columns.map(|series| Self {
            name: printable(&series.metric),
            source: AmountSource::Panel,
            bytes: series.values.iter().copied().filter(|bytes| of_machine(*bytes).is_some()).collect(),
            limit: None,
            names_memory: true,
        });
        amounts.filter(|amounts| amounts.bytes.len() >= FEWEST).take(MOST).collect()
    }
}

/// One line.
struct Reading<'a> {
    name: &'a str,
    source: AmountSource,
    bytes: f64,
    limit: Option<f64>,
}

impl<'a> Reading<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        Self::of_lambda(line).or_else(|| Self::of_docker(line)).or_else(|| Self::of_list(line))
    }

    fn of_lambda(line: &'a str) -> Option<Self> {
        let of = |name: &str| {
            let (_, value) = line.split_once(name)?;
            let mut words = value.split_whitespace();
            amount(&format!("{}{}", words.next()?, words.next()?))
        };
        line.contains("REPORT RequestId: ").then_some(())?;
        let (bytes, limit) = (of("Max Memory Used: ")?, of("Memory Size: "));
        Some(Self { name: "", source: AmountSource::Lambda, bytes, limit })
    }

    /// The whole line but for a time.
    fn of_docker(line: &'a str) -> Option<Self> {
        let (before, limit) = line.trim().split_once(" / ")?;
        let mut words = before.split_whitespace();
        let bytes = amount(words.next_back()?)?;
        let is_rest_time = words.all(is_time);
        Some(Self { name: "", source: AmountSource::Docker, bytes, limit: Some(amount(limit)?) })
            .filter(|_| is_rest_time)
    }

    /// A time, perhaps a name, and one amount; an arrow or a bracket begins a remark.
    fn of_list(line: &'a str) -> Option<Self> {
        let plain = line.trim().trim_start_matches(['-', '*', '•']).trim_start();
        let remark =
            ["<-", "←", "(", "#", "//"].iter().filter_map(|mark| plain.find(mark)).min().unwrap_or(plain.len());
        let plain = &plain[..remark];
        let (mut name, mut bytes, mut has_time) = ("", None, false);
        for word in plain.split(|letter: char| letter.is_whitespace() || matches!(letter, '=' | '|' | ',')) {
            let word = word.trim_matches(|letter: char| matches!(letter, ':' | ';' | '-' | '–' | '`' | '*'));
            if word.is_empty() || is_word_of_time(word) {
                continue;
            }
            if let Some(found) = amount(word) {
                if bytes.replace(found).is_some() {
                    return None;
                }
            } else if is_time(word) {
                has_time = true;
            } else if name.is_empty() && bytes.is_none() && word.chars().all(is_of_name) {
                name = word;
            } else {
                return None;
            }
        }
        Some(Self { name, source: AmountSource::List, bytes: bytes.filter(|_| has_time)?, limit: None })
    }
}

/// Megabytes or so, with their unit.
fn amount(word: &str) -> Option<f64> {
    word.starts_with(|letter: char| letter.is_ascii_digit()).then_some(())?;
    // Programs divide by 1024, whatever they call it.
    let bytes =
        ByteUnits::Binary.parse(word).filter(|_| word.ends_with(|letter: char| letter.is_ascii_alphabetic()))?;
    of_machine(bytes).filter(|&bytes| bytes >= LEAST)
}

/// `3:06PM`, `10:05:12.5`, `2026-01-02`, `121s`, `2h`, `1663184060`.
fn is_time(word: &str) -> bool {
    let is_digit = |letter: char| letter.is_ascii_digit();
    let ends = ["AM", "PM", "am", "pm", "Z", "min", "ms", "s", "m", "h", "d"];
    let plain = ends.iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    let is_stamp = plain.len() == 10 && plain.chars().all(is_digit);
    let has_mark = plain != word || plain.contains([':', '-', '/']);
    let is_of_clock = |letter: char| is_digit(letter) || matches!(letter, ':' | '-' | '/' | '.' | 'T');
    plain.starts_with(is_digit) && (is_stamp || has_mark && plain.chars().all(is_of_clock))
}

fn is_word_of_time(word: &str) -> bool {
    matches!(
        word.to_ascii_lowercase().as_str(),
        "t" | "at" | "time" | "after" | "elapsed" | "day" | "hour" | "am" | "pm" | "utc"
    )
}

fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | '/')
}

/// Whether a text speaks of memory, and of nothing else that is counted in bytes.
fn names_memory(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let mut words = lower.split(|letter: char| !letter.is_ascii_alphanumeric());
    let has =
        |known: &[&str]| lower.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| known.contains(&word));
    words.any(|word| MEMORY.contains(&word)) && !has(&OTHERS)
}

const MEMORY: [&str; 9] = ["memory", "mem", "rss", "heap", "resident", "working", "alloc", "inuse", "oom"];
const OTHERS: [&str; 12] = [
    "disk",
    "volume",
    "pvc",
    "network",
    "bandwidth",
    "upload",
    "uploads",
    "download",
    "downloads",
    "traffic",
    "storage",
    "gpu",
];
/// Fewer have no course.
const FEWEST: usize = 4;
const LEAST: f64 = 0.5 * MIB;
const MOST: usize = 32;
const LONGEST_LINE: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, AmountSource, Vec<f64>)> {
        let all = Amounts::find(text).into_iter();
        all.map(|amounts| (amounts.name, amounts.source, amounts.bytes.iter().map(|bytes| bytes / MIB).collect()))
            .collect()
    }

    #[test]
    fn lists_are_readings() {
        let list = "Memory of the controller:\n- 3:06PM - 50Mi\n- 3:07PM - 248Mi\n- 3:08PM - 282Mi\n- 3:09PM - 282Mi\n";
        assert_eq!(found(list), [(String::new(), AmountSource::List, vec![50.0, 248.0, 282.0, 282.0])]);
        assert!(Amounts::find(list)[0].names_memory);
        let pairs = "t=   0s  engine=  693MiB     <- restarted\nt= 121s  engine= 1806MiB\n...\nt= 241s  engine= 2190MiB\nt=601s engine=2494MiB\n";
        assert_eq!(found(pairs), [("engine".to_owned(), AmountSource::List, vec![693.0, 1806.0, 2190.0, 2494.0])]);
        assert!(!Amounts::find(pairs)[0].names_memory, "whatever it is");
        let docker = "97MiB / 512MiB\n2026-01-02 10:00:00 98MiB / 512MiB\n99MiB / 512MiB\n120MiB / 512MiB\n";
        assert_eq!(found(docker)[0].2, [97.0, 98.0, 99.0, 120.0]);
        assert_eq!(Amounts::find(docker)[0].limit, Some(512.0 * MIB));
        let report = "REPORT RequestId: a\tDuration: 4 ms\tMemory Size: 512 MiB\tMax Memory Used: 75 MiB\t\n".repeat(4);
        assert_eq!(found(&report), [(String::new(), AmountSource::Lambda, vec![75.0; 4])]);
    }

    #[test]
    fn other_lines_are_none() {
        for text in [
            "",
            // Sizes of files, two amounts, no time, no unit, rates.
            "- a.tar 50Mi\n- b.tar 60Mi\n- c.tar 70Mi\n- d.tar 80Mi\n",
            "3:06PM 50Mi 60Mi\n3:07PM 50Mi 60Mi\n3:08PM 50Mi 60Mi\n3:09PM 50Mi 60Mi\n",
            "3:06PM 50\n3:07PM 51\n3:08PM 52\n3:09PM 53\n",
            "3:06PM 50MB/s\n3:07PM 51MB/s\n3:08PM 52MB/s\n3:09PM 53MB/s\n",
            "3:06PM we had 50MB then\n3:07PM we had 51MB then\n3:08PM we had 52MB\n3:09PM and 53MB then\n",
            "3:06PM 50Mi\n3:07PM 51Mi\n3:08PM 52Mi\n",
            "memory of 5m: 50Mi\n",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
        assert!(!names_memory("disk and memory of the node"));
        assert!(!names_memory("remembered"));
    }
}
