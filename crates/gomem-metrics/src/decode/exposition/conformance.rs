//! The first thing in which a text does not conform to the specification of its format.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use super::{
    dialect::Dialect,
    histogram::{Histogram, Labels},
    lines::split_line,
    metadata::{Keyword, Metadata, MetricType},
    sample::{Extra, Flaw, Grammar, Sample, skip_blanks},
};
use crate::error::Diagnostic;

pub(super) fn first_flaw(text: &[u8], dialect: Dialect) -> Option<Diagnostic> {
    let flawed = |line, (column, problem): Flaw| Some(Diagnostic::skipped(line, column, problem));
    let mut lines = 0;
    let mut rest = text;
    let mut prometheus = Prometheus::default();
    let mut open_metrics = OpenMetrics::default();
    while !rest.is_empty() {
        let (line, next) = split_line(rest);
        lines += 1;
        let last_byte = rest.len() == line.len();
        rest = next;
        let checked = match std::str::from_utf8(line) {
            Err(err) => Err((err.valid_up_to(), "not UTF-8")),
            Ok(line) if dialect == Dialect::OpenMetrics => open_metrics.line(line),
            Ok(line) if last_byte && !line.trim_matches([' ', '\t']).is_empty() => {
                prometheus.line(line).and(Err((line.len(), "the last line does not end in a line feed")))
            }
            Ok(line) => prometheus.line(line),
        };
        if let Err(flaw) = checked {
            return flawed(lines, flaw);
        }
    }
    match dialect {
        Dialect::OpenMetrics => open_metrics.end().err().and_then(|flaw| flawed(lines.max(1), flaw)),
        Dialect::Prometheus => None,
    }
}

/// What the Prometheus format has to remember from line to line.
#[derive(Default)]
struct Prometheus<'a> {
    families: HashMap<Cow<'a, str>, Declaration>,
}

#[derive(Default)]
struct Declaration {
    help: bool,
    kind: Option<MetricType>,
    sampled: bool,
}

impl<'a> Prometheus<'a> {
    fn line(&mut self, line: &'a str) -> Result<(), Flaw> {
        let start = skip_blanks(line.as_bytes(), 0);
        match line.as_bytes().get(start) {
            None => Ok(()),
            Some(b'#') => match Metadata::strict(line, start)? {
                Some(metadata) => self.declare(metadata, start),
                None => Ok(()),
            },
            Some(_) => {
                let sample = Sample::decode(line, start, Grammar { dialect: Dialect::Prometheus, strict: true })?;
                self.sample(&sample, start)
            }
        }
    }

    fn declare(&mut self, metadata: Metadata<'a>, at: usize) -> Result<(), Flaw> {
        let declared = self.families.entry(metadata.name).or_default();
        match metadata.keyword {
            // Without a text, it says nothing that a second one could contradict.
            Keyword::Help if metadata.text.is_empty() => {}
            Keyword::Help if declared.help => return Err((at, "a second HELP for this metric")),
            Keyword::Help => declared.help = true,
            _ if metadata.kind.is_none() => {}
            _ if declared.kind.is_some() => return Err((at, "a second TYPE for this metric")),
            _ if declared.sampled => return Err((at, "a TYPE after samples of this metric")),
            _ => declared.kind = metadata.kind,
        }
        Ok(())
    }

    /// The family a sample belongs to is the one whose name it has, with what its type adds.
    fn sample(&mut self, sample: &Sample<'a>, at: usize) -> Result<(), Flaw> {
        let family = ["_bucket", "_count", "_sum"].iter().find_map(|suffix| {
            let family = sample.name.strip_suffix(suffix)?;
            let kind = self.families.get(family)?.kind?;
            let histogram = matches!(kind, MetricType::Histogram | MetricType::GaugeHistogram);
            (histogram || (kind == MetricType::Summary && *suffix != "_bucket"))
                .then(|| (family.to_owned(), kind, *suffix))
        });
        if let Some((family, kind, suffix)) = family {
            if let Some(declared) = self.families.get_mut(family.as_str()) {
                declared.sampled = true;
            }
            if suffix == "_bucket" && label_number(sample, "le").is_some_and(|le| le.is_none()) {
                return Err((at, "the label le is not a number"));
            }
            let histogram = matches!(kind, MetricType::Histogram | MetricType::GaugeHistogram);
            if histogram && suffix != "_sum" && sample.value < 0.0 {
                return Err((at, "a negative count in a histogram"));
            }
            return Ok(());
        }
        let declared = self.families.entry(sample.name.clone()).or_default();
        declared.sampled = true;
        let summary = declared.kind == Some(MetricType::Summary);
        if summary && label_number(sample, "quantile").is_some_and(|quantile| quantile.is_none()) {
            return Err((at, "the label quantile is not a number"));
        }
        Ok(())
    }
}

/// What OpenMetrics has to remember from line to line.
#[derive(Default)]
struct OpenMetrics<'a> {
    family: Option<Family<'a>>,
    /// Every name that a family may have taken for its samples.
    taken: HashSet<String>,
    ended: bool,
}

