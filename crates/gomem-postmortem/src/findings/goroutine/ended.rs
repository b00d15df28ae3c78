//! Descriptors of goroutines that ended: the runtime keeps them for good.

use gomem_finding::{Evidence, Severity};
use gomem_metrics::{GoState, Quantity};
use gomem_table::{MIB, Unit, percent};

use crate::{
    bundle::Bundle,
    findings::finding::{Finding, FindingKind},
};

/// Memory that a burst of goroutines left behind: far more descriptors are in use than there are goroutines.
pub(crate) fn ended_goroutines(bundle: &Bundle, state: &GoState) -> Option<Finding> {
    let profile = &bundle.latest_heap()?.profile;
    let (space, objects) = (profile.sample_type_index("inuse_space")?, profile.sample_type_index("inuse_objects")?);
    let (mut bytes, mut descriptors) = (0_i64, 0_i64);
    for sample in profile.samples() {
        let mut functions = sample.frames().filter_map(|line| line.function());
        if functions.any(|function| function.name() == "runtime.malg") {
            bytes = bytes.saturating_add(sample.value(space));
            descriptors = descriptors.saturating_add(sample.value(objects));
        }
    }
    let share = bytes as f64 / (profile.total(space) as f64).max(1.0);
    let profiled = || bundle.goroutines().last().map(|profile| profile.total(0) as f64);
    let goroutines = state.last(Quantity::Goroutines).or_else(profiled)?;
    if (bytes as f64) < LEAST_BYTES || share < LEAST_SHARE || goroutines > 0.5 * descriptors as f64 {
        return None;
    }
    let title = format!(
        "{} ({} of the live heap) are descriptors of goroutines that ended",
        Unit::Bytes.humanize(bytes as f64),
        percent(share, 0)
    );
    let mut finding = Finding::new(FindingKind::Runtime, Severity::Warning, title);
    finding.summary = format!(
        "runtime.malg has made about {descriptors} descriptors, and {goroutines:.0} goroutines are left: there was a burst of \
         them. The runtime uses a descriptor again for the next goroutine, and never gives it back."
    );
    finding.action =
        "Bound how many goroutines run at once (a semaphore, workers, errgroup.SetLimit): what a burst takes stays \
                      until the program ends. It is no leak, and does not grow without a larger burst."
            .to_owned();
    finding.bytes = Some(bytes);
    finding.bytes_fraction = Some(share);
    finding.evidence = vec![
        Evidence::new("descriptors in use", descriptors as f64, Unit::Count).with_source("heap profile"),
        Evidence::new("goroutines", goroutines, Unit::Count).with_source("metrics"),
    ];
    Some(finding)
}

const LEAST_BYTES: f64 = 8.0 * MIB;
/// Of the live heap.
const LEAST_SHARE: f64 = 0.25;
