//! What one log of the compiler says, found by the place a profile names.

use foldhash::{HashMap, HashSet};
use gomem_escape::{Certainty, EscapeLog, HeapDecision, Step, SubjectKind};
use gomem_symbol::{SourcePath, Symbol, is_of_dependency};

use crate::attribution::evidence::{
    map_types::Maps,
    named_function::NamedFunction,
    record::Record,
    unreported::{Build, Wrapped},
};

/// A log's records by line and file name.
#[derive(Debug, Default)]
pub(crate) struct CompilerLog<'a> {
    by_line: HashMap<(&'a str, u32), Vec<Record<'a>>>,
    /// Lines on which a flow goes through an `append`.
    appends: HashSet<(&'a str, u32)>,
    /// Those of which an `append` puts elements behind others.
    extends: HashSet<(&'a str, u32)>,
    /// What is appended to a slice as `make([]T, n)...`, which only makes that longer.
    lengthened: HashMap<(&'a str, u32), Vec<&'a Step>>,
    /// Lines that put something into a map.
    map_puts: HashSet<(&'a str, u32)>,
    /// Lines that return what `append` made.
    slice_returns: HashSet<(&'a str, u32)>,
    /// Lines on which `go` or `defer` puts a call into a function of its own.
    wraps: HashMap<(&'a str, u32), Wrapped>,
    /// Lines of `text += more`.
    additions: HashSet<(&'a str, u32)>,
    /// Files and functions that give an object a finalizer or a cleanup.
    finalizing: HashSet<(&'a str, &'a str)>,
    packages: HashSet<&'a str>,
    maps: Maps,
    /// What its own packages share.
    pub(crate) module: String,
    reports_append: bool,
    /// Whether the log says which calls were inlined.
    pub(crate) tells_inlining: bool,
}

impl<'a> CompilerLog<'a> {
    pub(crate) fn from_log(log: &'a EscapeLog) -> Self {
        let mut compiler = Self { reports_append: log.go_versions().oldest() >= 25, ..Self::default() };
        for decision in log.heap_decisions() {
            compiler.packages.insert(&decision.package);
            // Only decisions that allocate are worth a join.
            if decision.alloc_certainty != Certainty::None {
                compiler.insert(&decision.file, decision.line, Record::Heap(decision));
            }
            if decision.callee().is_some_and(is_finalizing) {
                compiler.finalizing.extend(decision.function.as_deref().map(|function| (&*decision.file, function)));
            }
            for step in decision.steps.iter().filter(|step| step.from.starts_with("append(")) {
                compiler.appends.extend(at(step));
                if !step.is_copy() {
                    compiler.extends.extend(at(step));
                }
                if let Some(line) = at(step).filter(|_| step.from.contains(", make(")) {
                    compiler.lengthened.entry(line).or_default().push(step);
                }
            }
            compiler.map_puts.extend(decision.steps.iter().filter(|step| &*step.why == MAP_PUT).filter_map(at));
            if decision.subject_kind == SubjectKind::Append {
                let returns = decision.steps.iter().filter(|step| &*step.why == RETURN);
                compiler.slice_returns.extend(returns.filter_map(at));
            }
        }
        for buffer in log.stack_buffers() {
            compiler.packages.insert(&buffer.package);
            compiler.insert(&buffer.file, buffer.line, Record::StackBuffer(buffer));
        }
        let inlined = log.inlining().iter().map(|inlining| &*inlining.package);
        for call in log.wrapped_calls() {
            let line = (file_name(&call.file), call.line);
            let this = Wrapped { by: call.wrapper, kept_bytes: call.kept_bytes };
            let known = compiler.wraps.entry(line).or_insert(this);
            // Files of one name in two packages.
            known.by = known.by.filter(|by| this.by == Some(*by));
            known.kept_bytes = known.kept_bytes.filter(|bytes| this.kept_bytes == Some(*bytes));
        }
        let stores = log.leaks().iter().filter_map(|leak| leak.store.as_ref());
        compiler.map_puts.extend(stores.filter(|store| &*store.why == MAP_PUT).filter_map(at));
        compiler.additions.extend(log.text_additions().iter().map(|(file, line)| (file_name(file), *line)));
        compiler.packages.extend(log.leaks().iter().map(|leak| &*leak.package).chain(inlined));
        let own = log.heap_decisions().iter().filter(|decision| !is_of_dependency(&decision.file));
        compiler.module = common_package(own.map(|decision| &*decision.package));
        compiler
    }

    fn insert(&mut self, file: &'a str, line: Option<u32>, record: Record<'a>) {
        self.tells_inlining |= record.is_inlined();
        if matches!(record.kind(), SubjectKind::MakeMap | SubjectKind::MapLiteral) {
            self.maps.add(record.subject());
        }
        if let Some(line) = line {
            self.by_line.entry((file_name(file), line)).or_default().push(record);
        }
    }

    /// Whether the function of a decision gives an object a finalizer or a cleanup.
    pub(crate) fn is_finalizing(&self, decision: &HeapDecision) -> bool {
        decision.function.as_deref().is_some_and(|function| self.finalizing.contains(&(&*decision.file, function)))
    }

    /// Whether it has any package.
    pub(crate) fn is_empty(&self) -> bool {
        self.packages.is_empty()
    }

    /// Whether it has a package, by its name in a profile.
    pub(crate) fn covers(&self, package: &str) -> bool {
        self.packages.contains(package)
            // A program's main package has its import path in the log.
            || (package == "main" && !self.packages.is_empty())
            || package.strip_suffix("_test").is_some_and(|package| self.packages.contains(package))
    }

    /// What it tells of how a line of a function was built.
    pub(crate) fn build(&self, function: &NamedFunction, line: i64) -> Build<'_> {
        let at = (function.path.file_name(), u32::try_from(line).unwrap_or_default());
        let appends = self.appends.contains(&at);
        Build {
            reports_append: self.reports_append,
            appends,
            copies: appends && !self.extends.contains(&at),
            wrapped: self.wraps.get(&at).copied(),
            puts_in_map: self.map_puts.contains(&at),
            returns_slice: self.slice_returns.contains(&at),
            adds_text: self.additions.contains(&at),
            maps: Some(&self.maps),
            ..Build::default()
        }
    }

    /// What the compiler says of a line of a function, most likely allocation first.
    pub(crate) fn records(&self, function: &NamedFunction, line: i64) -> Vec<Record<'a>> {
        let NamedFunction { symbol, path, .. } = function;
        let Ok(number) = u32::try_from(line) else { return Vec::new() };
        let Some(candidates) = self.by_line.get(&(path.file_name(), number)) else { return Vec::new() };
        let mut found: Vec<Record<'a>> =
            candidates.iter().filter(|record| is_same_file(**record, symbol, path)).copied().collect();
        if symbol.package() == "main" {
            keep_best(&mut found, |record| shared_elements(record.place().0, path.folder()));
        }
        if let Some(steps) = self.lengthened.get(&(path.file_name(), number)) {
            let is_lengthening = |record: &Record<'_>| {
                record.kind() == SubjectKind::MakeSlice
                    && steps.iter().any(|step| step.appends_all_of(record.subject()))
            };
            found.retain(|record| !is_lengthening(record));
        }
        found.sort_by_key(|record| record.rank());
        found
    }

    /// Whether an expression has a record on another line of the function than this one.
    pub(crate) fn is_of_another_line(&self, record: Record<'_>, function: &NamedFunction, line: i64) -> bool {
        let NamedFunction { symbol, path, .. } = function;
        let Ok(number) = u32::try_from(line) else { return false };
        let near = number.saturating_sub(LONG_FUNCTION)..=number.saturating_add(LONG_FUNCTION);
        near.filter(|other| *other != number)
            .filter_map(|other| self.by_line.get(&(path.file_name(), other)))
            .flatten()
            .any(|other| other.is_like(record) && other.is_in(symbol) && is_same_file(*other, symbol, path))
    }
}

/// Whether a record is of the file that a profile names so. The paths can differ in all but the file's name: one is absolute,
/// the other relative to where the build ran, or begins with the import path (`-trimpath`).
fn is_same_file(record: Record<'_>, symbol: &Symbol, path: &SourcePath) -> bool {
    let (package, file) = record.place();
    let of = symbol.package();
    // A package is one folder. That of a program's main package is its import path in a trimmed path.
    if package == of || path.folder() == package || of.strip_suffix("_test") == Some(package) {
        return true;
    }
    // A generic function is compiled, and reported, by the package that uses it.
    let can_be_of_another = of == "main" || symbol.type_arguments().is_some();
    SourcePath::decode(file).shared_parts(path).is_some_and(|parts| parts > 1 || can_be_of_another)
}

/// The file and the line of a step.
fn at(step: &Step) -> Option<(&str, u32)> {
    Some((file_name(&step.file), step.line?))
}

/// Keeps what scores most, unless nothing scores.
fn keep_best<T>(all: &mut Vec<T>, score: impl Fn(&T) -> usize) {
    let best = all.iter().map(&score).max().unwrap_or(0);
    all.retain(|one| score(one) == best);
}

/// How many elements two paths share, counted from their ends.
fn shared_elements(a: &str, b: &str) -> usize {
    a.rsplit('/').zip(b.rsplit('/')).take_while(|(a, b)| a == b).count()
}

/// Whether a call has the runtime do something when an object is freed.
fn is_finalizing(callee: &str) -> bool {
    callee == "runtime.SetFinalizer" || callee.starts_with("runtime.AddCleanup")
}

pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn common_package<'a>(packages: impl Iterator<Item = &'a str>) -> String {
    // `command-line-arguments` and `main` are stand-ins, not paths. With `-gcflags=all=…` the standard library is there too.
    let own = packages.filter(|package| package.split('/').next().is_some_and(|first| first.contains('.')));
    let mut common: Option<Vec<&str>> = None;
    for package in own {
        let parts: Vec<&str> = package.split('/').collect();
        common = Some(match common {
            Some(common) => common.into_iter().zip(parts).take_while(|(a, b)| a == b).map(|(a, _)| a).collect(),
            None => parts,
        });
    }
    common.unwrap_or_default().join("/")
}

/// Why a step is one, as the compiler writes it.
const MAP_PUT: &str = "key of map put";
const RETURN: &str = "return";

/// Lines: few functions have more.
const LONG_FUNCTION: u32 = 200;

#[cfg(test)]
mod tests {
    use gomem_symbol::Wrapper;

    use super::*;

    #[test]
    fn the_module_is_what_packages_share() {
        let common = |packages: &[&str]| common_package(packages.iter().copied());
        assert_eq!(common(&["example.com/a/b", "example.com/a/c/d", "fmt", "main"]), "example.com/a");
        assert_eq!(common(&["example.com/a"]), "example.com/a");
        assert_eq!(common(&["main"]), "");
    }

    const LOG: &str = "# example.com/app\n\
        ./a.go:5:3: can inline serve.gowrap1 with cost 64 as: func() { handle(.autotmp_1, .autotmp_2, .autotmp_3) }\n\
        ./a.go:7:10: append(all, x) escapes to heap in list:\n\
        ./a.go:7:10:   flow: all ← &{storage for append(all, x)}:\n\
        ./a.go:7:10:     from append(all, x) (spill) at ./a.go:7:10\n\
        ./a.go:7:10:     from all = append(all, x) (assign) at ./a.go:7:7\n\
        ./a.go:7:10:   flow: ~r0 ← all:\n\
        ./a.go:7:10:     from return all (return) at ./a.go:9:2\n\
        ./a.go:7:10: append escapes to heap\n\
        ./a.go:12:15: parameter key leaks to {heap} for put with derefs=0:\n\
        ./a.go:12:15:   flow: {heap} ← key:\n\
        ./a.go:12:15:     from seen[key] (key of map put) at ./a.go:13:6\n\
        ./a.go:12:15: leaking param: key\n\
        ./a.go:5:3: serve capturing by value: .autotmp_1 (addr=false assign=false width=8)\n\
        ./a.go:5:9: serve capturing by value: .autotmp_2 (addr=false assign=false width=4)\n\
        ./a.go:5:3: serve capturing by value: .autotmp_3 (addr=false assign=false width=64)\n";

    #[test]
    fn lines_tell_what_no_record_does() {
        let log = EscapeLog::decode(LOG.as_bytes()).unwrap();
        let compiler = CompilerLog::from_log(&log);
        let only = |lines: &HashSet<(&str, u32)>| lines.iter().map(|(_, line)| *line).collect::<Vec<_>>();
        assert_eq!((only(&compiler.slice_returns), only(&compiler.map_puts)), (vec![9], vec![13]));
        let call = compiler.wraps[&("a.go", 5)];
        assert_eq!(call, Wrapped { by: Some(Wrapper::Go), kept_bytes: Some(80) });
        // With the function it is 88 bytes, in a block of 96, which a channel has too.
        assert!(call.can_make(96) && !call.can_make(112) && call.can_make(48));
    }
}