/// The metric family that is being read.
struct Family<'a> {
    name: Cow<'a, str>,
    kind: Option<MetricType>,
    unit: Option<&'a str>,
    help: bool,
    sampled: bool,
    histogram: Histogram,
    group: Option<(Labels, Option<i64>)>,
    groups: HashSet<Labels>,
}

impl<'a> OpenMetrics<'a> {
    fn line(&mut self, line: &'a str) -> Result<(), Flaw> {
        if self.ended {
            return Err((0, "text after # EOF"));
        }
        if line == "# EOF" {
            self.ended = true;
            return Ok(());
        }
        if line.is_empty() {
            return Err((0, "an empty line"));
        }
        if line.starts_with('#') {
            return self.declare(Metadata::open_metrics(line)?);
        }
        let grammar = Grammar { dialect: Dialect::OpenMetrics, strict: true };
        self.sample(&Sample::decode(line, 0, grammar)?)
    }

    fn end(&mut self) -> Result<(), Flaw> {
        self.close_family()?;
        if self.ended { Ok(()) } else { Err((0, "the text does not end in # EOF")) }
    }

    fn declare(&mut self, metadata: Metadata<'a>) -> Result<(), Flaw> {
        if self.family.as_ref().is_none_or(|family| family.name != metadata.name) {
            self.close_family()?;
            self.family = Some(Family::new(metadata.name, None));
        }
        let Some(family) = &mut self.family else { return Ok(()) };
        if family.sampled {
            return Err((0, "metadata after samples of this metric"));
        }
        match metadata.keyword {
            Keyword::Help if family.help => Err((0, "a second HELP for this metric")),
            Keyword::Type if family.kind.is_some() => Err((0, "a second TYPE for this metric")),
            Keyword::Unit if family.unit.is_some() => Err((0, "a second UNIT for this metric")),
            Keyword::Help => {
                family.help = true;
                Ok(())
            }
            Keyword::Type => {
                family.kind = metadata.kind;
                Ok(())
            }
            Keyword::Unit => {
                family.unit = Some(metadata.text);
                Ok(())
            }
        }
    }

    fn sample(&mut self, sample: &Sample<'a>) -> Result<(), Flaw> {
        let native = matches!(sample.extra, Extra::Histogram(_));
        let belongs = self.family.as_ref().is_some_and(|family| {
            let suffix = sample.name.strip_prefix(family.name.as_ref());
            suffix.is_some_and(|suffix| family.kind().suffixes().contains(&suffix) || (native && suffix.is_empty()))
        });
        if !belongs {
            self.close_family()?;
            self.family = Some(Family::new(sample.name.clone(), Some(MetricType::Untyped)));
        }
        match &mut self.family {
            Some(family) => family.sample(sample, native),
            None => Ok(()),
        }
    }

    fn close_family(&mut self) -> Result<(), Flaw> {
        let Some(family) = self.family.take() else { return Ok(()) };
        let suffixes = family.kind().suffixes().iter().filter(|suffix| !suffix.is_empty());
        for suffix in suffixes.chain(&[""]) {
            if !self.taken.insert(format!("{}{suffix}", family.name)) {
                return Err((0, "before this line ends a metric whose name clashes with an earlier one's"));
            }
        }
        family.close()
    }
}

impl<'a> Family<'a> {
    fn new(name: Cow<'a, str>, kind: Option<MetricType>) -> Self {
        Self {
            name,
            kind,
            unit: None,
            help: false,
            sampled: false,
            histogram: Histogram::default(),
            group: None,
            groups: HashSet::new(),
        }
    }

    fn kind(&self) -> MetricType {
        self.kind.unwrap_or_default()
    }

    fn sample(&mut self, sample: &Sample<'a>, native: bool) -> Result<(), Flaw> {
        self.sampled = true;
        if native {
            return if self.kind() == MetricType::Histogram { Ok(()) } else { Err((0, "not a histogram's value")) };
        }
        let suffix = &sample.name[self.name.len()..];
        self.check_labels(sample, suffix)?;
        self.check_value(sample, suffix)?;
        self.check_exemplar(sample, suffix)?;
        self.check_group(sample, suffix)
    }

    fn check_labels(&self, sample: &Sample<'a>, suffix: &str) -> Result<(), Flaw> {
        let canonical = |name: &str| {
            let text = sample.labels().find(|(key, _)| key == name).map(|(_, value)| value);
            let infinite =
                text.as_ref().and_then(|text| text.parse().ok()).is_some_and(|value: f64| value == f64::INFINITY);
            !infinite || text.as_deref() == Some("+Inf")
        };
        match self.kind() {
            MetricType::StateSet if !sample.labels().any(|(key, _)| key == self.name) => {
                Err((0, "a state set without the label of its own name"))
            }
            MetricType::Histogram | MetricType::GaugeHistogram if suffix == "_bucket" => {
                let le = label_number(sample, "le").flatten();
                let fine = le.is_some_and(|le| !le.is_nan()) && canonical("le");
                if fine { Ok(()) } else { Err((0, "a bucket without a number as its label le, +Inf for the last")) }
            }
            MetricType::Summary if suffix.is_empty() => {
                let quantile = label_number(sample, "quantile").flatten();
                let fine = quantile.is_some_and(|quantile| (0.0..=1.0).contains(&quantile));
                if fine { Ok(()) } else { Err((0, "a summary's sample without a quantile from 0 to 1")) }
            }
            _ => Ok(()),
        }
    }

