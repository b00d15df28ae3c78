//! One metric with one set of labels, over time; and the native histograms.

use std::sync::Arc;

use gomem_table::{Definition, Row, StringPool, StringPoolBuilder, Table, TableSchema, Unit};

use super::{late::LateValue, window::Window};

/// One metric with one set of labels.
///
/// ```
/// # let mut metrics = gomem_metrics::Metrics::new();
/// # for second in 0..4_u8 {
/// #     let bytes = 4_000_000 + 1_000_000 * u32::from(second);
/// #     let text = format!("go_memstats_heap_alloc_bytes {bytes}\ngo_memstats_next_gc_bytes 8e6\ngo_goroutines 7\n");
/// #     metrics.push_scrape(1_700_000_000_000 + 1_000 * i64::from(second), text.as_bytes())?;
/// # }
/// let goroutines = metrics.named("go_goroutines").next().expect("a series");
/// assert_eq!((goroutines.values.len(), goroutines.at(1_700_000_001_000)), (4, Some(7.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Series {
    /// The metric's name.
    pub metric: String,
    /// Its labels, sorted by name.
    pub labels: Vec<(String, String)>,
    /// When each value was observed: milliseconds since the Unix epoch, ascending.
    pub times_ms: Vec<i64>,
    /// The values.
    pub values: Vec<f64>,
}

/// A native histogram: kept as it stands, for nothing in gomem looks into it.
///
/// ```
/// use gomem_metrics::Metrics;
///
/// // As a dump of a Prometheus server has them.
/// let dump = b"{__name__=\"rpc_seconds\", job=\"api\"} {count:3, sum:1.5, (0.5,1]:3} 1700000000123\n";
/// let mut metrics = Metrics::new();
/// metrics.push_scrape(0, dump)?;
/// let histogram = &metrics.histograms()[0];
/// assert_eq!((&*histogram.metric, histogram.time_ms), ("rpc_seconds", 1_700_000_000_123));
/// assert_eq!(histogram.text, "{count:3, sum:1.5, (0.5,1]:3}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NativeHistogram {
    /// The metric's name.
    pub metric: String,
    /// Its labels, sorted by name.
    pub labels: Vec<(String, String)>,
    /// When it was observed: milliseconds since the Unix epoch.
    pub time_ms: i64,
    /// The histogram, as the source writes it.
    pub text: String,
}

impl Series {
    /// The label called `name`.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value at exactly `time_ms`.
    #[must_use]
    pub fn at(&self, time_ms: i64) -> Option<f64> {
        self.times_ms.binary_search(&time_ms).ok().map(|index| self.values[index])
    }

    /// What was observed in a window of time.
    pub(super) fn within(&self, window: Window) -> Self {
        let begin = window.from_ms().map_or(0, |from| self.times_ms.partition_point(|&time| time < from));
        let end = window.to_ms().map_or(self.times_ms.len(), |to| self.times_ms.partition_point(|&time| time <= to));
        let rows = begin..end.max(begin);
        Self {
            metric: self.metric.clone(),
            labels: self.labels.clone(),
            times_ms: self.times_ms[rows.clone()].to_vec(),
            values: self.values[rows].to_vec(),
        }
    }

    /// Values nearly always come in order; whether this one did, and is there now.
    pub(super) fn append(&mut self, time_ms: i64, value: f64) -> bool {
        let is_later = self.times_ms.last().is_none_or(|&last| last < time_ms);
        if is_later {
            if self.times_ms.len() == self.times_ms.capacity() && self.times_ms.len() >= MANY {
                // Half more in place of twice: what is not used yet is memory too.
                self.times_ms.reserve_exact(self.times_ms.len() / 2);
                self.values.reserve_exact(self.values.len() / 2);
            }
            self.times_ms.push(time_ms);
            self.values.push(value);
        }
        is_later
    }

