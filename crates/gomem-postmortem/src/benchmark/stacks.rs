//! Which stacks of a profile are of a benchmark.

use std::{hash::Hash, sync::Arc};

use foldhash::{HashMap, HashSet};
use gomem_bench::Run;
use gomem_pprof::{Filter, Function, FunctionId, Profile, Sample};

use crate::benchmark::operations::{Allocated, Operations};

/// The stacks of a benchmark.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stacks<'a> {
    /// The package; empty where the output does not say.
    pub(super) package: &'a Arc<str>,
    /// Its name, without processors.
    pub(super) benchmark: &'a str,
    /// The function that declares it.
    pub(super) function: &'a str,
    /// Whether the output has no other benchmark.
    pub(super) is_alone: bool,
}

/// What a benchmark allocated, by whether what leads there does so in most operations.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) operations: Operations,
    /// What is allocated in most operations.
    pub(super) each: Profile,
    /// All else.
    pub(super) rare: Profile,
}

impl Stacks<'_> {
    /// What the benchmark allocated, and how often it was done. `columns` are those of objects and bytes.
    ///
    /// The stacks go through its function or one that this declares. A sub-benchmark can be in a function that another one
    /// made; where nothing else was run, any stack of a benchmark is its own.
    pub(super) fn measure(&self, runs: &[&Run], profile: &Profile, columns: [usize; 2]) -> Result<Measured, String> {
        let measured = |focus: String| {
            let mut filter = Filter::default();
            filter.focus = focus;
            let own = profile.filter(&filter).map_err(|problem| problem.to_string())?;
            let own = if self.benchmark.contains('/') { without_outer(&own) } else { own };
            // What is made once can also lie below a line of the loop: a cache that the first operation fills.
            let by_line = Groups::new(&own, columns, |_, sample| test_lines(sample));
            let by_stack = Groups::new(&own, columns, |index, _| index);
            let groupings = [by_line, by_stack];
            let find = |fraction, at: usize| {
                let groups = &groupings[at];
                Operations::find(runs, &groups.allocated, fraction).map(|operations| (operations, groups))
            };
            // Bytes of an operation are mostly whole, so that those without a fraction come first.
            let (operations, groups) =
                find(0.0, 0).or_else(|_| find(0.0, 1)).or_else(|_| find(1.0, 0)).or_else(|_| find(1.0, 1))?;
            let part = |rare| groups.part(&own, operations, rare);
            Ok(Measured { operations, each: part(false), rare: part(true) })
        };
        measured(named(self.package, self.function))
            .or_else(|problem| if self.is_alone { measured(ANY.to_owned()).map_err(|_| problem) } else { Err(problem) })
    }
}

/// Stacks that are of most operations together, or of few: all that go through a line of the benchmark, or each alone.
struct Groups {
    of_stack: Vec<usize>,
    allocated: Vec<Allocated>,
}

impl Groups {
    fn new<K: Eq + Hash>(own: &Profile, columns: [usize; 2], key: impl Fn(usize, Sample<'_>) -> K) -> Self {
        let mut numbers: HashMap<K, usize> = HashMap::default();
        let (mut of_stack, mut allocated) = (Vec::new(), Vec::new());
        for (index, sample) in own.samples().enumerate() {
            let next = numbers.len();
            let number = *numbers.entry(key(index, sample)).or_insert(next);
            if number == next {
                allocated.push(Allocated::default());
            }
            let [objects, bytes] = columns.map(|column| sample.value(column) as f64);
            allocated[number].objects += objects;
            allocated[number].bytes += bytes;
            of_stack.push(number);
        }
        Self { of_stack, allocated }
    }

    /// The stacks of groups that are of few operations, or the others.
    fn part(&self, own: &Profile, operations: Operations, rare: bool) -> Profile {
        let mut groups = self.of_stack.iter();
        own.retain_samples(|_| groups.next().is_some_and(|group| operations.is_rare(&self.allocated[*group]) == rare))
    }
}

/// Without the functions around sub-benchmarks, which are in the time of none of them.
fn without_outer(own: &Profile) -> Profile {
    let calls_sub = |sample: Sample<'_>| frames(sample).any(|(function, _)| function.name() == RUN);
    let body = |sample: Sample<'_>| frames(sample).last().map(|(function, _)| function.id());
    let outer: HashSet<FunctionId> = own.samples().filter(|&sample| calls_sub(sample)).filter_map(body).collect();
    own.retain_samples(|sample| !body(sample).is_some_and(|function| outer.contains(&function)))
}

/// The lines of the benchmark that lead to a stack, from the function that `testing` calls to the functions that help it.
fn test_lines(sample: Sample<'_>) -> Vec<(FunctionId, i64)> {
    let frames: Vec<(Function<'_>, i64)> = frames(sample).collect();
    let of_test = |(function, _): &&(Function<'_>, i64)| function.filename().ends_with("_test.go");
    let lines = frames.iter().rev().take_while(of_test).take(MOST_HELPERS);
    lines.map(|(function, line)| (function.id(), *line)).collect()
}

/// What a stack has inside of `testing`, from the leaf to the function that it calls.
fn frames(sample: Sample<'_>) -> impl Iterator<Item = (Function<'_>, i64)> {
    let frames = sample.frames().filter_map(|line| Some((line.function()?, line.line())));
    frames.take_while(|(function, _)| !CALLERS.iter().any(|caller| function.name().starts_with(caller)))
}

/// The names of a benchmark's function and of those that it declares, in its package or in that of its tests.
fn named(package: &str, function: &str) -> String {
    let quoted = |text: &str| {
        text.chars().fold(String::new(), |mut quoted, letter| {
            if !letter.is_alphanumeric() && letter != '_' && letter != '/' {
                quoted.push('\\');
            }
            quoted.push(letter);
            quoted
        })
    };
    let function = quoted(function);
    if package.is_empty() {
        return format!(r"[./]\w+\.{function}(\.|\[|$)|^\w+\.{function}(\.|\[|$)");
    }
    // The linker writes a dot in the last part of a path as %2e.
    let (folder, last) = package
        .rsplit_once('/')
        .map_or((String::new(), package), |(folder, last)| (format!("{}/", quoted(folder)), last));
    let last = quoted(last).replace(r"\.", r"(\.|%2e)");
    format!(r"^{folder}{last}(_test)?\.{function}(\.|\[|$)")
}

/// What calls a benchmark and the goroutines of `RunParallel`, in `testing/benchmark.go`.
const CALLERS: [&str; 2] = ["testing.(*B).runN", "testing.(*B).RunParallel"];
/// What a benchmark calls for a sub-benchmark.
const RUN: &str = "testing.(*B).Run";
/// Of functions that tests have for a benchmark's loop; recursion has no end.
const MOST_HELPERS: usize = 4;
/// Stacks of benchmarks, those in goroutines of `RunParallel` too.
const ANY: &str = r"^testing\.\(\*B\)\.(runN|RunParallel)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_functions() {
        assert_eq!(named("gopkg.in/yaml.v3", "BenchmarkX"), r"^gopkg\.in/yaml(\.|%2e)v3(_test)?\.BenchmarkX(\.|\[|$)");
    }
}
