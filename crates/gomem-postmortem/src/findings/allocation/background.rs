//! What goroutines allocate that no line of the user's own is in, as findings.

use gomem_finding::{Confidence, Severity};
use gomem_symbol::{Origin, Symbol};
use gomem_table::Unit;

use crate::{
    attribution::{Account, Entry},
    findings::{
        amount::{in_objects, measure, severity},
        breakdown::{inside, reasons, share},
        calls::{call_advice::background_advice, module_calls::calls_in_words},
        finding::{Finding, FindingKind},
    },
};

/// What a goroutine allocates that no line of the user's own is in; `lines` are all of the program.
pub(crate) fn background_finding(entry: &Entry<'_>, lines: &[Account<'_>]) -> Finding {
    let symbol = Symbol::decode(entry.function);
    let function = symbol.short();
    let is_runtime = Origin::from_package(symbol.package(), "-") == Origin::Runtime;
    let is_init = !entry.is_cut && !is_runtime && is_initialisation(&symbol);
    let whose = match (entry.is_cut, is_runtime) {
        _ if is_init => format!("in the initialisation of {}", symbol.package()),
        (true, _) => "in stacks that the profiler cut".to_owned(),
        (false, true) => format!("in the runtime itself, from {function}"),
        (false, false) => format!("in goroutines of {function}, without a line of the program"),
    };
    let what = format!("{whose}: {}", reasons(&entry.inside));
    let title = format!(
        "{} of bytes, {} of objects {what}",
        share(entry.inside.bytes_fraction),
        share(entry.inside.objects_fraction)
    );
    let mut finding = Finding::new(FindingKind::Background, Severity::Info, title);
    finding.summary = format!(
        "Stacks that begin with {function}{} allocate {}{}. No line of the program is on them: {} Inside: {}.",
        if entry.is_cut { ", and others," } else { "" },
        Unit::Bytes.humanize(entry.inside.bytes as f64),
        in_objects(&entry.inside),
        match (entry.is_cut, is_runtime) {
            _ if is_init => {
                format!("each program that imports {} makes it once, before main begins.", symbol.package())
            }
            (true, _) => {
                "the profiler keeps the innermost 128 frames (32 until Go 1.22), and whole stacks through these functions come from \
                 several lines, so that it is not known whose they are."
                    .to_owned()
            }
            (false, true) => "the runtime makes it for itself.".to_owned(),
            (false, false) => feeds(entry, lines),
        },
        inside(&entry.inside)
    );
    finding.confidence = Confidence::High;
    if is_init {
        finding.action = format!(
            "No leak, and no garbage of the work: what of it stays is there for good ({} in use). To save it do without that package, or load what \
             it has when it is first needed (sync.OnceValue).",
            Unit::Bytes.humanize(entry.inside.inuse_bytes as f64)
        );
    } else if let Some(advice) = background_advice((!entry.is_cut).then_some(entry.function), &entry.inside) {
        advice.clone_into(&mut finding.action);
        finding.severity = severity(&entry.inside, false);
    }
    measure(&mut finding, entry.place, &entry.inside);
    finding
}

/// What the goroutine works for: where few lines of the program call its module at all, it is one of them.
fn feeds(entry: &Entry<'_>, lines: &[Account<'_>]) -> String {
    let calls = calls_in_words(entry.function, lines);
    calls.map_or_else(
        || "what feeds or configures them decides.".to_owned(),
        |calls| format!("most likely they work for {calls}."),
    )
}

/// Whether a function runs before `main`: `init`, or what the compiler makes of package variables. A method may have that name,
/// and a closure that a stack begins with is a goroutine, which goes on.
fn is_initialisation(symbol: &Symbol) -> bool {
    let local = symbol.local();
    let rest = local.strip_prefix("map.").unwrap_or(&local).strip_prefix("init");
    rest.is_some_and(|rest| rest.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_before_main() {
        for name in ["init", "init.0", "init.12", "map.init.0"] {
            assert!(is_initialisation(&Symbol::decode(&format!("example.org/lib.{name}"))), "{name}");
        }
        for name in ["(*T).init", "T.init", "init.0.func1", "init.func2", "initialise", "f.init"] {
            assert!(!is_initialisation(&Symbol::decode(&format!("example.org/lib.{name}"))), "{name}");
        }
    }
}
