//! Two outputs of the same benchmarks in one bundle that say different things: before a change and after it.

use std::{collections::BTreeMap, sync::Arc};

use gomem_bench::{Benchmarks, Run};
use gomem_statistics::median;

/// What one operation of a benchmark allocates in each of two outputs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OutputChange {
    pub(crate) package: Arc<str>,
    pub(crate) benchmark: Arc<str>,
    pub(crate) bytes: [f64; 2],
    pub(crate) objects: Option<[f64; 2]>,
}

impl OutputChange {
    /// Whether runs of the same code differ less.
    pub(crate) fn is_felt(&self) -> bool {
        let [first, second] = self.bytes;
        first.max(second) > SAME * first.min(second)
    }
}

/// What two outputs say of each benchmark that both have; nothing where there are not two, or one of them says several things of
/// itself. `outputs` are their names and numbers of runs, in their order.
pub(crate) fn output_changes(benchmarks: &Benchmarks, outputs: &[(String, usize)]) -> Vec<OutputChange> {
    let sides = sides(benchmarks, outputs);
    let mut sized: BTreeMap<usize, Of<'_>> = BTreeMap::new();
    let mut known: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (run, side) in benchmarks.runs().iter().zip(sides) {
        let Some(bytes) = run.value("B/op") else { continue };
        let next = known.len();
        let at = *known.entry((&run.package, &run.name)).or_insert(next);
        let of = sized.entry(at).or_insert_with(|| Of { run, bytes: Default::default(), objects: Default::default() });
        let (Some(all), Some(objects)) = (of.bytes.get_mut(side), of.objects.get_mut(side)) else { return Vec::new() };
        all.push(bytes);
        objects.extend(run.value("allocs/op"));
    }
    sized.into_values().filter_map(Of::change).collect()
}

/// The runs of one benchmark in each output.
struct Of<'a> {
    run: &'a Run,
    bytes: [Vec<f64>; 2],
    objects: [Vec<f64>; 2],
}

impl Of<'_> {
    fn change(mut self) -> Option<OutputChange> {
        let agree = |values: &Vec<f64>| {
            let (least, most) =
                values.iter().fold((f64::MAX, 0.0_f64), |(least, most), &value| (value.min(least), value.max(most)));
            most <= SAME * least
        };
        let [first, second] = &mut self.bytes;
        let bytes = [median(first)?, median(second)?];
        let [first, second] = &mut self.objects;
        let objects = median(first).zip(median(second)).map(|(first, second)| [first, second]);
        let (package, benchmark) = (Arc::clone(&self.run.package), Arc::clone(&self.run.name));
        self.bytes.iter().all(agree).then_some(OutputChange { package, benchmark, bytes, objects })
    }
}

/// Which output each run is of. One output is two where the test program of a package starts again in it.
fn sides(benchmarks: &Benchmarks, outputs: &[(String, usize)]) -> Vec<usize> {
    let runs = benchmarks.runs();
    if outputs.len() > 1 {
        let sides = outputs.iter().zip(0..).flat_map(|((_, length), side)| std::iter::repeat_n(side, *length));
        return sides.take(runs.len()).collect();
    }
    // Runs stand in the order of the starts that they are of.
    let mut latest: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let sides = runs.iter().map(|run| {
        let (start, side) = latest.entry(&run.package).or_insert((run.start, 0));
        if *start != run.start {
            (*start, *side) = (run.start, *side + 1);
        }
        *side
    });
    sides.collect()
}

/// A judgement: runs of the same code differ less.
const SAME: f64 = 1.1;

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, lengths: &[usize]) -> Vec<(String, [f64; 2], bool)> {
        let benchmarks = Benchmarks::parse(text.as_bytes()).unwrap();
        let outputs: Vec<(String, usize)> = lengths.iter().map(|length| (String::new(), *length)).collect();
        let changes = output_changes(&benchmarks, &outputs).into_iter();
        changes.map(|change| (change.benchmark.to_string(), change.bytes, change.is_felt())).collect()
    }

    fn run(name: &str, bytes: u64) -> String {
        format!("Benchmark{name}-8 100 250 ns/op {bytes} B/op 3 allocs/op\n")
    }

    #[test]
    fn two_outputs_are_told_apart() {
        let all = [run("A", 64), run("B", 8), run("A", 640), run("B", 8)].concat();
        let changes =
            [("BenchmarkA-8".to_owned(), [64.0, 640.0], true), ("BenchmarkB-8".to_owned(), [8.0, 8.0], false)];
        assert_eq!(told(&all, &[2, 2]), changes);
        let again = [run("A", 64), run("B", 8), "PASS\nok \tp\t1.2s\n".to_owned(), run("A", 640), run("B", 8)].concat();
        assert_eq!(told(&again, &[4]), changes);
    }

    #[test]
    fn what_is_not_two_outputs_that_agree_in_themselves_is_none() {
        let one = [run("A", 64), run("A", 640)].concat();
        assert_eq!(told(&one, &[2]), []);
        assert_eq!(told(&[run("A", 64), run("A", 640), run("A", 64)].concat(), &[1, 1, 1]), []);
        assert_eq!(told(&[run("A", 64), run("A", 640), run("A", 64), run("A", 64)].concat(), &[2, 2]), []);
        assert_eq!(told(&[run("A", 64), run("B", 640)].concat(), &[1, 1]), [], "of different benchmarks");
        // Packages that are tested one after the other.
        let packages = ["pkg: a\n", &run("A", 64), "PASS\npkg: b\n", &run("A", 640)].concat();
        assert_eq!(told(&packages, &[2]), []);
    }
}
