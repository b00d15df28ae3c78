//! What a benchmark allocates, line by line.

use std::{collections::BTreeMap, sync::Arc};

use gomem_bench::{Benchmarks, Run, without_processors};
use gomem_escape::EscapeLog;
use gomem_pprof::Profile;
use gomem_table::{Definition, Row, Unit};

use crate::{
    attribution::{AttributeOptions, Reason, Site, attribute},
    benchmark::stacks::{Measured, Stacks},
};

/// What a benchmark allocates, line by line; or why its lines are not known.
///
/// ```
/// # let read = |name: &str| gomem_testkit::testdata(format!("bench/lines/{name}"));
/// use gomem_bench::Benchmarks;
/// use gomem_escape::EscapeLog;
/// use gomem_postmortem::benchmark_allocations;
/// use gomem_pprof::Profile;
///
/// let benchmarks = Benchmarks::parse(&read("after-1.27.3.txt"))?;
/// let profile = Profile::decode(&read("after-1.27.3.mem"))?;
/// let log = EscapeLog::decode(&read("after-1.27.3.log"))?;
/// let allocations = benchmark_allocations(&benchmarks, &profile, Some(&log));
/// let moved = allocations.iter().find(|of| of.benchmark == "BenchmarkMoved").ok_or("it ran")?;
/// let line = &moved.lines.as_ref().map_err(String::as_str)?[0];
/// assert_eq!((line.site.charged_to.line, line.allocs.round()), (45, 3.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// use gomem_postmortem::BenchmarkLine;
///
/// // Less than a hundredth of an allocation is what the setup leaves over.
/// assert!(BenchmarkLine::is_felt(2.0, 96.0) && !BenchmarkLine::is_felt(0.0, 0.0));
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BenchmarkLine {
    /// The package; empty where the output does not say.
    pub package: Arc<str>,
    /// The benchmark, without processors.
    pub benchmark: Arc<str>,
    /// Where and why.
    pub site: Site,
    /// Bytes an operation.
    pub bytes: f64,
    /// Objects an operation, as the profile counts them.
    pub allocs: f64,
}

impl BenchmarkLine {
    /// Whether each operation has a part in so much. What is made once in many operations is no part of each.
    #[must_use]
    pub fn is_felt(allocs: f64, bytes: f64) -> bool {
        allocs >= 0.05 || bytes >= 1.0
    }
}

/// What each benchmark of an output allocates, by the memory profile of the same run (`go test -memprofile=… -memprofilerate=1`)
/// and the compiler's log of the same code.
///
/// ```
/// # let text = b"pkg: example.com/app\nBenchmarkParse-8 1000 250.0 ns/op 96 B/op 2 allocs/op\n";
/// # let benchmarks = gomem_bench::Benchmarks::parse(text)?;
/// # let text = b"heap profile: 1: 4096 [30000: 122880000] @ heap/1048576\n\
/// #             1: 4096 [30000: 122880000] @ 0x401000\n\
/// #             #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// # let log = gomem_escape::EscapeLog::decode(b"# main\n./parse.go:12:9: moved to heap: page\n")?;
/// use gomem_postmortem::{BenchmarkAllocation, benchmark_allocations};
///
/// let allocations = benchmark_allocations(&benchmarks, &profile, Some(&log));
/// assert!(BenchmarkAllocation::unknown_lines(&allocations, "before").len() <= allocations.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
    // Each benchmark takes its own samples out of the profile.
    let is_alone = groups.len() == 1;
    let is_too_much = groups.len().saturating_mul(profile.samples().len()) > MOST_SAMPLES;
    let profile = (!is_too_much).then_some(profile);
    let groups = groups.into_iter();
    groups
        .map(|((package, function), runs)| BenchmarkAllocation::new(package, &function, is_alone, &runs, profile, log))
        .collect()
}

impl BenchmarkAllocation {
    /// What is not known of its lines, and why.
    #[must_use]
    pub fn unknown(&self) -> Option<String> {
        match &self.lines {
            Err(problem) => Some(format!("its lines are not known: {problem}")),
            Ok(_) if self.shared_allocs >= LEAST_SHARED => Some(format!(
                "{:.1} of its allocs/op are objects under 16 bytes that share blocks: their lines are not known",
                self.shared_allocs
            )),
            Ok(_) => None,
        }
    }

    /// What is not known of the lines of some benchmarks, and why; `when` is told after each name: `" before"`.
    #[must_use]
    pub fn unknown_lines(allocations: &[Self], when: &str) -> Vec<String> {
        let told = |of: &Self| Some(format!("{}{when}: {}", of.benchmark, of.unknown()?));
        allocations.iter().filter_map(told).collect()
    }

