//! What a function stores beside what one of its lines makes: where the flow of the objects themselves ends in a call or a result, it
//! is most likely what keeps them.

use std::sync::Arc;

use gomem_escape::{EscapeLog, HeapDecision, Step};
use gomem_symbol::{Symbol, short_place};

use crate::{
    attribution::Place,
    findings::{
        call_advice::keep_advice,
        final_store::{CALL_PARAMETER, is_same_file, last_store, store_of_parameter, storing_step},
        keeper::of_unseen,
    },
};

/// The one statement or call by which a function puts something where it stays, each time that it makes what is kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StoreBeside {
    /// The statement, or `None` of a call that is known to keep.
    statement: Option<Arc<str>>,
    /// Its line, in short.
    place: String,
    /// The function, where another one is called on the line and makes it.
    caller: Option<String>,
    advice: &'static str,
}

impl StoreBeside {
    /// Of the function of the line, and else of who calls it, the nearest first: `callers`.
    pub(crate) fn find(line: &Place, callers: &[Place], log: &EscapeLog) -> Option<Self> {
        for place in std::iter::once(line).chain(callers) {
            let mut found = stores_after(place, log);
            found.dedup_by(|one, other| one.place == other.place);
            match found.len() {
                0 => {}
                1 => {
                    let caller = (place != line).then(|| place.short_function());
                    return found.pop().map(|store| Self { caller, ..store });
                }
                // Of several none is known to be it.
                _ => return None,
            }
        }
        None
    }

    /// Whether it is a statement of the program.
    pub(crate) fn is_statement(&self) -> bool {
        self.statement.is_some()
    }

    /// Who most likely keeps it, and what to do about that.
    pub(crate) fn words(&self) -> String {
        let Self { statement, place, caller, advice } = self;
        let who = caller.as_ref().map_or("The same function".to_owned(), |caller| format!("{caller}, which calls it,"));
        match statement {
            Some(statement) => {
                format!("{who} stores something each time, by `{statement}` at {place}: that most likely holds it. {advice}")
            }
            None => format!("{who} gives something each time to a call at {place} that keeps it. {advice}"),
        }
    }
}

/// What the function of `place` stores in what grows, on that line or after it, in the order of the lines.
fn stores_after(place: &Place, log: &EscapeLog) -> Vec<StoreBeside> {
    let function = Symbol::decode(&place.function).local();
    let is_here = |of: Option<&str>, file: &str| of == Some(&*function) && is_same_file(file, &place.file);
    let is_after = |line: Option<u32>| line.is_some_and(|line| i64::from(line) >= place.line);
    let of_parameters = log.leaks().iter().filter(|leak| is_here(leak.function.as_deref(), &leak.file));
    let of_parameters = of_parameters.filter_map(|leak| leak.store.as_ref());
    let made = || log.heap_decisions().iter().filter(|made| is_here(made.function.as_deref(), &made.file));
    let of_made = made().filter_map(storing_step);
    let own = of_parameters.chain(of_made).filter(|step| is_after(step.line) && grows(step)).map(by_statement);
    let given = made().filter(|made| is_after(made.line)).filter_map(|made| {
        let store = store_of_parameter(made).map(|store| &store.step).filter(|step| grows(step));
        store.map(by_statement).or_else(|| by_call(made, log))
    });
    let mut found: Vec<(u32, StoreBeside)> = own.chain(given).collect();
    found.sort_by(|one, other| (one.0, &one.1.place).cmp(&(other.0, &other.1.place)));
    found.into_iter().map(|(_, store)| store).collect()
}

fn by_statement(step: &Step) -> (u32, StoreBeside) {
    let line = step.line.unwrap_or(0);
    let store = StoreBeside {
        statement: Some(Arc::clone(&step.from)),
        place: short_place(&step.file, i64::from(line)),
        caller: None,
        advice: "Delete entries when they are done, or bound it.",
    };
    (line, store)
}

/// A call that is known to keep what it is given.
fn by_call(made: &HeapDecision, log: &EscapeLog) -> Option<(u32, StoreBeside)> {
    let step = last_store(made).filter(|step| &*step.why == CALL_PARAMETER)?;
    let callee = made.callee()?;
    let advice = keep_advice(callee).or_else(|| of_unseen(callee, log))?;
    let line = step.line?;
    let place = short_place(&step.file, i64::from(line));
    Some((line, StoreBeside { statement: None, place, caller: None, advice }))
}

/// Whether a step stores in what has more for each: an element of something's map, what is appended to something's slice. A map
/// or slice without a dot may be the function's own, and what is stored has one where a library stores it that is inlined.
fn grows(step: &Step) -> bool {
    let parts = match &*step.why {
        "key of map put" => step.from.trim_end_matches(']').rsplit_once('['),
        CALL_PARAMETER => appended(&step.from),
        _ => step.from.split_once(" = ").and_then(|(target, value)| {
            appended(value).or_else(|| Some((target, value)).filter(|_| target.contains('[')))
        }),
    };
    parts.is_some_and(|(target, value)| target.contains('.') && !value.replace("...", "").contains('.'))
}

/// The slice and what is appended to it.
fn appended(expression: &str) -> Option<(&str, &str)> {
    expression.strip_prefix("append(")?.split_once(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "# example.com/app\n\
        ./jobs.go:25:25: parameter name leaks to {heap} for (*manager).start with derefs=0:\n\
        ./jobs.go:25:25:   flow: {heap} ← name:\n\
        ./jobs.go:25:25:     from m.running[name] (key of map put) at ./jobs.go:29:11\n\
        ./jobs.go:25:25: leaking param: name\n\
        ./jobs.go:40:25: parameter name leaks to {heap} for (*manager).twice with derefs=0:\n\
        ./jobs.go:40:25:   flow: {heap} ← name:\n\
        ./jobs.go:40:25:     from m.running[name] (key of map put) at ./jobs.go:44:11\n\
        ./jobs.go:40:25: leaking param: name\n\
        ./jobs.go:40:30: parameter job leaks to {heap} for (*manager).twice with derefs=0:\n\
        ./jobs.go:40:30:   flow: {heap} ← job:\n\
        ./jobs.go:40:30:     from m.all[name] = job (assign) at ./jobs.go:45:11\n\
        ./jobs.go:40:30: leaking param: job\n\
        ./jobs.go:50:25: parameter name leaks to {heap} for once with derefs=0:\n\
        ./jobs.go:50:25:   flow: {heap} ← name:\n\
        ./jobs.go:50:25:     from seen[name] (key of map put) at ./jobs.go:54:11\n\
        ./jobs.go:50:25: leaking param: name\n";

    fn at(function: &str, line: i64) -> Place {
        Place { function: format!("example.com/app.{function}").into(), file: "/src/app/jobs.go".into(), line }
    }

    fn statement(line: &Place, callers: &[Place]) -> Option<Arc<str>> {
        let log = EscapeLog::decode(LOG.as_bytes()).unwrap();
        StoreBeside::find(line, callers, &log)?.statement
    }

    #[test]
    fn the_only_store_after_a_line_most_likely_keeps_what_it_makes() {
        let start = at("(*manager).start", 26);
        assert_eq!(statement(&start, &[]).as_deref(), Some("m.running[name]"));
        assert_eq!(statement(&at("(*manager).start", 30), &[]), None, "it is before the line");
        assert_eq!(statement(&at("(*manager).twice", 41), &[]), None, "two of them");
        assert_eq!(statement(&at("once", 51), &[]), None, "the map may be the function's own");
        assert_eq!(statement(&at("build", 70), &[start]).as_deref(), Some("m.running[name]"), "who calls it stores");
    }
}