    fn check_value(&self, sample: &Sample<'a>, suffix: &str) -> Result<(), Flaw> {
        let value = sample.value;
        let whole = matches!(suffix, "_bucket" | "_count" | "_gcount");
        let counts = whole || matches!(suffix, "_total" | "_sum");
        if (counts || suffix == "_gsum") && value.is_nan() {
            return Err((0, "a count that is NaN"));
        }
        if counts && value < 0.0 {
            return Err((0, "a negative count"));
        }
        if whole && value.fract() != 0.0 {
            return Err((0, "a count that is not whole"));
        }
        match self.kind() {
            MetricType::StateSet if value != 0.0 && value != 1.0 => Err((0, "a state that is neither 0 nor 1")),
            MetricType::Info if value != 1.0 => Err((0, "an info that is not 1")),
            MetricType::Summary if suffix.is_empty() && value < 0.0 => Err((0, "a negative quantile")),
            _ => Ok(()),
        }
    }

    fn check_exemplar(&self, sample: &Sample<'a>, suffix: &str) -> Result<(), Flaw> {
        let Extra::Exemplar(text) = sample.extra else { return Ok(()) };
        let buckets = matches!(self.kind(), MetricType::Histogram | MetricType::GaugeHistogram) && suffix == "_bucket";
        let totals = self.kind() == MetricType::Counter && suffix == "_total";
        if !buckets && !totals {
            return Err((0, "an exemplar where there can be none: only buckets and counters have them"));
        }
        let exemplar = format!("e{text}");
        let grammar = Grammar { dialect: Dialect::OpenMetrics, strict: false };
        let labels = Sample::decode(&exemplar, 0, grammar)
            .map_or(0, |labels| labels.labels().map(|(key, value)| key.chars().count() + value.chars().count()).sum());
        if labels > LONGEST_EXEMPLAR { Err((0, "an exemplar with more than 128 characters of labels")) } else { Ok(()) }
    }

    /// The samples of one metric stand together, and its times go forward.
    fn check_group(&mut self, sample: &Sample<'a>, suffix: &str) -> Result<(), Flaw> {
        let kind = self.kind();
        let own = match kind {
            MetricType::Summary if suffix.is_empty() => Some("quantile"),
            MetricType::StateSet => Some(self.name.as_ref()),
            MetricType::Histogram | MetricType::GaugeHistogram if suffix == "_bucket" => Some("le"),
            _ => None,
        };
        let mut group: Labels = match kind {
            MetricType::Info => Vec::new(),
            _ => sample
                .labels()
                .filter(|(key, _)| own != Some(key.as_ref()))
                .map(|(key, value)| (key.into_owned(), value.into_owned()))
                .collect(),
        };
        group.sort();
        let time = sample.timestamp_ms;
        match &self.group {
            Some((before, _)) if *before != group && self.groups.contains(&group) => {
                return Err((0, "samples of one metric do not stand together"));
            }
            Some((before, time_before)) if *before == group => {
                if time_before.is_some() != time.is_some() {
                    return Err((0, "some samples of one metric have times and some have none"));
                }
                if time < *time_before && kind != MetricType::Info {
                    return Err((0, "the times of one metric go backwards"));
                }
            }
            _ => {}
        }
        if matches!(kind, MetricType::Histogram | MetricType::GaugeHistogram) && !suffix.is_empty() {
            self.histogram.sample(&group, time, suffix, label_number(sample, "le").flatten(), sample.value)?;
        }
        self.groups.insert(group.clone());
        self.group = Some((group, time));
        Ok(())
    }

    fn close(self) -> Result<(), Flaw> {
        if let Some(unit) = self.unit.filter(|unit| !unit.is_empty()) {
            if !self.name.strip_suffix(unit).is_some_and(|name| name.ends_with('_')) {
                return Err((0, "before this line ends a metric whose name does not end in its unit"));
            }
            if matches!(self.kind(), MetricType::Info | MetricType::StateSet) {
                return Err((0, "before this line ends a metric with a unit whose type has none"));
            }
        }
        self.histogram.close()
    }
}

/// A label read as a number: `None` without the label, `Some(None)` when it is not a number.
fn label_number(sample: &Sample<'_>, name: &str) -> Option<Option<f64>> {
    let (_, value) = sample.labels().find(|(key, _)| key == name)?;
    Some(value.parse().ok())
}

/// Section "Exemplars" of the OpenMetrics specification.
const LONGEST_EXEMPLAR: usize = 128;
