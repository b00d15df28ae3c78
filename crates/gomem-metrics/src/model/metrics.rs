//! Scrapes over time.

use std::{collections::BTreeMap, sync::Arc};

use foldhash::HashMap;
use gomem_table::{Table, TableSchema, ToTable, checkpoint};

use super::{
    late::{Late, LateValue},
    names::common_prefix,
    scrape_diagnostic::ScrapeDiagnostic,
    series::{NativeHistogram, Series, SeriesTable},
    window::Window,
};
use crate::{
    decode::{
        Dialect, Exposition, Extra, Format, Observation, Observations, ObservedSeries, Sample, SampleReader,
        SharedLabels,
    },
    error::{Diagnostic, Error, ErrorKind, Limits, TIMES_MS},
};

/// The series of one or more targets, over time.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    series: Vec<Series>,
    /// By the bytes of an exporter's own text, and by metric and sorted labels: other exporters order labels otherwise.
    by_identity: HashMap<Box<str>, usize>,
    by_labels: HashMap<Box<str>, usize>,
    scrape_times_ms: Vec<i64>,
    histograms: Vec<NativeHistogram>,
    diagnostics: Vec<ScrapeDiagnostic>,
    suppressed_diagnostics: u64,
    samples: u64,
    held_bytes: u64,
    prefix: Option<Box<str>>,
    options: MetricsOptions,
}

/// How metrics are to be read.
///
/// ```
/// use gomem_metrics::{Format, Metrics, MetricsOptions};
///
/// let options = MetricsOptions::default().with_format(Some(Format::Prometheus)).with_strict(true);
/// assert!(Metrics::with_options(options).push(0, b"go_goroutines seven\n").is_err());
/// ```
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct MetricsOptions {
    /// The format; `None` to find out.
    pub format: Option<Format>,
    /// Whether anything that the format's specification forbids is an error.
    pub strict: bool,
    /// How much is accepted, over all that is read.
    pub limits: Limits,
}

impl MetricsOptions {
    /// Reads this format, whatever the bytes look like.
    #[must_use]
    pub fn with_format(self, format: Option<Format>) -> Self {
        Self { format, ..self }
    }

    /// Makes an error of anything that the format's specification forbids.
    #[must_use]
    pub fn with_strict(self, strict: bool) -> Self {
        Self { strict, ..self }
    }

    /// Accepts so much.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }
}

impl Metrics {
    /// No scrapes yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// No scrapes yet, and how they are to be read.
    #[must_use]
    pub fn with_options(options: MetricsOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// Adds one scrape in the Prometheus text format or in OpenMetrics, taken at `time_ms`. Scrapes may come in any
    /// order.
    ///
    /// # Errors
    /// When nothing in it is a sample, or a limit is reached. Single lines that cannot be read are
    /// [`diagnostics`](Self::diagnostics) instead.
    pub fn push_scrape(&mut self, time_ms: i64, text: &[u8]) -> Result<(), Error> {
        let mut late = Late::default();
        self.read_text(time_ms, text, Dialect::detect(text), &mut late)?;
        self.place(&mut late);
        Ok(())
    }

    /// Adds a file of any [`Format`]; what carries no time of its own was taken at `time_ms`.
    ///
    /// # Errors
    /// When nothing in it can be read, or a limit is reached; when strict, for any flaw.
    ///
    /// ```
    /// # let mut metrics = gomem_metrics::Metrics::new();
    /// # for second in 0..5 {
    /// #     let text = format!("go_memstats_alloc_bytes {}\ngo_goroutines {}\n", 40 << 20, 12 + second);
    /// #     metrics.push_scrape(1_700_000_000_000 + second * 1000, text.as_bytes())?;
    /// # }
    /// # let state = metrics.state();
    /// let scrape = b"go_goroutines 12\n";
    /// metrics.push(1_700_000_005_000, scrape)?;
    /// assert_eq!(metrics.scrape_times_ms().len(), 6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn push(&mut self, time_ms: i64, bytes: &[u8]) -> Result<(), Error> {
        let mut late = Late::default();
        self.read(time_ms, bytes, &mut late)?;
        self.place(&mut late);
        Ok(())
    }

