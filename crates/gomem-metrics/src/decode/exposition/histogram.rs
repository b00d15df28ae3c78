//! Whether the buckets of a histogram make sense together, as OpenMetrics asks.

use super::sample::Flaw;

/// The labels that tell one metric of a family from another, sorted.
pub(super) type Labels = Vec<(String, String)>;

/// The metric of a histogram that is being read, and what it said so far.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    metric: Option<(Labels, Option<i64>)>,
    bound: Option<f64>,
    in_bucket: f64,
    count: Option<f64>,
    sum: bool,
    gauge_sum: bool,
    negative_bounds: bool,
    negative_gauge_sum: bool,
}

impl Histogram {
    pub(super) fn sample(
        &mut self,
        labels: &Labels,
        time: Option<i64>,
        suffix: &str,
        bound: Option<f64>,
        value: f64,
    ) -> Result<(), Flaw> {
        if self.metric.as_ref().is_none_or(|(group, at)| group != labels || *at != time) {
            let before = std::mem::replace(self, Self { metric: Some((labels.clone(), time)), ..Self::default() });
            before.close()?;
        }
        match (suffix, bound) {
            ("_bucket", Some(bound)) => {
                self.negative_bounds |= bound < 0.0;
                if self.bound.is_some_and(|last| bound <= last) {
                    return Err((0, "the buckets of a histogram are out of order"));
                }
                if value < self.in_bucket {
                    return Err((0, "a bucket holds less than the one before it"));
                }
                self.bound = Some(bound);
                self.in_bucket = value;
            }
            ("_count" | "_gcount", _) => self.count = Some(value),
            ("_sum", _) => self.sum = true,
            ("_gsum", _) => {
                self.gauge_sum = true;
                self.negative_gauge_sum |= value < 0.0;
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn close(self) -> Result<(), Flaw> {
        let flaw = |problem| Err((0, problem));
        if self.metric.is_none() {
            return Ok(());
        }
        if self.bound != Some(f64::INFINITY) {
            return flaw("before this line ends a histogram without the bucket +Inf");
        }
        match self.count {
            Some(count) if count != self.in_bucket => {
                flaw("before this line ends a histogram whose count is not what its last bucket holds")
            }
            Some(_) if !self.sum && !self.gauge_sum => {
                flaw("before this line ends a histogram with a count but no sum")
            }
            None if self.sum || self.gauge_sum => flaw("before this line ends a histogram with a sum but no count"),
            _ if self.negative_bounds && self.sum => {
                flaw("before this line ends a histogram with negative buckets and a sum")
            }
            _ if !self.negative_bounds && self.negative_gauge_sum => {
                flaw("before this line ends a histogram with a negative sum and no negative buckets")
            }
            _ => Ok(()),
        }
    }
}
