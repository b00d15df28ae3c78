//! What benchmarks allocate, where no profile says at which lines.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_table::Unit;

use crate::{
    bundle::Bundle,
    findings::finding::{Finding, FindingKind},
};

/// The benchmark that allocates most for each operation, and those after it.
pub(crate) fn benchmarks_alone(bundle: &Bundle) -> Option<Finding> {
    let benchmarks = bundle.benchmarks().filter(|_| bundle.heaps().is_empty())?;
    let medians = benchmarks.medians();
    let of = |name: &str, unit: &str| {
        medians
            .iter()
            .find(|median| *median.benchmark == *name && *median.unit == *unit)
            .map(|median| median.summary.center)
    };
    let sized = medians.iter().filter(|median| &*median.unit == "B/op" && median.summary.center > 0.0);
    let mut all: Vec<(&str, f64, Option<f64>)> =
        sized.map(|median| (&*median.benchmark, median.summary.center, of(&median.benchmark, "allocs/op"))).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let words = |&(name, bytes, objects): &(&str, f64, Option<f64>)| {
        let objects = objects.map_or_else(String::new, |objects| format!(" in {objects:.0} objects"));
        format!("`{name}` {}{objects}", Unit::Bytes.humanize(bytes))
    };
    let first = all.first()?;
    let title = format!("For each operation {}", words(first));
    let mut finding = Finding::new(FindingKind::Printed, Severity::Info, title);
    finding.summary = "B/op and allocs/op count all that one operation allocates, freed or not: it is what GC works for, and no memory in use."
        .to_owned();
    let others: Vec<String> = all[1..].iter().take(MOST).map(words).collect();
    if !others.is_empty() {
        finding.summary += &format!(" After it: {}.", others.join(", "));
    }
    finding.action = "At which lines, and why, says a profile of the same benchmark: go test -run - -bench NAME -benchmem -memprofile heap.pb.gz \
                      -gcflags=-m=2 2> escape.log, and `gomem postmortem` of both beside its output. Whether a change helps, two outputs of \
                      -count 10 say: `gomem bench`."
        .to_owned();
    finding.confidence = Confidence::Medium;
    finding.evidence.push(Evidence::new("bytes each operation", first.1, Unit::Bytes).with_source("benchmark"));
    Some(finding)
}

/// So many are told after the first.
const MOST: usize = 4;
