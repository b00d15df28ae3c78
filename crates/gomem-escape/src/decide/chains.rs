//! By which functions an argument reaches the heap.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use gomem_symbol::package_name;

use crate::{
    decide::flow::Step,
    read::{Interner, RawLeak, TextId, XPos, without_type_arguments},
    text::{Call, find},
};

/// A function whose parameter leaks.
///
/// ```
/// # let log = "# example.com/decode\n\
/// #     decode/d.go:3:11: parameter data leaks to {heap} for Keep with derefs=0:\n\
/// #     decode/d.go:3:11:   flow: {heap} ← data:\n\
/// #     decode/d.go:3:11:     from kept = data (assign) at decode/d.go:4:2\n\
/// #     decode/d.go:3:11: leaking param: data\n\
/// #     # example.com/app\n\
/// #     ./a.go:7:10: x escapes to heap in put:\n\
/// #     ./a.go:7:10:   flow: {heap} ← &x:\n\
/// #     ./a.go:7:10:     from &x (address-of) at ./a.go:8:9\n\
/// #     ./a.go:7:10:     from decode.Keep(&x) (call parameter) at ./a.go:8:9\n\
/// #     ./a.go:7:10: moved to heap: x\n";
/// # let log = gomem_escape::EscapeLog::decode(log.as_bytes())?;
/// let leak = &log.heap_decisions()[0].leaks[0];
/// assert_eq!((&*leak.param, leak.store.as_ref().map(|step| &*step.from)), ("data", Some("kept = data")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeakStep {
    /// The function, without its package.
    pub function: Arc<str>,
    /// Its package.
    pub package: Arc<str>,
    /// The parameter.
    pub param: Arc<str>,
    /// The file of the parameter.
    pub file: Arc<str>,
    /// The line.
    pub line: Option<u32>,
    /// The column.
    pub column: Option<u32>,
    /// The statement by which the function stores the parameter itself.
    pub store: Option<Step>,
}

/// Parameters that leak to the heap, by the name of the package and the function.
pub(crate) struct Chains<'a> {
    texts: &'a Interner,
    by_function: HashMap<(Box<str>, Box<str>), Vec<&'a RawLeak>>,
}

impl<'a> Chains<'a> {
    pub(crate) fn new(leaks: &'a [RawLeak], texts: &'a Interner) -> Self {
        let mut by_function: HashMap<_, Vec<&RawLeak>> = HashMap::default();
        for leak in leaks.iter().filter(|leak| &**texts.text(leak.to) == "{heap}") {
            let package = package_name(texts.text(leak.package)).into();
            let function = without_type_arguments(texts.text(leak.function));
            by_function.entry((package, function)).or_default().push(leak);
        }
        for leaks in by_function.values_mut() {
            leaks.sort_by_key(|leak| (leak.package, leak.at, leak.is_content));
            leaks.dedup_by_key(|leak| (leak.package, leak.at));
        }
        Self { texts, by_function }
    }

    /// The functions by which `passed`, an argument of `call` in a function of `package`, reaches the heap.
    pub(crate) fn follow(&self, call: Call<'_>, passed: &str, package: TextId) -> Vec<LeakStep> {
        let text = |id| Arc::clone(self.texts.text(id));
        let mut steps = Vec::new();
        let mut seen = HashSet::default();
        let mut next = self.leak(call, passed, package);
        while let Some(leak) = next.filter(|leak| steps.len() < LONGEST_CHAIN && seen.insert((leak.at, leak.param))) {
            let XPos { file, line, column } = leak.at;
            steps.push(LeakStep {
                function: text(leak.function),
                package: text(leak.package),
                param: text(leak.param),
                file: text(file),
                line: (line > 0).then_some(line),
                column: (column > 0).then_some(column),
                store: leak.store.map(|step| Step::from_raw(step, self.texts)),
            });
            let via = text(leak.via);
            next = Call::parse(&via).and_then(|call| self.leak(call, self.texts.text(leak.param), leak.package));
        }
        steps
    }

