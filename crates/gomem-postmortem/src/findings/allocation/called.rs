//! What a call on a line of the user's own code allocates, in the called function and below it, as a finding.

use gomem_escape::{EscapeLog, HeapDecision};
use gomem_finding::{Confidence, Severity};
use gomem_symbol::Symbol;

use crate::{
    attribution::{Account, Bytes, Call, Entry, Place, Reason, Site},
    findings::{
        allocation::{
            kept::{add_held, keep, warn_of_oversized},
            pool::PoolMisuse,
        },
        amount::{allocated, coverage, headline, measure, severity},
        breakdown::{inside, reasons, share},
        calls::{
            call_advice::{call_advice, general_advice, is_coder, is_of_std, lent_advice, part_advice},
            module_calls::{in_its_goroutines, module_of},
        },
        cost::Cost,
        finding::{Finding, FindingKind},
        sentence::sentence,
    },
    pacing::{Pacing, Saving},
};

/// What a call on a line allocates; `lines` and `entries` are all of the program.
pub(crate) fn call_finding(
    place: &Place,
    call: &Call<'_>,
    (lines, entries): (&[Account<'_>], &[Entry<'_>]),
    (sites, log): (&[Site], Option<&EscapeLog>),
    pacing: Option<&Pacing>,
    cost: Cost,
) -> Finding {
    let callee = Symbol::decode(call.callee).short();
    let what = format!("inside {callee}: {}", reasons(&call.inside));
    let mut finding = Finding::new(FindingKind::Call, Severity::Info, headline(place, &call.inside, &what));
    finding.summary = allocated(place, &call.inside, &format!(" in {callee} and what that calls"));
    finding.summary += &format!(" Inside: {}.", inside(&call.inside));
    if let Some(fraction) = in_its_goroutines(call, lines, entries) {
        finding.summary += &format!(
            " Goroutines of {}, in which no other line of the program allocates, make {} of all bytes beside that.",
            module_of(call.callee),
            share(fraction)
        );
    }
    finding.confidence = if coverage(&call.inside) >= 0.5 { Confidence::High } else { Confidence::Medium };
    if call.inside.is_mostly_kept() {
        keep(&mut finding, &call.inside, (sites, log), cost);
    } else {
        finding.action = action(place, call, lines);
        finding.severity = severity(&call.inside, false);
        let most = call.inside.bytes_fraction * (1.0 - call.inside.kept_fraction());
        finding.saving = pacing.and_then(|pacing| pacing.saving(most)).map(Saving::at_most);
        finding.avoidable_bytes_fraction = Some(most);
        warn_of_oversized(&mut finding, &call.inside);
        add_held(&mut finding, &call.inside, sites, log);
    }
    measure(&mut finding, place, &call.inside);
    finding
}

/// What can be changed about the call. Empty where nothing is known of it: then what is inside is all that can be told.
fn action(place: &Place, call: &Call<'_>, lines: &[Account<'_>]) -> String {
    let known = call_advice(call.callee, &call.inside).map(str::to_owned).or_else(|| lent(call));
    let anew = made_anew(place, call, lines).filter(|_| known.is_none());
    // A pool that is made with the value has nothing to give to the next one.
    let refilled = refilled(&call.inside).filter(|_| anew.is_none());
    let advice = known
        .or(anew)
        .or_else(|| general_advice(call.callee).map(str::to_owned))
        .or_else(|| of_encoding(&call.inside).filter(|_| is_coder(call.callee)));
    let mut action = advice.or_else(|| of_most(call)).unwrap_or_default();
    if let Some(part) = part_advice(call.callee, &call.inside).filter(|part| !action.contains(part.key)) {
        let separator = if action.is_empty() { "" } else { " " };
        action += &format!("{separator}{} of all bytes: {}", share(part.bytes_fraction), part.key);
    }
    match refilled {
        Some(refilled) if action.is_empty() => refilled,
        Some(refilled) => format!("{refilled} Of the rest: {action}"),
        None => action,
    }
}

/// What to do about a call in which most of all bytes are allocated, where nothing is known of it: silence would rank it below what
/// matters less.
fn of_most(call: &Call<'_>) -> Option<String> {
    let callee = Symbol::decode(call.callee).short();
    (call.inside.bytes_fraction >= MOST_OF_ALL && !is_of_std(call.callee)).then(|| {
        format!(
            "Most of all that is allocated is made inside {callee}: call it less often or with less at once, keep what it gives, or look at its \
             options; what is inside says which of its inputs cost."
        )
    })
}

/// What to do about an object that the called function uses and need not have made.
fn lent(call: &Call<'_>) -> Option<String> {
    let (advice, is_of_caller) = lent_advice(call.callee, &call.inside)?;
    Some(if is_of_caller {
        advice.to_owned()
    } else {
        let callee = Symbol::decode(call.callee).short();
        format!("It is inside {callee}: look whether that lets its caller do this, or has an option for it: {advice}")
    })
}

