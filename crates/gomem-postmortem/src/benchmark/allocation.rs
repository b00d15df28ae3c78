//! What a benchmark allocates, line by line.

use std::{collections::BTreeMap, sync::Arc};

use gomem_bench::{Benchmarks, Run};
use gomem_escape::EscapeLog;
use gomem_pprof::{Filter, Profile};

use crate::{
    attribution::{AttributeOptions, Site, attribute},
    benchmark::operations::{Operations, Profiled},
};

/// What a benchmark allocates, line by line; or why its lines are not known.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BenchmarkAllocation {
    /// The package; empty where the output does not say.
    pub package: Arc<str>,
    /// Its name, without processors.
    pub benchmark: String,
    /// What was allocated for each operation, by place and reason, most bytes first; or why that is not known.
    pub lines: Result<Vec<BenchmarkLine>, String>,
    /// Allocations of an operation that share blocks of 16 bytes with others, so that no line is known: the runtime puts
    /// objects without pointers that are smaller together, and the profile has the block.
    pub shared_allocs: f64,
}

/// What is allocated at a place for each operation.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BenchmarkLine {
    /// Where and why.
    pub site: Site,
    /// Bytes an operation.
    pub bytes: f64,
    /// Objects an operation, as the profile counts them.
    pub allocs: f64,
}

/// What each benchmark of an output allocates, by the memory profile of the same run (`go test -memprofile=… -memprofilerate=1`)
/// and the compiler's log of the same code.
#[must_use]
pub fn benchmark_allocations(
    benchmarks: &Benchmarks,
    profile: &Profile,
    log: Option<&EscapeLog>,
) -> Vec<BenchmarkAllocation> {
    let mut groups: BTreeMap<(Arc<str>, String), Vec<&Run>> = BTreeMap::new();
    for run in benchmarks.runs() {
        groups.entry((Arc::clone(&run.package), function_of(&run.name).to_owned())).or_default().push(run);
    }
    let groups = groups.into_iter();
    groups
        .map(|((package, function), runs)| BenchmarkAllocation::new(package, &function, &runs, profile, log))
        .collect()
}

impl BenchmarkAllocation {
    fn new(package: Arc<str>, function: &str, runs: &[&Run], profile: &Profile, log: Option<&EscapeLog>) -> Self {
        let name = without_processors(&runs[0].name).to_owned();
        let is_one = runs.iter().all(|run| without_processors(&run.name) == name);
        let found = if is_one {
            lines(&package, function, runs, profile, log)
        } else {
            let example = name.replace('/', "$/^");
            Err(format!("its sub-benchmarks have one profile: run them one by one, as in -bench='^{example}$'"))
        };
        let benchmark = if is_one { name } else { function.to_owned() };
        let (lines, shared_allocs) = match found {
            Ok((lines, shared)) => (Ok(lines), shared),
            Err(problem) => (Err(problem), 0.0),
        };
        Self { package, benchmark, lines, shared_allocs }
    }
}

fn lines(
    package: &str,
    function: &str,
    runs: &[&Run],
    profile: &Profile,
    log: Option<&EscapeLog>,
) -> Result<(Vec<BenchmarkLine>, f64), String> {
    let [objects, bytes] = ["alloc_objects", "alloc_space"].map(|name| profile.sample_type_index(name));
    let (Some(objects), Some(bytes)) = (objects, bytes) else {
        return Err("its profile is none of memory: go test -memprofile writes one".to_owned());
    };
    if profile.period() != 1 {
        return Err("its profile is sampled: take it with -memprofilerate=1".to_owned());
    }
    let mut filter = Filter::default();
    filter.focus = stacks_of(package, function);
    let own = profile.filter(&filter).map_err(|problem| problem.to_string())?;
    let total = |index: usize| own.samples().map(|sample| sample.value(index) as f64).sum::<f64>();
    let operations = Operations::find(runs, Profiled { bytes: total(bytes) })?;
    let packages = [package.to_owned(), format!("{package}_test")];
    // A log says whose code it is of; without one, the benchmark's own package is whose lines are looked for.
    let is_guessed = log.is_none() && !package.is_empty();
    let options = AttributeOptions::default().with_own(if is_guessed { &packages } else { &[] });
    let mut lines: Vec<BenchmarkLine> = attribute(&own, log, &options)
        .into_iter()
        .map(|site| BenchmarkLine {
            bytes: site.bytes as f64 / operations.count,
            allocs: site.objects as f64 / operations.count,
            site,
        })
        .collect();
    lines.sort_by(|one, other| other.bytes.total_cmp(&one.bytes));
    let shared = operations.printed_allocs - total(objects) / operations.count;
    Ok((lines, shared.max(0.0)))
}

/// `BenchmarkRender/large-8` is called by `BenchmarkRender`.
fn function_of(name: &str) -> &str {
    let name = without_processors(name);
    name.split_once('/').map_or(name, |(function, _)| function)
}

/// Without `-8`, which `go test` adds for more than one processor.
fn without_processors(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((rest, number)) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => name,
    }
}

/// The names of a benchmark's function and of those that it declares, in its package or in that of its tests.
fn stacks_of(package: &str, function: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_functions() {
        assert_eq!(function_of("BenchmarkRender/large-8"), "BenchmarkRender");
        assert_eq!(
            (function_of("BenchmarkA"), without_processors("BenchmarkA/n=4-b-16")),
            ("BenchmarkA", "BenchmarkA/n=4-b")
        );
        assert_eq!(
            stacks_of("gopkg.in/yaml.v3", "BenchmarkX"),
            r"^gopkg\.in/yaml(\.|%2e)v3(_test)?\.BenchmarkX(\.|\[|$)"
        );
    }
}
