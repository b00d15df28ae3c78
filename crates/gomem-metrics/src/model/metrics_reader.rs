//! Many scrapes, one after the other.

use super::{
    late::Late,
    metrics::{Metrics, MetricsOptions},
};
use crate::error::Error;

/// Reads many scrapes in any order of time. [`Metrics::push`] puts each in its place at once, and moves all that is later;
/// here what is out of order is put there together, so that a scrape costs the same however many came before it.
///
/// ```
/// use gomem_metrics::MetricsReader;
///
/// let mut reader = MetricsReader::default();
/// for second in (0..1000).rev() {
///     reader.read(second * 1000, format!("go_goroutines {second}\n").as_bytes())?;
/// }
/// let metrics = reader.finish();
/// assert_eq!(metrics.series()[0].values[..3], [0.0, 1.0, 2.0]);
/// # Ok::<(), gomem_metrics::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct MetricsReader {
    metrics: Metrics,
    late: Late,
}

impl MetricsReader {
    /// Nothing read yet, and how it is to be read.
    #[must_use]
    pub fn with_options(options: MetricsOptions) -> Self {
        Self { metrics: Metrics::with_options(options), late: Late::default() }
    }

    /// Adds a file of any format; what carries no time of its own was taken at `time_ms`.
    ///
    /// # Errors
    /// Those of [`Metrics::push`].
    pub fn read(&mut self, time_ms: i64, bytes: &[u8]) -> Result<(), Error> {
        self.metrics.read(time_ms, bytes, &mut self.late)?;
        if self.late.len() as u64 > LEAST_LATE.max(self.metrics.samples() / 4) {
            self.metrics.place(&mut self.late);
        }
        Ok(())
    }

    /// Whether no series was found yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.metrics.series().is_empty()
    }

    /// All that was read, in the order of time.
    #[must_use]
    pub fn finish(mut self) -> Metrics {
        self.metrics.place(&mut self.late);
        self.metrics
    }
}

/// So many wait at least: placing goes over all that is there.
const LEAST_LATE: u64 = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_order_gives_what_pushing_gives() {
        let times = (0..9_000_i64).map(|at| (at * 7_919) % 9_000 * 1000).chain([5000, 5000]);
        let (mut pushed, mut reader) = (Metrics::new(), MetricsReader::default());
        for (at, time) in times.enumerate() {
            let scrape = format!("a {at}\nb{{c=\"{}\"}} {at}\n", at % 3);
            pushed.push(time, scrape.as_bytes()).unwrap();
            reader.read(time, scrape.as_bytes()).unwrap();
        }
        let read = reader.finish();
        assert_eq!(read.series(), pushed.series());
        assert_eq!(read.scrape_times_ms(), pushed.scrape_times_ms());
        assert_eq!(read.diagnostics().len(), 1, "two others at one time, told once a time");
        assert!(pushed.scrape_times_ms().is_sorted());
    }
}