    /// As [`push`](Self::push) does, but what is out of order waits in `late` to be put in its place.
    pub(super) fn read(&mut self, time_ms: i64, bytes: &[u8], late: &mut Late) -> Result<(), Error> {
        let options = self.options;
        let format = options.format.unwrap_or_else(|| Format::detect(bytes));
        if let Some(dialect) = format.dialect() {
            let flaw = if options.strict { Exposition::check(bytes, dialect) } else { None };
            return match flaw {
                Some(flaw) => Err(Error::malformed(flaw)),
                None => self.read_text(time_ms, bytes, dialect, late),
            };
        }
        let observations = format.decode(bytes)?;
        match observations.diagnostics.iter().find(|found| found.skipped) {
            Some(flaw) if options.strict => Err(Error::malformed(flaw.clone())),
            _ => self.read_observations(time_ms, observations, late),
        }
    }

    /// Says what stands before the runtime's names, as `myapp_` before `myapp_go_goroutines`; without it, the names tell.
    #[must_use]
    pub fn with_prefix(mut self, prefix: Option<&str>) -> Self {
        self.prefix = prefix.map(Into::into);
        self
    }

    /// What stands before the runtime's names: as was said, or else as most of them have it.
    #[must_use]
    pub fn prefix(&self) -> Option<&str> {
        let common = || common_prefix(self.series.iter().map(|series| series.metric.as_str()));
        self.prefix.as_deref().or_else(common)
    }

