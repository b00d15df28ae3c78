//! Inputs that are not of one program, or not of one build.

use foldhash::{HashMap, HashSet};
use gomem_escape::EscapeLog;
use gomem_finding::{Confidence, Evidence, Severity};
use gomem_pprof::Profile;
use gomem_symbol::{Modules, Origin, SourcePath, Symbol};
use gomem_table::Unit;

use crate::{
    bundle::Bundle,
    findings::finding::{Finding, FindingKind},
};

/// The functions of the program's own code in a profile, held against those of the compiler's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Match {
    /// In the profile.
    functions: usize,
    /// Of these, in the log.
    known: usize,
    /// Of those, with a line where they begin.
    placed: usize,
    /// Of those, with the same line in the log.
    agree: usize,
}

/// What does not belong together.
pub(crate) fn find(bundle: &Bundle) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let (Some(heap), Some(log)) = (bundle.latest_heap(), bundle.escapes()) {
        findings.extend(other_log(&heap.name, Match::new(&heap.profile, log)));
    }
    findings.extend(other_programs(bundle));
    findings.extend(other_builds(bundle));
    findings
}

fn other_log(heap: &str, found: Match) -> Option<Finding> {
    let Match { functions, known, placed, agree } = found;
    let agreement = agree as f64 / placed.max(1) as f64;
    let (title, summary) = if functions >= FEWEST && (known as f64) < 0.1 * functions as f64 {
        (
            "The compiler's log is not of the profile's program".to_owned(),
            format!(
                "Of {functions} functions of the program's own code in {heap}, the log knows {known}: it is of another \
                 program, or these packages were built without -m=2."
            ),
        )
    } else if placed >= FEWEST && agreement < 0.9 {
        (
            "The compiler's log is of another build than the profile's".to_owned(),
            format!(
                "Of {placed} functions that {heap} and the log both have, {} begin at another line: the source was \
                 changed between the two, and what the log says of a line may be about another one.",
                placed - agree
            ),
        )
    } else {
        return None;
    };
    let mut finding = Finding::new(FindingKind::Mismatch, Severity::Warning, title);
    finding.summary = summary;
    finding.action =
        "Build the profiled version again with go build -gcflags=all=-m=2 ./... 2> escape.log (the build cache \
                      gives the log again), and replace the log."
            .to_owned();
    finding.confidence =
        if functions >= 10 && (known == 0 || agreement < 0.5) { Confidence::High } else { Confidence::Medium };
    let count = |quantity, value: usize, source| Evidence::new(quantity, value as f64, Unit::Count).with_source(source);
    finding.evidence = vec![
        count("own functions", functions, "heap profile"),
        count("of these in the log", known, "escape log"),
        count("of these with a line", placed, "heap profile"),
        count("of these at the same line", agree, "escape log"),
    ];
    Some(finding)
}

fn other_programs(bundle: &Bundle) -> Option<Finding> {
    let (file, other) = bundle.other_programs.first()?;
    let title = format!("The bundle mixes profiles of {} and of other programs ({other})", bundle.program);
    let mut finding = Finding::new(FindingKind::Mismatch, Severity::Warning, title);
    let files: Vec<&str> = bundle.other_programs.iter().map(|(file, _)| file.as_str()).collect();
    finding.summary = format!(
        "Their own functions have hardly any in common. Left out: {}.",
        if files.len() > 5 { format!("{} files, {file} first", files.len()) } else { files.join(", ") }
    );
    finding.action = "Put what each program left behind into a folder of its own.".to_owned();
    finding.evidence =
        vec![Evidence::new("profiles left out", files.len() as f64, Unit::Count).with_source("profiles")];
    finding
        .confounders
        .push("metrics and GC traces do not say whose they are: they are taken for the kept one's".into());
    Some(finding)
}