/// What its methods allocate is made again for each new value of a type: where the function that calls a method makes such a
/// value too, about as often. Only of what works on a stream: what its methods allocate is room for the next part of it, which
/// one that is kept has already. Of other values (a Localizer, a Query) a method may make what it returns.
fn made_anew(place: &Place, call: &Call<'_>, lines: &[Account<'_>]) -> Option<String> {
    let method = Symbol::decode(call.callee);
    let receiver = method.receiver()?.trim_start_matches('*').split('[').next()?;
    STREAMS.iter().find(|word| receiver.ends_with(**word))?;
    let makes = |made: &&Call<'_>| {
        let maker = Symbol::decode(made.callee);
        let is_maker = ["New", "Make"].iter().any(|verb| maker.function().starts_with(verb));
        is_maker
            && maker.receiver().is_none()
            && maker.package() == method.package()
            && (maker.function().ends_with(receiver) || makes_value(made, receiver))
            && made.inside.objects.saturating_mul(AS_OFTEN) >= call.inside.objects
    };
    let of_function = lines.iter().filter(|line| line.place.function() == place.function());
    let maker = of_function.flat_map(|line| &line.calls).find(makes)?;
    Some(format!(
        "{} makes a {receiver} anew each time ({}), and with it what its methods allocate: if a {receiver} can be Reset, keep \
         one and reset it.",
        place.short_function(),
        Symbol::decode(maker.callee).short()
    ))
}

/// Whether the called function itself makes a value of this type, as the compiler says: what it returns need not be in its name.
fn makes_value(made: &Call<'_>, name: &str) -> bool {
    let is_value = |decision: &HeapDecision| {
        let subject = decision.subject.trim_start_matches('&');
        let of_type = subject.strip_suffix("{...}").or_else(|| subject.strip_prefix("new(")?.strip_suffix(')'));
        of_type.is_some_and(|made| made.rsplit('.').next() == Some(name))
    };
    let key = Symbol::decode(made.callee).key();
    let own = made.inside.sites.iter().filter(|site| site.place.key() == key);
    own.filter_map(|site| site.decision.as_deref()).any(is_value)
}

/// What is read or written by reflection stands in many functions: their reason tells.
fn of_encoding(inside: &Bytes<'_>) -> Option<String> {
    let largest = inside.by_reason().into_iter().next()?;
    let is_most = largest.key == Some(Reason::Encoding) && largest.bytes.saturating_mul(2) >= inside.bytes;
    is_most.then(|| Reason::Encoding.advice().map(sentence)).flatten()
}

/// What to do about a `sync.Pool` within a call that makes a good part of its bytes anew.
fn refilled(inside: &Bytes<'_>) -> Option<String> {
    let misuse =
        PoolMisuse::find(&inside.sites, None, None).filter(|misuse| matches!(misuse, PoolMisuse::Refilled { .. }))?;
    let made: f64 = inside.sites.iter().filter(|site| site.pool_objects > 0).map(|site| site.bytes_fraction).sum();
    let advice = misuse.advice().filter(|_| made >= LARGE_PART * inside.bytes_fraction)?;
    Some(format!("{} of all bytes are made by a sync.Pool that has none to give. {}", share(made), sentence(advice)))
}

/// The last words of the types that work on a stream.
const STREAMS: &[&str] = &[
    "Buffer",
    "Compressor",
    "Decoder",
    "Decompressor",
    "Encoder",
    "Frame",
    "Lexer",
    "Parser",
    "Printer",
    "Reader",
    "Scanner",
    "Tokenizer",
    "Writer",
];
/// Objects of a method's call for each object that is made with the value: more, and one value serves many calls.
const AS_OFTEN: i64 = 50;
/// Of what a call allocates.
const LARGE_PART: f64 = 0.25;
const MOST_OF_ALL: f64 = 0.5;

#[cfg(test)]
mod tests {
    use gomem_pprof::Profile;

    use super::*;
    use crate::attribution::{AttributeOptions, accounts, attribute};

    /// What is advised about the call of `method` in a function that calls `maker` so often for each call of the method.
    fn advice(maker: &str, method: &str, makes: u32) -> String {
        let stack = |objects: u32, callee: &str, line: u32| {
            let bytes = objects * 64;
            format!(
                "0: 0 [{objects}: {bytes}] @ 0x40{line}000 0x50{line}000\n#\t0x40{line}000\t{callee}+0x1\t/go/pkg/mod/github.com/some/codec@v1.0.0/codec.go:{line}\n\
                 #\t0x50{line}000\tmain.write+0x1\t/src/app/main.go:{line}\n\n"
            )
        };
        let text =
            format!("heap profile: 0: 0 [1: 1] @ heap/1\n{}{}", stack(makes, maker, 1), stack(100_000, method, 2));
        let profile = Profile::decode(text.as_bytes()).expect("a profile");
        let sites = attribute(&profile, None, &AttributeOptions::default());
        let (lines, _) = accounts(&sites);
        let line = lines.iter().find(|line| line.place.line == 2).expect("the line of the method's call");
        action(line.place, &line.calls[0], &lines)
    }

    #[test]
    fn what_methods_return_is_not_made_with_their_value() {
        let general = advice("github.com/some/i18n.NewLocalizer", "github.com/some/i18n.(*Localizer).Say", 50_000);
        assert!(general.starts_with("Most of all that is allocated is made inside i18n.(*Localizer).Say"), "{general}");
    }

    #[test]
    fn what_methods_allocate_is_made_with_their_value() {
        let method = "github.com/some/codec.(*Frame).Flush";
        let anew = advice("github.com/some/codec.NewFrame", method, 50_000);
        assert!(anew.starts_with("main.write makes a Frame anew each time (codec.NewFrame)"), "{anew}");
        for (maker, makes, why) in [
            ("github.com/some/codec.NewFrame", 10, "made once"),
            ("github.com/some/codec.NewTable", 50_000, "of another type"),
            ("github.com/some/frames.NewFrame", 50_000, "of another package"),
        ] {
            let general = advice(maker, method, makes);
            assert!(
                general.starts_with("Most of all that is allocated is made inside codec.(*Frame).Flush"),
                "{why}: {general}"
            );
        }
    }
}