    /// All series, in the order of their first appearance.
    ///
    /// ```
    /// # let mut metrics = gomem_metrics::Metrics::new();
    /// # for second in 0..5 {
    /// #     let text = format!("go_memstats_alloc_bytes {}\ngo_goroutines {}\n", 40 << 20, 12 + second);
    /// #     metrics.push_scrape(1_700_000_000_000 + second * 1000, text.as_bytes())?;
    /// # }
    /// # let state = metrics.state();
    /// assert_eq!(metrics.series().len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn series(&self) -> &[Series] {
        &self.series
    }

    /// The series of one metric.
    ///
    /// ```
    /// # let mut metrics = gomem_metrics::Metrics::new();
    /// # for second in 0..5 {
    /// #     let text = format!("go_memstats_alloc_bytes {}\ngo_goroutines {}\n", 40 << 20, 12 + second);
    /// #     metrics.push_scrape(1_700_000_000_000 + second * 1000, text.as_bytes())?;
    /// # }
    /// # let state = metrics.state();
    /// let goroutines = metrics.named("go_goroutines").next().unwrap();
    /// assert_eq!(goroutines.at(1_700_000_003_000), Some(15.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn named<'a>(&'a self, metric: &'a str) -> impl Iterator<Item = &'a Series> + 'a {
        self.series.iter().filter(move |series| series.metric == metric)
    }

    /// When the scrapes were taken, ascending.
    #[must_use]
    pub fn scrape_times_ms(&self) -> &[i64] {
        &self.scrape_times_ms
    }

    /// The native histograms, in the order in which they came.
    #[must_use]
    pub fn histograms(&self) -> &[NativeHistogram] {
        &self.histograms
    }

    /// Lines that could not be read, each with the time of its scrape.
    #[must_use]
    pub fn diagnostics(&self) -> &[ScrapeDiagnostic] {
        &self.diagnostics
    }

    /// Diagnostics beyond the limit, counted but not kept.
    #[must_use]
    pub fn suppressed_diagnostics(&self) -> u64 {
        self.suppressed_diagnostics
    }

    /// What was read with a reservation, as a scrape that may have been cut: each problem at its first place, and how many
    /// scrapes have it.
    #[must_use]
    pub fn reservations(&self) -> Vec<(&Diagnostic, u64)> {
        let mut places: HashMap<&str, usize> = HashMap::default();
        let mut found: Vec<(&Diagnostic, u64)> = Vec::new();
        for diagnostic in self.diagnostics.iter().map(|told| &told.diagnostic).filter(|told| !told.skipped) {
            let place = *places.entry(diagnostic.problem.as_ref()).or_insert(found.len());
            match found.get_mut(place) {
                Some((_, scrapes)) => *scrapes += 1,
                None => found.push((diagnostic, 1)),
            }
        }
        found
    }

    /// What its table promises.
    #[must_use]
    pub fn schema() -> TableSchema {
        SeriesTable::new(&[]).schema()
    }

    /// What was observed in a window of time. Series that were not observed in it are not there.
    #[must_use]
    pub fn within(&self, window: Window) -> Self {
        let mut cut = Self { options: self.options, prefix: self.prefix.clone(), ..Self::default() };
        for series in &self.series {
            let series = series.within(window);
            if !series.times_ms.is_empty() {
                cut.samples += series.values.len() as u64;
                cut.by_labels.insert(identity(&series.metric, &series.labels), cut.series.len());
                cut.series.push(series);
            }
        }
        cut.scrape_times_ms = self.scrape_times_ms.iter().copied().filter(|&time| window.contains(time)).collect();
        cut.histograms = self.histograms.iter().filter(|seen| window.contains(seen.time_ms)).cloned().collect();
        cut.diagnostics = self.diagnostics.iter().filter(|found| window.contains(found.time_ms)).cloned().collect();
        cut
    }

    fn read_text(&mut self, scrape_ms: i64, text: &[u8], dialect: Dialect, late: &mut Late) -> Result<(), Error> {
        check(scrape_ms)?;
        let mut reader = SampleReader::new_as(text, dialect).with_diagnostics(self.options.limits.diagnostics);
        let mut is_empty = true;
        for sample in &mut reader {
            is_empty = false;
            self.count(1)?;
            let time_ms = sample.timestamp_ms.unwrap_or(scrape_ms);
            if let Extra::Histogram(text) = sample.extra {
                self.hold(sample.identity.len() + text.len() + size_of::<NativeHistogram>())?;
                self.histograms.push(NativeHistogram {
                    metric: sample.name.clone().into_owned(),
                    labels: sorted_labels(&sample),
                    time_ms,
                    text: text.to_owned(),
                });
                continue;
            }
            let index = match self.by_identity.get(sample.identity) {
                Some(&index) => index,
                None => {
                    let index = self.series_index(&sample.name, sorted_labels(&sample))?;
                    self.hold(sample.identity.len() + ENTRY_BYTES)?;
                    self.by_identity.insert(sample.identity.into(), index);
                    index
                }
            };
            if !self.series[index].append(time_ms, sample.value) {
                late.values.push(LateValue { series: index, time_ms, value: sample.value, scrape_ms });
            }
        }
        let end = reader.finish();
        if let (true, Some(flaw)) = (is_empty, end.diagnostics.iter().find(|found| found.skipped)) {
            let kind = ErrorKind::NothingFound { expected: "sample", lines: end.lines };
            return Err(Error::at(kind, flaw.line));
        }
        end.diagnostics.into_iter().for_each(|found| self.note(scrape_ms, found));
        self.suppressed_diagnostics += end.suppressed_diagnostics;
        self.end_scrape(scrape_ms, late);
        Ok(())
    }

    fn read_observations(
        &mut self,
        scrape_ms: i64,
        mut observations: Observations,
        late: &mut Late,
    ) -> Result<(), Error> {
        check(scrape_ms)?;
        observations.leave_out_impossible_times();
        if observations.count() == 0
            && let Some(flaw) = observations.diagnostics.iter().find(|found| found.skipped)
        {
            return Err(Error::malformed(flaw.clone()));
        }
        self.count(observations.count())?;
        for ObservedSeries { metric, labels, points } in observations.series {
            let mut labels = labels.to_vec();
            labels.sort();
            let index = self.series_index(&metric, labels)?;
            for (time_ms, value) in points {
                checkpoint();
                if !self.series[index].append(time_ms, value) {
                    late.values.push(LateValue { series: index, time_ms, value, scrape_ms });
                }
            }
        }
        // The series of the value before, by what it shares with this one.
        let mut last: Option<(Arc<str>, SharedLabels, usize)> = None;
        for seen in observations.values {
            checkpoint();
            let labels = || seen.sorted_labels();
            let Observation { metric, time_ms: time, value, .. } = &seen;
            let (time_ms, value) = (time.unwrap_or(scrape_ms), *value);
            if let Some(text) = &seen.histogram {
                let (metric, labels, text) = (metric.as_ref().to_owned(), labels(), text.clone());
                self.hold(metric.len() + text.len() + text_of(&labels))?;
                self.histograms.push(NativeHistogram { metric, labels, time_ms, text });
                continue;
            }
            let index = match &last {
                Some((name, same, index))
                    if Arc::ptr_eq(name, metric) && Arc::ptr_eq(same, &seen.labels) && seen.bound.is_none() =>
                {
                    *index
                }
                _ => {
                    let index = self.series_index(metric, labels())?;
                    last = seen.bound.is_none().then(|| (Arc::clone(metric), Arc::clone(&seen.labels), index));
                    index
                }
            };
            if !self.series[index].append(time_ms, value) {
                late.values.push(LateValue { series: index, time_ms, value, scrape_ms });
            }
        }
        self.suppressed_diagnostics += observations.suppressed_diagnostics;
        observations.diagnostics.into_iter().for_each(|found| self.note(scrape_ms, found));
        self.end_scrape(scrape_ms, late);
        Ok(())
    }

    /// Puts what did not come in the order of time in its place. A series that had another value at its time is told of,
    /// one a scrape.
    pub(super) fn place(&mut self, late: &mut Late) {
        late.values.sort_by_key(|late| (late.series, late.time_ms));
        let mut repeated: BTreeMap<i64, usize> = BTreeMap::new();
        for of_one in late.values.chunk_by(|one, next| one.series == next.series) {
            let index = of_one.first().map_or(0, |late| late.series);
            for scrape_ms in self.series[index].place(of_one) {
                repeated.entry(scrape_ms).or_insert(index);
            }
        }
        late.values.clear();
        if !late.scrape_times_ms.is_empty() {
            self.scrape_times_ms.append(&mut late.scrape_times_ms);
            self.scrape_times_ms.sort();
        }
        for (scrape_ms, index) in repeated {
            let metric = &self.series[index].metric;
            let problem = format!("{metric} has a second, other value for the same time; the first is kept");
            self.note(scrape_ms, Diagnostic::skipped(0, 0, problem));
        }
    }

    /// How many samples were read.
    pub(super) fn samples(&self) -> u64 {
        self.samples
    }

    fn count(&mut self, samples: usize) -> Result<(), Error> {
        self.samples += samples as u64;
        if self.samples > self.options.limits.samples {
            return Err(Error::new(ErrorKind::Limit { what: "samples", limit: self.options.limits.samples }));
        }
        self.hold(samples * SAMPLE_BYTES)
    }

    /// Accounts for bytes that stay.
    fn hold(&mut self, bytes: usize) -> Result<(), Error> {
        self.held_bytes = self.held_bytes.saturating_add(bytes as u64);
        if self.held_bytes > self.options.limits.bytes {
            return Err(Error::new(ErrorKind::Limit { what: "bytes held", limit: self.options.limits.bytes }));
        }
        Ok(())
    }

    fn note(&mut self, time_ms: i64, diagnostic: Diagnostic) {
        if (self.diagnostics.len() as u64) < self.options.limits.diagnostics {
            self.diagnostics.push(ScrapeDiagnostic::new(time_ms, diagnostic));
        } else {
            self.suppressed_diagnostics += 1;
        }
    }

    fn end_scrape(&mut self, scrape_ms: i64, late: &mut Late) {
        if self.scrape_times_ms.last().is_none_or(|&last| last <= scrape_ms) {
            self.scrape_times_ms.push(scrape_ms);
        } else {
            late.scrape_times_ms.push(scrape_ms);
        }
    }

    fn series_index(&mut self, metric: &str, labels: Vec<(String, String)>) -> Result<usize, Error> {
        let canonical = identity(metric, &labels);
        if let Some(&index) = self.by_labels.get(&canonical) {
            return Ok(index);
        }
        if self.series.len() as u64 >= self.options.limits.series {
            return Err(Error::new(ErrorKind::Limit { what: "series", limit: self.options.limits.series }));
        }
        self.hold(canonical.len() + metric.len() + text_of(&labels) + size_of::<Series>() + ENTRY_BYTES)?;
        let index = self.series.len();
        self.by_labels.insert(canonical, index);
        self.series.push(Series { metric: metric.to_owned(), labels, times_ms: Vec::new(), values: Vec::new() });
        Ok(index)
    }
}

