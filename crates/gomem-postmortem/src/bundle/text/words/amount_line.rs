//! A line that has one amount of bytes, and when it was read.

use gomem_table::{ByteUnits, MIB};

use crate::bundle::text::{
    machine::process_memory::of_machine,
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
}

impl<'a> AmountLine<'a> {
    pub(crate) fn parse(line: &'a str) -> Option<Self> {
        Self::of_lambda(line).or_else(|| Self::of_docker(line)).or_else(|| Self::of_list(line))
    }

    fn of_lambda(line: &'a str) -> Option<Self> {
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
        })
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
        let found = Self { name: "", source: AmountSource::Docker, bytes, limit, time: time.time(), request: "" };
        is_rest_time.then_some(found)
    }

    /// A time, perhaps a name, and one amount; an arrow or a bracket begins a remark.
    fn of_list(line: &'a str) -> Option<Self> {
        let plain = line.trim().trim_start_matches(['-', '*', '•']).trim_start();
        let remark =
            ["<-", "←", "(", "#", "//"].iter().filter_map(|mark| plain.find(mark)).min().unwrap_or(plain.len());
        let plain = &plain[..remark];
        let (mut name, mut bytes, mut time) = ("", None, TimeWords::default());
        for word in plain.split(|letter: char| letter.is_whitespace() || matches!(letter, '=' | '|' | ',')) {
            let word = word.trim_matches(|letter: char| matches!(letter, ':' | ';' | '-' | '–' | '`' | '*'));
            if word.is_empty() {
                continue;
            }
            if let Some(found) = amount(word) {
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
        Some(Self { name, source: AmountSource::List, bytes, limit: None, time: time.time(), request: "" })
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

const LEAST: f64 = 0.5 * MIB;
