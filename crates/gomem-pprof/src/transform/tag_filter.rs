//! Filters over labels.

use foldhash::HashMap;
use regex::Regex;

use crate::{
    error::UsageError,
    model::{Profile, Sample, scale},
    pattern::compile,
};

/// The unit of each numeric label's key.
pub(crate) type LabelUnits = HashMap<String, String>;

/// A compiled `tagfocus` or `tagignore`.
pub(crate) struct TagFilter<'u> {
    key: Option<String>,
    test: Test,
    units: &'u LabelUnits,
}

enum Test {
    /// Numbers from, to, in a unit.
    Range { unit: String, from: Option<f64>, to: Option<f64> },
    /// Expressions: all of them without a key, one of them with a key.
    Patterns(Vec<Regex>),
}

impl<'u> TagFilter<'u> {
    pub(crate) fn compile(
        option: &'static str,
        filter: &str,
        units: &'u LabelUnits,
    ) -> Result<Option<Self>, UsageError> {
        if filter.is_empty() {
            return Ok(None);
        }
        let (key, filter) = match filter.split_once('=') {
            Some((key, filter)) => ((!key.is_empty()).then(|| key.to_owned()), filter),
            None => (None, filter),
        };
        let test = match range(filter) {
            Some(range) => range.map_err(|problem| UsageError::pattern(option, filter, &problem))?,
            None => Test::Patterns(
                filter
                    .split(',')
                    .map(|pattern| compile(pattern).map_err(|problem| UsageError::pattern(option, pattern, &problem)))
                    .collect::<Result<_, _>>()?,
            ),
        };
        Ok(Some(Self { key, test, units }))
    }

    pub(crate) fn is_match(&self, sample: Sample<'_>) -> bool {
        let is_key = |key: &str| self.key.as_deref().is_none_or(|wanted| wanted == key);
        match &self.test {
            Test::Range { unit, from, to } => {
                sample.labels().filter(|label| label.text.is_empty() && is_key(label.key)).any(|label| {
                    let of_key = self.units.get(label.key).map_or("", String::as_str);
                    let (value, scaled) = scale(label.number, of_key, unit);
                    scaled == unit && from.is_none_or(|from| value >= from) && to.is_none_or(|to| value <= to)
                })
            }
            Test::Patterns(patterns) => {
                let mut texts = sample.labels().filter(|label| !label.text.is_empty());
                if self.key.is_some() {
                    return texts
                        .any(|label| is_key(label.key) && patterns.iter().any(|pattern| pattern.is_match(label.text)));
                }
                let texts: Vec<String> = texts.map(|label| format!("{}:{}", label.key, label.text)).collect();
                patterns.iter().all(|pattern| texts.iter().any(|text| pattern.is_match(text)))
            }
        }
    }
}

impl Profile {
    /// The unit of each numeric label's key: the first one that a sample says, or the key itself, as for `bytes`.
    pub(crate) fn label_units(&self) -> LabelUnits {
        let mut units = LabelUnits::default();
        for label in self.samples().flat_map(Sample::labels).filter(|label| label.text.is_empty()) {
            if units.get(label.key).is_none_or(String::is_empty) {
                units.insert(label.key.to_owned(), label.unit.to_owned());
            }
        }
        for (key, unit) in &mut units {
            if unit.is_empty() {
                *unit = if matches!(key.as_str(), "alignment" | "request") { "bytes".into() } else { key.clone() };
            }
        }
        units
    }
}

/// `4kb`, `4kb:`, `:4kb` or `4kb:1mb`; `None` for what is an expression.
fn range(filter: &str) -> Option<Result<Test, String>> {
    let (left, right) = match filter.split_once(':') {
        None => (filter, None),
        Some((left, right)) => (left, Some(right)),
    };
    let quantity = |text: &str| -> Option<(Result<i64, String>, String)> {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        let unit = digits.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_number = unit.len() < digits.len() && unit.chars().all(|c| c.is_ascii_alphabetic());
        let number = text[..text.len() - unit.len()].parse().map_err(|_| "the number is too large".to_owned());
        is_number.then(|| (number, unit.to_owned()))
    };
    let build =
        |left: Option<(Result<i64, String>, String)>, right: Option<(Result<i64, String>, String)>, one: bool| {
            let unit = left.as_ref().or(right.as_ref()).map_or("", |(_, unit)| unit);
            let (_, unit) = scale(0, unit, unit);
            let unit = unit.to_owned();
            let bound = |quantity: Option<(Result<i64, String>, String)>| -> Result<Option<(f64, String)>, String> {
                let Some((number, of)) = quantity else { return Ok(None) };
                let (value, scaled) = scale(number?, &of, &unit);
                Ok(Some((value, scaled.to_owned())))
            };
            let (from, to) = (bound(left)?, bound(right)?);
            // Bounds of different kinds hold nothing.
            let fits = |bound: &Option<(f64, String)>| bound.as_ref().is_none_or(|(_, scaled)| *scaled == unit);
            if !fits(&from) || !fits(&to) {
                return Err("the bounds have different kinds of units".to_owned());
            }
            let from = from.map(|(value, _)| value);
            let to = if one { from } else { to.map(|(value, _)| value) };
            Ok(Test::Range { unit, from, to })
        };
    match (left, right) {
        (left, None) => Some(build(Some(quantity(left)?), None, true)),
        ("", Some(right)) => Some(build(None, Some(quantity(right)?), false)),
        (left, Some("")) => Some(build(Some(quantity(left)?), None, false)),
        (left, Some(right)) => Some(build(Some(quantity(left)?), Some(quantity(right)?), false)),
    }
}
