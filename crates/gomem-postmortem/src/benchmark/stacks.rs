//! Which stacks of a profile are of a benchmark.

use std::sync::Arc;

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
            let by_line = |_, sample: Sample<'_>| Group::Line(test_lines(sample));
            // What is made once can also lie below a line of the loop: a cache that the first operation fills.
            let by_stack = |index, _: Sample<'_>| Group::Stack(index);
            // Bytes of an operation are mostly whole, so that those without a fraction come first.
            let measured = [0.0, 1.0].into_iter().find_map(|fraction| {
                let measured = measure_by(runs, &own, columns, fraction, by_line);
                measured.or_else(|_| measure_by(runs, &own, columns, fraction, by_stack)).ok()
            });
            measured.map_or_else(|| measure_by(runs, &own, columns, 1.0, by_line), Ok)
        };
        measured(named(self.package, self.function))
            .or_else(|problem| if self.is_alone { measured(ANY.to_owned()).map_err(|_| problem) } else { Err(problem) })
    }
}

/// Stacks that are of most operations together, or of few.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Group {
    /// All that go through a line of the benchmark.
    Line(Vec<(FunctionId, i64)>),
    /// One alone.
    Stack(usize),
}

fn measure_by(
    runs: &[&Run],
    own: &Profile,
    columns: [usize; 2],
    fraction: f64,
    group: impl Fn(usize, Sample<'_>) -> Group,
) -> Result<Measured, String> {
    let mut groups: HashMap<Group, Allocated> = HashMap::default();
    for (index, sample) in own.samples().enumerate() {
        let allocated = groups.entry(group(index, sample)).or_default();
        let [objects, bytes] = columns.map(|column| sample.value(column) as f64);
        allocated.objects += objects;
        allocated.bytes += bytes;
    }
    let operations = Operations::find(runs, &groups.values().copied().collect::<Vec<_>>(), fraction)?;
    let is_rare = |(index, sample)| operations.is_rare(&groups[&group(index, sample)]);
    let is_rare: Vec<bool> = own.samples().enumerate().map(is_rare).collect();
    let part = |rare: bool| {
        let mut flags = is_rare.iter();
        own.retain_samples(|_| flags.next() == Some(&rare))
    };
    Ok(Measured { operations, each: part(false), rare: part(true) })
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