    fn new(
        package: Arc<str>,
        function: &str,
        is_alone: bool,
        runs: &[&Run],
        profile: Option<&Profile>,
        log: Option<&EscapeLog>,
    ) -> Self {
        let name = without_processors(&runs[0].name).to_owned();
        let is_one = runs.iter().all(|run| without_processors(&run.name) == name);
        let found = if let Some(profile) = profile.filter(|_| is_one) {
            lines(&Stacks { package: &package, benchmark: &name, function, is_alone }, runs, profile, log)
        } else if is_one {
            Err("there are too many benchmarks for so large a profile: run fewer at a time".to_owned())
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
    stacks: &Stacks<'_>,
    runs: &[&Run],
    profile: &Profile,
    log: Option<&EscapeLog>,
) -> Result<(Vec<BenchmarkLine>, f64), String> {
    let columns = ["alloc_objects", "alloc_space"].map(|name| profile.sample_type_index(name));
    let [Some(objects), Some(bytes)] = columns else {
        return Err("its profile is none of memory: go test -memprofile writes one".to_owned());
    };
    if profile.period() != 1 {
        return Err("its profile is sampled: take it with -memprofilerate=1".to_owned());
    }
    let Measured { operations, each, rare } = stacks.measure(runs, profile, [objects, bytes])?;
    let packages = [stacks.package.to_string(), format!("{}_test", stacks.package)];
    // A log says whose code it is of; without one, the benchmark's own package is whose lines are looked for.
    let is_guessed = log.is_none() && !stacks.package.is_empty();
    let options = AttributeOptions::default().with_own(if is_guessed { &packages } else { &[] });
    let benchmark: Arc<str> = stacks.benchmark.into();
    let (mut lines, mut allocs) = (Vec::new(), 0.0);
    for (part, divisor) in [(each, Some(operations.each)), (rare, operations.rare)] {
        let Some(divisor) = divisor else { continue };
        for site in attribute(&part, log, &options) {
            let line = BenchmarkLine {
                package: Arc::clone(stacks.package),
                benchmark: Arc::clone(&benchmark),
                bytes: site.bytes as f64 / divisor,
                allocs: site.objects as f64 / divisor,
                site,
            };
            allocs += line.allocs;
            lines.push(line);
        }
    }
    lines.sort_by(|one, other| other.bytes.total_cmp(&one.bytes));
    Ok((lines, (operations.printed_allocs - allocs).max(0.0)))
}

impl Row for BenchmarkLine {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("bench_allocations", "by package and benchmark, then by falling bytes")
            .about("what a benchmark allocates at a line for each operation, by its memory profile")
            .text("benchmark", "its name, without processors", |line: &&'a Self| &line.benchmark)
            .string("place", "the line of your own, in short: `store/sessions.go:43`", |line: &&'a Self| {
                line.site.charged_to.short()
            })
            .optional_text("callee", "the line allocates itself", "the function that it calls", |line: &&'a Self| {
                line.site.callee.as_deref()
            })
            .float64("allocs", Unit::None, "objects an operation, as the profile counts them", |line| line.allocs)
            .float64("bytes", Unit::Bytes, "bytes an operation", |line| line.bytes)
            .optional_text("reason", "nothing tells", "why it allocates", |line: &&'a Self| {
                line.site.reason.map(Reason::name)
            })
            .optional_string(
                "compiler_message",
                "the log has none",
                "the compiler's line about these objects",
                |line| line.site.compiler_message(),
            )
            .text("package", "the package; empty where the output does not say", |line: &&'a Self| &line.package)
            .text("function", "the line's function", |line: &&'a Self| line.site.charged_to.function())
            .text("file", "its file", |line: &&'a Self| line.site.charged_to.file())
            .int64("line", Unit::None, "the line", |line| line.site.charged_to.line)
            .text("site_function", "the function that allocates", |line: &&'a Self| line.site.place.function())
            .string("site_place", "where it allocates, in short", |line: &&'a Self| line.site.place.short())
    }
}

/// `BenchmarkRender/large-8` is called by `BenchmarkRender`.
fn function_of(name: &str) -> &str {
    let name = without_processors(name);
    name.split_once('/').map_or(name, |(function, _)| function)
}

/// Of all benchmarks: what is gone through in a second or so.
const MOST_SAMPLES: usize = 20_000_000;
/// Of the allocations of an operation.
const LEAST_SHARED: f64 = 0.5;

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
    }
}
