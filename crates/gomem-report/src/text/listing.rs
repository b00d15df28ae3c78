//! A listing on a terminal.

use std::fmt::Write as _;

use gomem_escape::Certainty;
use gomem_postmortem::{FunctionListing, LineDecision, ListedLine, Listing};
use gomem_symbol::{Outlet, name_for};
use gomem_table::{Unit, percent};

/// Functions line by line, for a terminal: flat and cum as `go tool pprof -list` has them, the objects that a line allocates,
/// its source, and below it what the compiler decided.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [30000: 122880000] @ heap/1048576\n\
/// #             1: 4096 [30000: 122880000] @ 0x401000\n\
/// #             #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// # let options = gomem_postmortem::ListingOptions::default();
/// # let listing = gomem_postmortem::Listing::new(&profile, "parse", &options)?;
/// assert!(gomem_report::listing_text(&listing).contains("main.parse"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn listing_text(listing: &Listing) -> String {
    let mut out = format!("{}: {} in total\n", listing.sample_type, value(listing, listing.total));
    for function in &listing.functions {
        out.push('\n');
        write_function(listing, function, &mut out);
    }
    out
}

fn write_function(listing: &Listing, function: &FunctionListing, out: &mut String) {
    let line = |text: &str| name_for(Outlet::Line, text).into_owned();
    let file = function.file.as_deref().unwrap_or("a file that the profile does not name");
    let _ = writeln!(out, "{} in {}", line(&function.function), line(file));
    let share = listing.fraction(function.cum).map_or_else(String::new, |share| format!(", {}", percent(share, 1)));
    let _ = writeln!(out, "  {} flat, {} cum{share}", value(listing, function.flat), value(listing, function.cum));
    if let Some(source) = function.source.as_ref().filter(|source| Some(*source) != function.file.as_ref()) {
        let _ = writeln!(out, "  source: {}", line(source));
    }
    if let Some(note) = &function.note {
        let _ = writeln!(out, "  note: {}", line(note));
    }
    let has_objects = function.lines.iter().any(|line| line.objects.is_some());
    let objects = if has_objects { format!(" {:>10}", "objects") } else { String::new() };
    let _ = writeln!(out, "{:>11} {:>11}{objects} {:>6}", "flat", "cum", "line");
    for line in &function.lines {
        write_line(listing, line, has_objects, out);
    }
}

fn write_line(listing: &Listing, line: &ListedLine, has_objects: bool, out: &mut String) {
    let or_dot = |number: i128, text: String| if number == 0 { ".".to_owned() } else { text };
    let sum = |number: i128| or_dot(number, value(listing, number));
    let mut row = format!("{:>11} {:>11}", sum(line.flat), sum(line.cum));
    if has_objects {
        let objects = line.objects.unwrap_or(0);
        let _ = write!(row, " {:>10}", or_dot(objects, objects.to_string()));
    }
    let _ = write!(row, " {:>6}", line.line);
    let indent = row.chars().count() + 2;
    if let Some(text) = &line.text {
        let _ = write!(row, "  {}", source(text));
    }
    out.push_str(row.trim_end());
    out.push('\n');
    for decision in &line.decisions {
        let _ = writeln!(out, "{:indent$}^ {}", "", name_for(Outlet::Line, &told(decision)));
    }
}

/// What the compiler decided, in one line: `make([]byte, n) escapes to heap: unknown size; allocates each time; inlined
/// from grow`.
pub(crate) fn told(decision: &LineDecision) -> String {
    let cause = decision.cause.replace('_', " ");
    let mut told = format!("{}: {cause}; {}", decision.message, allocates(decision.certainty));
    if !decision.inlined_from.is_empty() {
        let _ = write!(told, "; inlined from {}", decision.inlined_from.join(", "));
    }
    told
}

/// Whether it allocates, as people say it.
fn allocates(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::None => "allocates nothing",
        Certainty::Yes => "allocates each time",
        Certainty::RuntimeSized => "allocates where its size at run time asks for it",
        _ => "may allocate",
    }
}

/// A value in its unit.
pub(crate) fn value(listing: &Listing, number: i128) -> String {
    match listing.unit {
        Unit::None | Unit::Count => number.to_string(),
        unit => unit.humanize(number as f64),
    }
}

/// A line of source that no terminal obeys, with tabs as an editor shows them.
fn source(text: &str) -> String {
    name_for(Outlet::Line, &text.replace('\t', "    ")).into_owned()
}
