//! What the compiler says of a program, with what else the caller knows.

use std::rc::Rc;

use gomem_binary::{Binary, MadeType};
use gomem_escape::{EscapeLog, HeapDecision, StdDecisions};
use gomem_pprof::{Function, Line, Location, Profile};
use gomem_symbol::{Modules, Origin};

use crate::attribution::{
    evidence::{
        build_match::BuildMatch,
        compiler_log::CompilerLog,
        named_function::{NamedFunction, NamedFunctions},
        record::Record,
        runtime_calls::{self, Operation, RuntimeCalls},
        unreported::Build,
    },
    options::{AttributeOptions, is_of},
};

/// What is known of a program's lines.
#[derive(Debug, Default)]
pub(crate) struct Compiler<'a> {
    log: CompilerLog<'a>,
    /// How the log's functions are those of the profile, where it is of another build.
    other_build: Option<BuildMatch>,
    /// Stands for the log where that may be about other lines.
    nothing: CompilerLog<'a>,
    std: Option<StdLibrary<'a>>,
    /// The patterns of the user's own packages, when the caller says them.
    own: &'a [String],
    /// What a CPU profile saw the runtime allocate.
    runtime: RuntimeCalls<'a>,
    binary: Option<&'a Binary>,
    functions: NamedFunctions,
}

/// The decisions of a release in the standard library.
#[derive(Debug)]
struct StdLibrary<'a> {
    decisions: &'a StdDecisions,
    log: CompilerLog<'a>,
}

impl<'a> Compiler<'a> {
    pub(crate) fn new(profile: &Profile, log: Option<&'a EscapeLog>, options: &AttributeOptions<'a>) -> Self {
        Self {
            log: log.map(CompilerLog::from_log).unwrap_or_default(),
            other_build: log.map(|log| BuildMatch::new(profile, log)).filter(BuildMatch::is_of_other_build),
            nothing: CompilerLog::default(),
            std: None,
            own: options.own,
            runtime: options.cpu.map(RuntimeCalls::from_profile).unwrap_or_default(),
            binary: options.binary,
            functions: NamedFunctions::default(),
        }
    }

    /// Knows as well what is decided in the standard library, where the log does not cover that.
    pub(crate) fn with_std(self, decisions: Option<&'a StdDecisions>) -> Self {
        let std = decisions.map(|decisions| StdLibrary { decisions, log: CompilerLog::from_log(decisions.log()) });
        Self { std, ..self }
    }

    /// Whether a line is the user's own code.
    pub(crate) fn is_own(&self, line: Line<'_>) -> bool {
        let Some(function) = line.function() else { return false };
        let named = self.named(Some(function));
        let package = named.symbol.package();
        if !self.own.is_empty() {
            return package == "main" || is_of(package, self.own);
        }
        if let Some(is_own) = self.binary.and_then(|binary| binary.build_info().is_own(package)) {
            return is_own && !function.filename().ends_with("_cgo_gotypes.go") && !named.path.is_std();
        }
        Origin::from_package(package, &self.log.module) == Origin::User
            // What cgo writes stands between the user's line and C.
            && !function.filename().ends_with("_cgo_gotypes.go")
            // A library's closure that was inlined is named after the function it was inlined into.
            && !named.path.is_std()
            && Modules::default().origin(package, function.filename()) == Origin::User
    }

    /// Whether the function of a decision gives an object a finalizer or a cleanup.
    pub(crate) fn is_finalizing(&self, decision: &HeapDecision) -> bool {
        self.log.is_finalizing(decision) || self.std.as_ref().is_some_and(|std| std.log.is_finalizing(decision))
    }

    /// What is known of how a line was built.
    pub(crate) fn build(&self, line: Line<'_>) -> Build<'_> {
        let Some(function) = line.function() else { return Build { seen: self.runtime.of(line), ..Build::default() } };
        let function = self.named(Some(function));
        let (log, is_covered) = self.log_of(&function, line.line());
        let is_of_release = is_covered && !std::ptr::eq(log, &self.log);
        Build { is_covered, is_of_release, seen: self.runtime.of(line), ..log.build(&function, line.line()) }
    }

    /// What the call of the allocator at a location is, when the program's file or a CPU profile proves it.
    pub(crate) fn operation(&self, location: Location<'_>) -> Option<Operation> {
        let in_binary = self.binary.and_then(|binary| Operation::in_binary(binary, location));
        in_binary.or_else(|| self.runtime.at(location.address(), location.lines().next()?))
    }

    /// The type of the objects that the call of the allocator at a location makes, where the program's file proves it.
    pub(crate) fn made_type(&self, location: Location<'_>) -> Option<MadeType> {
        let binary = self.binary?;
        binary.made_type(runtime_calls::address_in(binary, location)?)
    }

    /// What the compiler says of a line, most likely allocation first.
    pub(crate) fn records(&self, line: Line<'_>) -> Vec<Record<'a>> {
        line.function().map_or_else(Vec::new, |function| self.records_at(&self.named(Some(function)), line.line()))
    }

    /// The same, of a line of a function by its names.
    pub(crate) fn records_at(&self, function: &NamedFunction, line: i64) -> Vec<Record<'a>> {
        self.log_of(function, line).0.records(function, line)
    }

    /// What the profile calls a function.
    pub(crate) fn named(&self, function: Option<Function<'_>>) -> Rc<NamedFunction> {
        self.functions.of(function)
    }

    /// Whether an expression has a record on another line of the function that `line` is of.
    pub(crate) fn is_of_another_line(&self, record: Record<'_>, line: Line<'_>) -> bool {
        let Some(function) = line.function() else { return false };
        let function = self.named(Some(function));
        self.log_of(&function, line.line()).0.is_of_another_line(record, &function, line.line())
    }

    /// Whether what is known of a line says which calls were inlined.
    pub(crate) fn tells_inlining(&self, line: Option<Line<'_>>) -> bool {
        line.is_some_and(|line| self.log_of(&self.named(line.function()), line.line()).0.tells_inlining)
    }

    /// Whether there is a log, and not of the package of a line.
    pub(crate) fn is_of_others(&self, line: Option<Line<'_>>) -> bool {
        let is_covered = |line: Line<'_>| self.log_of(&self.named(line.function()), line.line()).1;
        !self.log.is_empty() && line.is_some_and(|line| !is_covered(line))
    }

    /// Whether the log is of another build than the profile, and a function of the program's own begins at another line there.
    fn begins_elsewhere(&self, function: &str) -> Option<bool> {
        self.other_build.as_ref()?.begins_elsewhere(function)
    }

    /// Whether what the log lacks of a line is only that it is of another build.
    pub(crate) fn is_of_other_build(&self, line: Option<Line<'_>>) -> bool {
        let function = line.and_then(|line| line.function());
        function.is_some_and(|function| self.begins_elsewhere(function.name()).is_some())
    }

    /// The log that is about a line, and whether it covers that. The program's own comes first: of a function of the standard
    /// library that release counts which has it at this line.
    fn log_of(&self, function: &NamedFunction, line: i64) -> (&CompilerLog<'a>, bool) {
        let NamedFunction { name, symbol, path, start_line } = function;
        if self.log.covers(symbol.package()) {
            return match self.begins_elsewhere(name) {
                Some(true) => (&self.nothing, false),
                Some(false) => (&self.log, false),
                None => (&self.log, true),
            };
        }
        let is_of_release = |std: &&StdLibrary<'_>| std.decisions.has(name, path.as_str(), line, *start_line);
        match self.std.as_ref().filter(is_of_release) {
            Some(std) => (&std.log, true),
            None => (&self.log, false),
        }
    }
}