impl ToTable for Metrics {
    fn to_table(&self) -> Table {
        SeriesTable::new(&self.series).table()
    }
}

/// What tells a series, whatever the order in which its exporter writes labels.
fn identity(metric: &str, sorted_labels: &[(String, String)]) -> Box<str> {
    format!("{metric}{sorted_labels:?}").into_boxed_str()
}

/// The bytes that labels take.
fn text_of(labels: &[(String, String)]) -> usize {
    labels.iter().map(|(name, value)| name.len() + value.len() + size_of::<(String, String)>()).sum()
}

/// What a sample takes of a series' times and values, half as much again for the room to grow.
const SAMPLE_BYTES: usize = 24;
/// What an entry of a map takes beside its key's bytes: the map is at most twice as large as what is in it.
const ENTRY_BYTES: usize = 48;

/// Whether a scrape can have been taken then.
fn check(time_ms: i64) -> Result<(), Error> {
    if TIMES_MS.contains(&time_ms) { Ok(()) } else { Err(Error::new(ErrorKind::Time { time_ms })) }
}

fn sorted_labels(sample: &Sample<'_>) -> Vec<(String, String)> {
    let mut labels: Vec<_> = sample.labels().map(|(key, value)| (key.into_owned(), value.into_owned())).collect();
    labels.sort();
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_fall_cost_what_times_that_rise_do() {
        // Inserted one by one, these would move 5,000,000,000 numbers.
        let text: String = (0..100_000).rev().map(|time| format!("a {time} {time}\n")).collect();
        let mut metrics = Metrics::new();
        metrics.push_scrape(0, text.as_bytes()).unwrap();
        metrics.push_scrape(0, b"a 7 7\na 8 9\na 1 1\na 2 2\na 3 3\na 4 4\na 5 5\na 6 6\na 9 9\n").unwrap();
        let series = &metrics.series()[0];
        assert!(series.times_ms.is_sorted() && series.times_ms.len() == 100_000);
        assert!(series.times_ms.iter().zip(&series.values).all(|(time, value)| *time as f64 == *value));
        assert_eq!(metrics.diagnostics().len(), 1, "a value of another at the same time");
    }

    #[test]
    fn scrapes_become_series_in_order_of_time() {
        let mut metrics = Metrics::new();
        metrics.push_scrape(2000, b"a{x=\"1\",y=\"2\"} 20\n").unwrap();
        metrics.push_scrape(1000, b"a{y=\"2\",x=\"1\"} 10\nb 1\n").unwrap();
        metrics.push_scrape(2000, b"a{x=\"1\",y=\"2\"} 99\n").unwrap();
        assert_eq!(metrics.series().len(), 2);
        let series = metrics.named("a").next().unwrap();
        assert_eq!((series.times_ms.as_slice(), series.values.as_slice()), (&[1000, 2000][..], &[10.0, 20.0][..]));
        assert_eq!(series.label("y"), Some("2"));
        let table = metrics.to_table();
        let rows: Vec<String> = (0..3)
            .map(|row| format!("{:?}", table.columns().iter().map(|column| column.cell(row)).collect::<Vec<_>>()))
            .collect();
        assert_eq!(table.rows(), 3);
        assert!(
            rows[1].contains("Text(\"a\")") && rows[1].contains("20.0") && rows[2].contains("Text(\"b\")"),
            "{rows:?}"
        );
    }

    #[test]
    fn a_scrape_without_samples_is_an_error_with_its_line() {
        let err = Metrics::new().push_scrape(0, b"# only\n<html>\n").unwrap_err();
        assert_eq!(err.to_string(), "line 2: no sample found in 2 lines");
        assert!(!err.is_limit());
    }

    /// A date holds the years 1 to 9999; what is beyond them is told where it stands, and no date is made of it.
    #[test]
    fn times_that_no_date_has_are_told() {
        let mut metrics = Metrics::new();
        let text = b"a 1 9223372036854775807\na 2 -9223372036854775808\na 3 253402300799999\na 4 253402300800000\n";
        metrics.push(0, text).unwrap();
        assert_eq!(metrics.series()[0].values, [3.0]);
        let told: Vec<_> = metrics.diagnostics().iter().map(|told| told.diagnostic.to_string()).collect();
        assert_eq!(told.len(), 3);
        assert_eq!(told[0], "line 1, column 5: a timestamp outside of the years 1 to 9999");
        let victoria = br#"{"metric":{"__name__":"a"},"values":[1,2],"timestamps":[9223372036854775807,1000]}"#;
        let mut metrics = Metrics::new();
        metrics.push(0, victoria).unwrap();
        assert_eq!((metrics.series()[0].values.as_slice(), metrics.diagnostics().len()), (&[2.0][..], 1));
        let err = Metrics::new().push(i64::MAX, b"a 1\n").unwrap_err();
        assert!(matches!(err.kind(), ErrorKind::Time { time_ms: i64::MAX }), "{err}");
        assert_eq!(Metrics::time_of_name("9223372036854775807"), None);
    }

    #[test]
    fn a_window_can_be_read_on() {
        let mut metrics = Metrics::new();
        for time in 0..10 {
            metrics.push_scrape(time, format!("a{{x=\"1\"}} {time}\n").as_bytes()).unwrap();
        }
        metrics.push_scrape(3, b"early 1\n").unwrap();
        let mut cut = metrics.within(Window::new(Some(5), Some(7)).unwrap());
        assert_eq!((cut.series().len(), cut.series()[0].values.as_slice()), (1, &[5.0, 6.0, 7.0][..]));
        assert_eq!(cut.scrape_times_ms(), [5, 6, 7]);
        cut.push_scrape(8, b"a{x=\"1\"} 8\n").unwrap();
        assert_eq!((cut.series().len(), cut.series()[0].values.len()), (1, 4));
    }

    #[test]
    fn limits_hold() {
        let mut metrics =
            Metrics::with_options(MetricsOptions::default().with_limits(Limits { series: 1, ..Limits::default() }));
        let err = metrics.push_scrape(0, b"a 1\nb 2\n").unwrap_err();
        assert_eq!(err.to_string(), "more than 1 series");
        assert!(err.is_limit());
    }

    #[test]
    fn of_very_many_flaws_the_first_are_kept() {
        let text =
            format!("Time,go_goroutines\n2026-11-28 10:00:00,5\n2026-11-28 10:00:10,6\n{}", "x\n".repeat(10_002));
        let mut metrics = Metrics::new();
        metrics.push(0, text.as_bytes()).unwrap();
        assert_eq!((metrics.diagnostics().len(), metrics.suppressed_diagnostics()), (10_000, 2));
    }
}