    /// The parameter that takes an argument of a call. `None` where that is not told: the log has no line about parameters
    /// without pointers.
    fn leak(&self, call: Call<'_>, passed: &str, package: TextId) -> Option<&'a RawLeak> {
        let leaks = self.leaks(&without_type_arguments(call.callee), package)?;
        let names = assigned(passed);
        let is_passed = |argument: &str| {
            // The slice of a variadic call: `... argument...`, `args...`.
            let argument = argument.strip_suffix("...").unwrap_or(argument);
            argument == passed || names.iter().any(|name| mentions(argument, name))
        };
        let mut places =
            call.arguments().enumerate().filter(|(_, argument)| is_passed(argument)).map(|(place, _)| place);
        let (Some(place), None) = (places.next(), places.next()) else { return only(leaks) };
        let silent = call.arguments().count().checked_sub(leaks.len())?;
        // So many leaking parameters may stand before it at least, and at most.
        let (fewest, most) = (place.saturating_sub(silent), place.min(leaks.len() - 1));
        leaks.get(fewest).copied().filter(|_| fewest == most)
    }

    /// The parameters that leak of a function of the package itself, or of `pkg.F` and `(*pkg.T).M` of another one.
    fn leaks(&self, callee: &str, package: TextId) -> Option<&[&'a RawLeak]> {
        let own = package_name(self.texts.text(package));
        let local = self.by_function.get(&(own.into(), callee.into()));
        let local = local.and_then(|leaks| leaks.chunk_by(same_package).find(|leaks| leaks[0].package == package));
        local.or_else(|| {
            let (pointer, name) = callee.strip_prefix("(*").map_or(("", callee), |rest| ("(*", rest));
            let (of, name) = name.split_once('.')?;
            let others = self.by_function.get(&(of.into(), format!("{pointer}{name}").into()))?;
            // Packages of one name: which of them is called the log does not tell.
            Some(others.as_slice()).filter(|leaks| leaks.chunk_by(same_package).count() == 1)
        })
    }
}

/// What holds something after a step: the left side of an assignment, or the expression itself.
fn assigned(step: &str) -> Vec<&str> {
    let left = [" := ", " = "].iter().find_map(|mark| find(step, mark)).map_or(step, |end| &step[..end]);
    left.split(", ").map(|name| name.trim_start_matches(['&', '*'])).collect()
}

/// Whether an expression has a name in it, whole: `unsafe.Pointer(p)` and `p[1:]` have `p`, `p.x` and `x.p` do not.
fn mentions(expression: &str, name: &str) -> bool {
    let is_of_name = |char: char| char.is_alphanumeric() || char == '_' || char == '.';
    !name.is_empty()
        && expression.match_indices(name).any(|(at, _)| {
            !expression[..at].ends_with(is_of_name) && !expression[at + name.len()..].starts_with(is_of_name)
        })
}

fn same_package(one: &&RawLeak, other: &&RawLeak) -> bool {
    one.package == other.package
}

fn only<'a>(leaks: &[&'a RawLeak]) -> Option<&'a RawLeak> {
    if let [only] = leaks { Some(only) } else { None }
}

const LONGEST_CHAIN: usize = 16;

#[cfg(test)]
mod tests {
    use crate::EscapeLog;

    /// The parameters by which `&x`, passed to `decode.Both` of another package, reaches the heap; that has these lines.
    fn params(call: &str, lines: &str) -> Vec<String> {
        let log = format!(
            "# example.com/decode/v2\n{lines}\
             # example.com/app\n\
             ./a.go:7:10: x escapes to heap in put:\n\
             ./a.go:7:10:   flow: {{heap}} ← &x:\n\
             ./a.go:7:10:     from &x (address-of) at ./a.go:8:9\n\
             ./a.go:7:10:     from {call} (call parameter) at ./a.go:8:9\n\
             ./a.go:7:10: moved to heap: x\n"
        );
        let log = EscapeLog::decode(log.as_bytes()).expect("a log");
        let decision = &log.heap_decisions()[0];
        decision.leaks.iter().map(|step| step.param.to_string()).collect()
    }

    fn leak(column: u32, param: &str) -> String {
        format!(
            "decode/d.go:3:{column}: parameter {param} leaks to {{heap}} for Both with derefs=0:\n\
             decode/d.go:3:{column}:   flow: {{heap}} ← {param}:\n\
             decode/d.go:3:{column}:     from kept = {param} (assign) at decode/d.go:4:2\n\
             decode/d.go:3:{column}: leaking param: {param}\n"
        )
    }

    #[test]
    fn variadic_arguments_are_one_parameter() {
        let log = format!(
            "# example.com/decode/v2\n{}{}\
             # example.com/app\n\
             ./a.go:7:10: x escapes to heap in put:\n\
             ./a.go:7:10:   flow: {{storage for ... argument}} ← &x:\n\
             ./a.go:7:10:     from &x (address-of) at ./a.go:8:9\n\
             ./a.go:7:10:     from ... argument (slice-literal-element) at ./a.go:8:8\n\
             ./a.go:7:10:   flow: {{heap}} ← {{storage for ... argument}}:\n\
             ./a.go:7:10:     from ... argument (spill) at ./a.go:8:8\n\
             ./a.go:7:10:     from decode.Both(n, ... argument...) (call parameter) at ./a.go:8:8\n\
             ./a.go:7:10: moved to heap: x\n",
            leak(11, "data"),
            leak(24, "into")
        );
        let log = EscapeLog::decode(log.as_bytes()).expect("a log");
        let leaks: Vec<&str> = log.heap_decisions()[0].leaks.iter().map(|step| &*step.param).collect();
        assert_eq!(leaks, ["into"]);
    }

    #[test]
    fn the_parameter_is_the_one_that_takes_the_argument() {
        let both = leak(11, "data") + &leak(24, "into");
        assert_eq!(params("decode.Both(b, &x)", &both), ["into"]);
        assert_eq!(params("decode.Both(&x, y)", &both), ["data"]);
        assert_eq!(params("decode.Both(n, f(1, \",\"), &x)", &both), ["into"], "the number says nothing");
        assert!(params("decode.Both(b, &x, n)", &both).is_empty(), "which of three leaks is not told");
        assert_eq!(params("decode.Both(n, &x, m)", &leak(11, "data")), ["data"]);
    }
}