    /// Puts values that did not come in order, and are sorted by time, in their places. Of two values at the same time,
    /// as two Prometheus replicas give them, the first is kept; gives the scrapes of which one was another.
    pub(super) fn place(&mut self, late: &[LateValue]) -> Vec<i64> {
        let mut repeated = Vec::new();
        if late.len() <= FEW {
            let others = late.iter().filter(|late| !self.insert(late.time_ms, late.value));
            repeated.extend(others.map(|late| late.scrape_ms));
            return repeated;
        }
        // Each insertion moves all that is later: many are merged at once.
        let times_ms = std::mem::take(&mut self.times_ms);
        let values = std::mem::take(&mut self.values);
        let mut there = times_ms.into_iter().zip(values).peekable();
        for late in late {
            while let Some((time_ms, value)) = there.next_if(|earlier| earlier.0 <= late.time_ms) {
                self.append(time_ms, value);
            }
            let is_placed = self.append(late.time_ms, late.value);
            if !is_placed && self.values.last().is_none_or(|kept| kept.to_bits() != late.value.to_bits()) {
                repeated.push(late.scrape_ms);
            }
        }
        there.for_each(|(time_ms, value)| {
            self.append(time_ms, value);
        });
        repeated
    }

    fn insert(&mut self, time_ms: i64, value: f64) -> bool {
        match self.times_ms.binary_search(&time_ms) {
            Ok(place) => self.values[place].to_bits() == value.to_bits(),
            Err(place) => {
                self.times_ms.insert(place, time_ms);
                self.values.insert(place, value);
                true
            }
        }
    }
}

/// From so many on, room for more is made sparingly.
const MANY: usize = 1 << 12;
/// So many are quicker inserted than merged.
const FEW: usize = 8;

impl Row for NativeHistogram {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("histograms", "as they came")
            .about("native histograms, as they stand")
            .timestamp("time", "when it was observed", |histogram: &&'a Self| histogram.time_ms)
            .text("metric", "the metric's name", |histogram| histogram.metric.as_str())
            .string("labels", "its labels, as key=\"value\" with commas between", |histogram| {
                let pairs: Vec<_> = histogram.labels.iter().map(|(key, value)| format!("{key}={value:?}")).collect();
                pairs.join(",")
            })
            .text("histogram", "the histogram, as the source writes it", |histogram| histogram.text.as_str())
    }
}

gomem_table::serialize_rows!(NativeHistogram);

/// All samples of all series, with texts interned once a series.
pub(super) struct SeriesTable<'a> {
    series: Vec<SeriesCodes<'a>>,
    metrics: Arc<StringPool>,
    texts: Arc<StringPool>,
}

/// A series with its texts as codes.
struct SeriesCodes<'a> {
    series: &'a Series,
    metric: u32,
    labels: Vec<(u32, u32)>,
}

impl<'a> SeriesTable<'a> {
    pub(super) fn new(series: &'a [Series]) -> Self {
        let (mut metrics, mut texts) = (StringPoolBuilder::new(), StringPoolBuilder::new());
        let codes = |series: &'a Series| {
            let labels = series.labels.iter().map(|(key, value)| (texts.intern(key), texts.intern(value))).collect();
            SeriesCodes { series, metric: metrics.intern(&series.metric), labels }
        };
        let series = series.iter().map(codes).collect();
        Self { series, metrics: metrics.finish(), texts: texts.finish() }
    }

    pub(super) fn schema(&self) -> TableSchema {
        self.definition().schema()
    }

    pub(super) fn table(&self) -> Table {
        let samples = |series| (0..series_len(series)).map(move |index| (series, index));
        self.definition().table(self.series.iter().flat_map(samples))
    }

    /// One row a sample: a series, and its place in there.
    fn definition(&self) -> Definition<'_, (&SeriesCodes<'a>, usize)> {
        let label = Definition::new("label", "by key")
            .codes("key", &self.texts, "the label's name", |label: &(u32, u32)| label.0)
            .codes("value", &self.texts, "its value", |label| label.1);
        Definition::new("series", "series in the order of their first appearance, then time")
            .about("every sample")
            .timestamp("time", "when it was observed", |&(codes, index): &(&SeriesCodes<'_>, usize)| {
                codes.series.times_ms[index]
            })
            .codes("metric", &self.metrics, "the metric's name", |(codes, _)| codes.metric)
            .list("labels", "key and value of each label", label, |&(codes, _)| codes.labels.iter().copied())
            .float64("value", Unit::None, "the value", |&(codes, index)| codes.series.values[index])
    }
}

fn series_len(codes: &SeriesCodes<'_>) -> usize {
    codes.series.values.len()
}