fn other_builds(bundle: &Bundle) -> Option<Finding> {
    if bundle.builds < 2 {
        return None;
    }
    let title = format!("The profiles are of {} builds of the program", bundle.builds);
    let mut finding = Finding::new(FindingKind::Mismatch, Severity::Info, title);
    finding.summary = "Their build ids differ: it was deployed anew in between, and its memory began anew.".to_owned();
    finding.action = "Compare the builds: gomem compare BEFORE AFTER, each in a folder of its own.".to_owned();
    finding.evidence = vec![Evidence::new("build ids", bundle.builds as f64, Unit::Count).with_source("profiles")];
    Some(finding)
}

impl Match {
    fn new(profile: &Profile, log: &EscapeLog) -> Self {
        let mut lines: HashMap<(String, String), HashSet<i64>> = HashMap::default();
        // Only -m=2 and -json=0 tell of functions that cannot be inlined too; -m tells of files, by what escapes there.
        let has_all = log.inlining().iter().any(|function| !function.can_inline);
        let mut files: HashSet<(&str, &str)> = HashSet::default();
        let is_whole = |name: &str| !name.contains(" into ") && !is_part(name);
        for function in log.inlining().iter().filter(|function| is_whole(&function.function)) {
            let key = Symbol::decode(&format!("{}.{}", function.package, function.function)).key();
            let name = without_package(&key, &function.package);
            let lines = lines.entry((file_name(&function.file), name)).or_default();
            lines.extend(function.line.map(i64::from));
        }
        let places = log.heap_decisions().iter().map(|decision| (&decision.file, &decision.package));
        let leaks = log.leaks().iter().map(|leak| (&leak.file, &leak.package));
        for (file, package) in places.chain(leaks).filter(|_| !has_all) {
            let name = file.rsplit('/').next().unwrap_or_default();
            files.extend([(name, &**package), (name, "main")]);
        }
        let own = own_functions(profile);
        let mut found = Self { functions: own.len(), known: 0, placed: 0, agree: 0 };
        for OwnFunction { package, file, name, line } in own {
            let has_file = files.contains(&(file.as_str(), package.as_str()));
            let known = lines.get(&(file, name));
            found.known += usize::from(known.is_some() || has_file);
            let Some(known) = known.filter(|known| line > 0 && !known.is_empty()) else { continue };
            found.placed += 1;
            found.agree += usize::from(known.contains(&line));
        }
        found
    }
}

/// A function of the program's own code in a profile.
struct OwnFunction {
    package: String,
    file: String,
    /// Without its package.
    name: String,
    /// Where it begins; 0 when the profile does not say.
    line: i64,
}

fn own_functions(profile: &Profile) -> Vec<OwnFunction> {
    let whole = profile.functions().filter(|function| !is_part(function.name()));
    let functions: Vec<(Symbol, SourcePath, i64)> =
        whole.map(|function| (Symbol::decode(function.name()), function.path(), function.start_line())).collect();
    let modules = Modules::from_packages(functions.iter().map(|(symbol, path, _)| (symbol.package(), path.as_str())));
    functions
        .iter()
        .filter(|(symbol, path, _)| modules.origin(symbol.package(), path.as_str()) == Origin::User)
        .map(|(symbol, path, line)| OwnFunction {
            package: symbol.package().to_owned(),
            file: path.file_name().to_owned(),
            name: without_package(&symbol.key(), symbol.package()),
            line: *line,
        })
        .collect()
}

/// Wrappers and bodies of loops that the compiler makes out of a part of a function: their key is the function's, their line
/// is not.
fn is_part(name: &str) -> bool {
    [".deferwrap", ".gowrap", "-range", "-fm"].iter().any(|part| name.contains(part))
}

/// The compiler calls `main` by its import path.
fn without_package(key: &str, package: &str) -> String {
    key.strip_prefix(package).and_then(|rest| rest.strip_prefix('.')).unwrap_or(key).to_owned()
}

fn file_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

/// Fewer functions may be there by chance.
const FEWEST: usize = 3;
