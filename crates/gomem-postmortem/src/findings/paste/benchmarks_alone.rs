//! What benchmarks allocate, where no profile says at which lines.

use foldhash::HashMap;
use gomem_bench::{BenchmarkMedian, Benchmarks};
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
    let name = |median: &BenchmarkMedian| (median.package.clone(), median.benchmark.clone());
    let in_objects: HashMap<_, f64> = medians
        .iter()
        .filter(|median| &*median.unit == "allocs/op")
        .map(|median| (name(median), median.summary.center))
        .collect();
    let sized: Vec<&BenchmarkMedian> =
        medians.iter().filter(|median| &*median.unit == "B/op" && median.summary.center > 0.0).collect();
    // Before a change and after it: what lies between the two nobody measured.
    if differs_by_start(benchmarks) {
        return None;
    }
    let objects = |median: &BenchmarkMedian| in_objects.get(&name(median)).copied();
    let mut all: Vec<(&str, f64, Option<f64>)> =
        sized.iter().map(|median| (&*median.benchmark, median.summary.center, objects(median))).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let words = |&(name, bytes, objects): &(&str, f64, Option<f64>)| {
        let objects = match objects {
            Some(1.0) => " in one object".to_owned(),
            Some(objects) => format!(" in {objects:.0} objects"),
            None => String::new(),
        };
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

/// Whether outputs of several runs of the test program say different things of a benchmark that allocates.
fn differs_by_start(benchmarks: &Benchmarks) -> bool {
    let mut seen: HashMap<_, Sizes> = HashMap::default();
    for run in benchmarks.runs() {
        let Some(bytes) = run.value("B/op") else { continue };
        let sizes = Sizes { first_start: run.start, is_of_several: false, least: bytes, most: bytes };
        seen.entry((&run.package, &run.name)).and_modify(|sizes| sizes.add(run.start, bytes)).or_insert(sizes);
    }
    seen.values().any(|sizes| sizes.is_of_several && sizes.most > SAME * sizes.least)
}

/// Bytes of one operation of a benchmark, over its runs.
struct Sizes {
    first_start: usize,
    is_of_several: bool,
    least: f64,
    most: f64,
}

impl Sizes {
    fn add(&mut self, start: usize, bytes: f64) {
        self.is_of_several |= start != self.first_start;
        self.least = self.least.min(bytes);
        self.most = self.most.max(bytes);
    }
}

/// So many are told after the first.
const MOST: usize = 4;
/// A judgement: runs of the same code differ less.
const SAME: f64 = 1.1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Artifact;

    #[test]
    fn outputs_before_and_after_a_change_are_not_one() {
        let told = |sizes: [u32; 2]| {
            let artifact = |(name, bytes): (&str, u32)| Artifact {
                name: name.to_owned(),
                bytes: format!("BenchmarkA-8 100 250 ns/op {bytes} B/op 1 allocs/op\n").into_bytes(),
                modified_ms: None,
            };
            let files = [("after.txt", sizes[1]), ("before.txt", sizes[0])].map(artifact);
            benchmarks_alone(&Bundle::from_artifacts("two", files.into())).map(|finding| finding.title)
        };
        assert_eq!(told([6400, 64]), None);
        assert_eq!(told([64, 64]).as_deref(), Some("For each operation `BenchmarkA-8` 64 B in one object"));
    }
}
