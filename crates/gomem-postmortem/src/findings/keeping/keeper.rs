//! Who keeps what a line makes, as far as the calls and the compiler's flow tell.

use std::sync::Arc;

use gomem_escape::{Cause, EscapeLog, HeapDecision, Step, SubjectKind};
use gomem_symbol::Symbol;

use crate::{
    attribution::{Place, Reason, Site},
    findings::{
        calls::call_advice::{chain_advice, holder_advice, is_of_std, keep_advice, keep_advice_of_short, kind_advice},
        keeping::{
            captured::Captured,
            container::{Container, is_of_one_element},
            final_store::{
                CALL_PARAMETER, PART_OF_STRUCT, final_store, last_store, lasting_step, method_that_ends,
                store_of_parameter, storing_step,
            },
            given::{Given, stores},
            owner::Owner,
        },
    },
};

/// Who keeps what a line makes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Keeper {
    /// What is known to keep, and what to do about it.
    Known(&'static str),
    /// The last step of the compiler's flow that stores it, what to do about such a step, and what else may keep such a thing:
    /// of memory that others have parts of, each part keeps the whole.
    Stored {
        step: Arc<str>,
        /// The function that stores it as its parameter.
        function: Option<Arc<str>>,
        /// Whether the step gives it to a function, which keeps it or returns what does.
        is_given: bool,
        /// Whether the step makes it a part of an object, of which nothing is said.
        is_part: bool,
        advice: &'static str,
        of_part: Option<&'static str>,
        /// The method of its type that lets it go.
        ends_by: Option<Arc<str>>,
        /// What it is stored in where that is made again and again.
        owner: Option<Owner>,
    },
    /// What keeps such things as a rule.
    Kind(&'static str),
    /// A call on the line that gets it, which keeps what it is given.
    AtCaller { place: String, keeper: String, advice: &'static str },
    /// A function literal that captured it, which is kept.
    Captured(Captured),
    /// A call on the line, of an object of a library that stores what it is given.
    Given(Given),
    /// A container of the program that grows with it.
    Container(Container),
}

impl Keeper {
    /// Whether it is put into a slice.
    pub(crate) fn is_slice(&self) -> bool {
        matches!(self, Self::Stored { step, .. } if step.starts_with("append(") || step.contains(" = append("))
    }

    /// Who keeps it, and what to do about that.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Known(advice) | Self::Kind(advice) => (*advice).to_owned(),
            Self::AtCaller { place, keeper, advice } => {
                format!("What it makes is returned to {place}, and {keeper} keeps what it is given. {advice}")
            }
            Self::Captured(captured) => captured.words(),
            Self::Given(given) => given.words(),
            Self::Container(container) => container.words(),
            Self::Stored { step, function, is_given, is_part, advice, of_part, ends_by, owner } => {
                let who = match is_given {
                    true => format!("The compiler sees it given to `{step}`: that keeps it, or what it returns does."),
                    false if *is_part => {
                        format!("The compiler sees it put into `{step}`: what keeps each of those keeps it.")
                    }
                    false => {
                        let function = function.as_ref().map_or(String::new(), |function| format!(" in {function}"));
                        format!("The compiler says where it is kept: `{step}`{function}.")
                    }
                };
                let advice = match ends_by {
                    _ if let Some(owner) = owner => owner.words(),
                    Some(method) => format!(
                        "`{method}` is there to let one go: call it when another takes its place, and on every path."
                    ),
                    None => (*advice).to_owned(),
                };
                let of_part = of_part.map_or(String::new(), |advice| format!(" {advice}"));
                format!("{who} {advice}{of_part}")
            }
        }
    }
}

/// Who keeps what `kept`, the sites of one line, have in use. A function that is called says it, or `sync.OnceValue` that
/// calls; then the last step of the flow; then a finalizer that the function sets; then a call beside it in the same function that keeps as many objects; then what
/// is made.
pub(crate) fn keeper(kept: &[&Site], all: &[Site], log: Option<&EscapeLog>) -> Option<Keeper> {
    let of_call = holder_advice(kept).or_else(|| kept.iter().find_map(|site| keep_advice(site.callee.as_deref()?)));
    let decision = kept.first().and_then(|site| decision_of(site, log));
    let is_call = decision.and_then(last_store).is_some_and(|step| &*step.why == CALL_PARAMETER);
    let of_step = || {
        let callee = decision.filter(|_| is_call)?.callee()?;
        let in_full = || called_in_full(kept.first()?, callee, all);
        keep_advice(callee).or_else(|| keep_advice(in_full()?)).or_else(|| of_unseen(callee, log?))
    };
    let of_finalizer =
        || kept.first().filter(|site| site.has_finalizer).and_then(|_| keep_advice("runtime.SetFinalizer"));
    let of_companion = || kept.first().and_then(|site| companion(site, decision.filter(|_| is_call), all));
    let of_chain = || {
        let made = kept.iter().filter_map(|site| site.callee.as_deref());
        made.chain(decision.and_then(HeapDecision::callee)).find_map(chain_advice)
    };
    let of_once = || kept.first().filter(|site| site.is_of_once).and_then(|_| keep_advice("sync.OnceValue"));
    let of_capture = || {
        let is_unknown = || decision.is_some_and(|decision| decision.cause == Cause::UnknownCallee);
        let called = kept.first().filter(|site| site.callee.is_some() || is_unknown())?;
        Captured::find(&called.charged_to, log?).map(Keeper::Captured)
    };
    if let Some(captured) = of_capture() {
        return Some(captured);
    }
    of_call
        .or_else(of_once)
        .or_else(of_step)
        .or_else(of_finalizer)
        .or_else(of_companion)
        .or_else(of_chain)
        .map(Keeper::Known)
        .or_else(|| {
            let of_part =
                kept.first().and_then(|site| of_part(site).or_else(|| of_function(site)).or_else(|| of_text(site)));
            let is_inside = kept.first().is_some_and(|site| site.callee.is_some());
            let of_call = || final_store(kept.first().filter(|_| is_inside)?, log?);
            // What a library stores inside of itself is kept by who keeps the library's object.
            let decision = decision.filter(|_| !is_inside || is_call);
            let (step, function, made) = match (of_call(), decision.and_then(store_of_parameter)) {
                (Some(found), _) => (Some(found.step), None, Some(found.made)),
                (None, Some(store)) => (Some(&store.step), store.function.clone(), decision),
                (None, None) => {
                    let step = decision.and_then(|decision| lasting_step(decision, log));
                    (step.filter(|step| !(is_call && only_reads_or_writes(step))), None, decision)
                }
            };
            // A statement inside of a call that was inlined says less than the call does.
            let called = made.filter(|_| function.is_none()).and_then(|made| made.stored_by.as_ref());
            step.map(|step| Keeper::Stored {
                step: Arc::clone(called.unwrap_or(&step.from)),
                function,
                is_given: called.is_some() || &*step.why == CALL_PARAMETER && !step.from.starts_with("append("),
                is_part: called.is_none() && &*step.why == PART_OF_STRUCT,
                advice: called.and_then(|called| of_unseen(called, log?)).unwrap_or_else(|| of_store(step)),
                of_part,
                ends_by: made.and_then(|made| method_that_ends(made, log?)),
                owner: made.and_then(|made| Owner::find(made, step, log?)),
            })
        })
        .or_else(|| Given::find(kept).map(Keeper::Given))
        .or_else(|| kept.first().and_then(|site| by_kind(site)).map(Keeper::Kind))
        .or_else(|| kept.first().and_then(|site| Container::find(site, all)).map(Keeper::Container))
}

/// A call that is known to keep what it is given, on the line that calls the function of `made`, `cache.Set(key, load(key))`, or with
/// room for as many in that function. What it needs for that stays too.
pub(crate) fn keeper_at_caller(made: &Site, called_at: &Place, all: &[Site]) -> Option<Keeper> {
    let stays = |site: &&Site| site.inuse_bytes > 0 && site.inuse_bytes.saturating_mul(2) >= site.bytes;
    let is_of_function = |site: &Site| {
        let room = site.inuse_bytes as f64 / made.inuse_objects.max(1) as f64;
        let is_beside = site.charged_to.function() == called_at.function();
        is_beside && (SMALLEST_ROOM..=LARGEST_ROOM).contains(&room) && site.callee.as_deref().is_some_and(stores)
    };
    let is_there = |site: &&Site| site.charged_to == *called_at || is_of_function(site);
    let known = |site: &'_ Site| {
        let callee = site.callee.as_deref().filter(|callee| !keeps_its_own(callee))?;
        let keeper = format!("`{}` at {}", Symbol::decode(callee).short(), site.charged_to.short());
        Some(Keeper::AtCaller { place: called_at.short(), keeper, advice: keep_advice(callee)? })
    };
    all.iter().filter(stays).filter(is_there).find_map(known)
}

/// The place of the statement that stores what the line of `site` makes, or that gives it to who stores it.
pub(crate) fn place_of_store(site: &Site, log: Option<&EscapeLog>) -> Option<(Arc<str>, u32)> {
    let of_call = || Some(final_store(site, log?)?.step);
    let of_flow = || {
        let decision = decision_of(site, log)?;
        store_of_parameter(decision).map(|store| &store.step).or_else(|| storing_step(decision))
    };
    let step = if site.callee.is_some() { of_call() } else { of_flow() }?;
    Some((Arc::clone(&step.file), step.line?))
}

/// What the compiler says of what `site` makes, or of the object that it is a part of.
fn decision_of<'l>(site: &'l Site, log: Option<&'l EscapeLog>) -> Option<&'l HeapDecision> {
    let own = site.decision.as_deref();
    let part = own.and_then(|_| own_record(site, log?)).or(own);
    let whole = part.and_then(|decision| whole_of(decision, log?));
    let whole = whole.or_else(|| literal_around(Some(site).filter(|_| part.is_none())?, log?));
    let whole = whole.or_else(|| only_map_of(Some(site).filter(|_| part.is_none())?, log?));
    whole.filter(|whole| storing_step(whole).is_some()).or(own)
}

/// `(*cache.cache).Set` is `cache.(*cache).Set`.
fn package_first(callee: &str) -> String {
    match callee.strip_prefix("(*").and_then(|rest| rest.split_once('.')) {
        Some((package, method)) => format!("{package}.(*{method}"),
        None => callee.to_owned(),
    }
}

/// The advice about a function that allocates nothing, so that no profile has its path: by the name of its package, unless the
/// program has a package of that name itself.
fn of_unseen(callee: &str, log: &EscapeLog) -> Option<&'static str> {
    let short = package_first(callee);
    let (package, _) = short.split_once('.')?;
    let is_own = log.heap_decisions().iter().any(|decision| decision.package.rsplit('/').next() == Some(package));
    keep_advice_of_short(&short).filter(|_| !is_own)
}

/// The function that the compiler calls `callee`, by the package's name alone: as the profile knows it, of the calls of the same
/// function.
fn called_in_full<'s>(site: &Site, callee: &str, all: &'s [Site]) -> Option<&'s str> {
    let short = package_first(callee);
    let beside = all.iter().filter(|other| other.charged_to.function() == site.charged_to.function());
    beside.filter_map(|other| other.callee.as_deref()).find(|full| Symbol::decode(full).short() == short)
}

/// What the compiler says of an allocation in its own function, where that was inlined too.
fn own_record<'l>(site: &Site, log: &'l EscapeLog) -> Option<&'l HeapDecision> {
    let last = |name: &str| name.rsplit(['.', '/']).next().unwrap_or_default().to_owned();
    let (subject, function) = (&site.decision.as_ref()?.subject, last(site.place.function()));
    let file = site.place.file().rsplit('/').next()?;
    log.heap_decisions().iter().find(|decision| {
        decision.line.map(i64::from) == Some(site.place.line)
            && decision.subject == *subject
            && decision.file.rsplit('/').next() == Some(file)
            && decision.function.as_deref().map(last).as_ref() == Some(&function)
    })
}

/// The object that something is a part of, or the function value that captured it: its flow says where both go.
fn whole_of<'l>(part: &HeapDecision, log: &'l EscapeLog) -> Option<&'l HeapDecision> {
    let subject = part.sink.strip_prefix("{storage for ")?.strip_suffix('}')?;
    let is_whole = |whole: &&HeapDecision| {
        *whole.subject == *subject && whole.file == part.file && whole.function == part.function
    };
    let mut found = log.heap_decisions().iter().filter(is_whole);
    // Of several that read alike none is known to be it.
    found.next().filter(|_| found.next().is_none())
}

/// The only literal on the line of something that has no decision of its own, a channel or a map: `&client{send: make(chan T, 8)}`
/// holds what is made in it.
fn literal_around<'l>(site: &Site, log: &'l EscapeLog) -> Option<&'l HeapDecision> {
    if !matches!(site.reason, Some(Reason::Channel | Reason::MapGrowth | MAP_CREATION)) || site.callee.is_some() {
        return None;
    }
    let file = site.place.file().rsplit('/').next()?;
    let is_around = |decision: &&HeapDecision| {
        decision.subject.starts_with('&')
            && decision.line.map(i64::from) == Some(site.place.line)
            && decision.file.rsplit('/').next() == Some(file)
    };
    let mut found = log.heap_decisions().iter().filter(is_around);
    found.next().filter(|_| found.next().is_none())
}

/// The only map that a function makes, where many small maps grow on another of its lines: a map takes its room when the first element
/// comes.
fn only_map_of<'l>(site: &Site, log: &'l EscapeLog) -> Option<&'l HeapDecision> {
    if site.reason != Some(Reason::MapGrowth) || site.callee.is_some() || !is_many_small(site) {
        return None;
    }
    let function = Symbol::decode(site.charged_to.function()).local();
    let file = site.place.file().rsplit('/').next()?;
    let is_here = |decision: &&HeapDecision| {
        decision.subject_kind == SubjectKind::MakeMap
            && decision.function.as_deref() == Some(&function)
            && decision.file.rsplit('/').next() == Some(file)
    };
    let mut found = log.heap_decisions().iter().filter(is_here);
    found.next().filter(|_| found.next().is_none())
}

/// Whether a step gives a slice to who fills it or sends what is in it: neither keeps it, as `io.Reader` and `io.Writer` promise.
fn only_reads_or_writes(step: &Step) -> bool {
    let called = step.from.split('(').next().unwrap_or_default();
    called.rsplit_once('.').is_some_and(|(_, method)| READS_OR_WRITES.contains(&method))
}

/// What to do about a step that stores.
fn of_store(step: &Step) -> &'static str {
    let of_send = || kind_advice("send").filter(|_| &*step.why == "send");
    of_send().unwrap_or("Bound it: delete entries when they are done, or evict by age or size.")
}

/// A call that keeps as many objects as this line, or a container with room for as many, in the same function or in the one that they are given to: what
/// `time.AfterFunc` refers to is made beside it, and what a cache's `put` stores is made before it.
fn companion(site: &Site, given_to: Option<&HeapDecision>, all: &[Site]) -> Option<&'static str> {
    let function = site.charged_to.function();
    let given_to = given_to.and_then(HeapDecision::callee).map(|callee| {
        let package = Symbol::decode(function).package().to_owned();
        if callee.contains('.') { callee.to_owned() } else { format!("{package}.{callee}") }
    });
    let is_as_many = |other: &Site| {
        let (fewer, more) = (site.inuse_objects.min(other.inuse_objects), site.inuse_objects.max(other.inuse_objects));
        fewer > 0 && fewer.saturating_mul(2) >= more
    };
    let is_kept = |other: &Site| other.inuse_bytes.saturating_mul(2) >= other.bytes;
    let is_beside = |other: &&Site| {
        let at = other.charged_to.function();
        at == function || given_to.as_deref() == Some(at)
    };
    let beside = all.iter().filter(is_beside);
    let of_beside = beside
        .filter(|other| is_kept(other) && (is_as_many(other) || is_of_one_element(site, other)))
        .filter_map(|other| other.callee.as_deref())
        .filter(|callee| !keeps_its_own(callee))
        .find_map(keep_advice);
    // What is made in one place can be deferred in another, which runs as often.
    let is_deferred = |other: &Site| other.reason == Some(DEFERRED) && is_kept(other);
    let is_for_each =
        |other: &Site| other.inuse_objects.saturating_mul(2) >= site.inuse_objects && other.inuse_objects > 0;
    let of_deferred = || {
        let deferred = all.iter().find(|other| is_deferred(other) && is_for_each(other));
        deferred.and_then(|_| kind_advice(Cause::DeferInLoop.name()))
    };
    of_beside.or_else(of_deferred)
}

/// Whether a call keeps what it makes itself and nothing of what it is given: `bufio.NewReader` its buffer.
fn keeps_its_own(callee: &str) -> bool {
    is_of_std(callee) && Symbol::decode(callee).function().starts_with("New")
}

const READS_OR_WRITES: [&str; 8] =
    ["Read", "ReadAt", "ReadFull", "ReadAtLeast", "ReadFrom", "Write", "WriteAt", "WriteTo"];
/// In bytes: what a container takes for each object, a part of a table at least, keys and nodes at most.
const SMALLEST_ROOM: f64 = 4.0;
const LARGEST_ROOM: f64 = 1024.0;
const MAP_CREATION: Reason = Reason::Compiler(Cause::MapCreation);
const DEFERRED: Reason = Reason::Compiler(Cause::DeferInLoop);

/// What is made to have parts cut from it.
fn of_part(site: &Site) -> Option<&'static str> {
    let is_bytes = site.decision.as_ref().is_some_and(|decision| decision.message().starts_with("make([]byte"));
    let is_large = site.mean_object_bytes().is_some_and(|bytes| bytes >= LARGE_SLICE);
    // What is stored as it is, with no part of it cut, is held as a whole.
    let is_whole = site.decision.as_ref().is_some_and(|decision| {
        let has = |why: &str| decision.steps.iter().any(|step| &*step.why == why);
        (has(PART_OF_STRUCT) || has(CAPTURED)) && !has("slice")
    });
    kind_advice("large_bytes").filter(|_| is_bytes && is_large && !is_whole)
}

/// A large text of which parts are cut, or that a call gets which may cut them.
fn of_text(site: &Site) -> Option<&'static str> {
    let is_cut = site
        .decision
        .as_ref()
        .is_some_and(|decision| decision.steps.iter().any(|step| matches!(&*step.why, "slice" | "call parameter")));
    kind_advice(Reason::StringBuilding.name()).filter(|_| is_text(site) && is_large(site) && is_cut)
}

/// What a function value holds: what it captured, or the receiver of a method value.
fn of_function(site: &Site) -> Option<&'static str> {
    let decision = site.decision.as_ref()?;
    let is_captured = decision.steps.iter().any(|step| &*step.why == CAPTURED);
    kind_advice("closure").filter(|_| is_captured || decision.cause == Cause::MethodValue)
}

/// What keeps things of this kind as a rule.
fn by_kind(site: &Site) -> Option<&'static str> {
    if let Some(advice) = of_part(site) {
        return Some(advice);
    }
    if let Some(advice) = of_function(site) {
        return Some(advice);
    }
    if site.callee.as_deref().is_some_and(|callee| callee.starts_with("strings.Split")) {
        return kind_advice("parts");
    }
    // One buffer that grows has one memory in use.
    let is_many = site.inuse_objects >= MANY_BUFFERS;
    if site.is_buffer() {
        return kind_advice(if is_many { "many_buffers" } else { Reason::BufferGrowth.name() });
    }
    // What `bytes` makes is no text that others are parts of, and what is inside of a library is not the program's to cut.
    let may_have_parts = site.callee.as_deref().is_none_or(|callee| is_of_std(callee) && !callee.starts_with("bytes."));
    let of_builder = site.callee.as_deref().is_some_and(|callee| callee.starts_with("strings.(*Builder)"));
    let kind = match site.reason? {
        Reason::MapGrowth if is_many_small(site) => "many_maps",
        Reason::Compiler(Cause::SliceGrowth) if is_many && site.callee.is_none() => "many_slices",
        Reason::MapGrowth => Reason::MapGrowth.name(),
        // A slice within a library is not the program's to cut.
        Reason::Compiler(Cause::SliceGrowth) if site.callee.is_none() => Cause::SliceGrowth.name(),
        Reason::BufferGrowth if is_large(site) && of_builder => Reason::StringBuilding.name(),
        _ if is_text(site) && is_large(site) && may_have_parts => Reason::StringBuilding.name(),
        _ => return None,
    };
    kind_advice(kind)
}

/// Whether its objects are of many containers, and not the parts of a large one: that has few in use, and large ones.
fn is_many_small(site: &Site) -> bool {
    site.inuse_objects >= MANY_BUFFERS && site.mean_object_bytes().is_some_and(|bytes| bytes < LARGE_SLICE)
}

fn is_text(site: &Site) -> bool {
    let text = |reason| {
        matches!(reason, Reason::Compiler(Cause::StringConversion | Cause::Concatenation) | Reason::StringBuilding)
    };
    site.reason.is_some_and(text)
}

/// Whether a part of one of its objects would be much less than the whole.
fn is_large(site: &Site) -> bool {
    site.mean_object_bytes().is_some_and(|bytes| bytes >= LARGE_TEXT)
}

/// Why the compiler's step is one, as `-m=2` writes it.
const CAPTURED: &str = "captured by a closure";
/// In bytes: of what is smaller, a part is hardly less than the whole.
const LARGE_TEXT: f64 = 256.0;
/// More than one that grows and those that it outgrew.
const MANY_BUFFERS: i64 = 100;
/// In bytes: a buffer for reading, not a key or a name.
const LARGE_SLICE: f64 = 4096.0;

#[cfg(test)]
mod tests {
    use gomem_escape::EscapeLog;

    use super::*;

    const LOG: &str = "# example.com/app\n\
        ./a.go:7:7: &conn{} escapes to heap in open:\n\
        ./a.go:7:7:   flow: c ← &{storage for &conn{}}:\n\
        ./a.go:7:7:     from &conn{} (spill) at ./a.go:7:7\n\
        ./a.go:7:7:     from c := &conn{} (assign) at ./a.go:7:4\n\
        ./a.go:7:7:   flow: {heap} ← c:\n\
        ./a.go:7:7:     from runtime.AddCleanup[go.shape.int](&d, c, func literal, &handle{...}) (call parameter) at ./a.go:8:20\n\
        ./a.go:7:7: &conn{} escapes to heap\n\
        ./a.go:12:7: &conn{} escapes to heap in keep:\n\
        ./a.go:12:7:   flow: c ← &{storage for &conn{}}:\n\
        ./a.go:12:7:     from &conn{} (spill) at ./a.go:12:7\n\
        ./a.go:12:7:     from c := &conn{} (assign) at ./a.go:12:4\n\
        ./a.go:12:7:   flow: {heap} ← c:\n\
        ./a.go:12:7:     from conns[name] = c (assign) at ./a.go:13:14\n\
        ./a.go:12:7: &conn{} escapes to heap\n";

    #[test]
    fn the_last_step_that_stores_keeps_it() {
        let log = EscapeLog::decode(LOG.as_bytes()).unwrap();
        let [open, keep] = log.heap_decisions() else { panic!("two decisions") };
        assert_eq!(&*storing_step(open).unwrap().why, "call parameter");
        let callee = open.callee().unwrap();
        assert_eq!(callee.split('[').next(), Some("runtime.AddCleanup"));
        assert!(keep_advice(callee).unwrap().contains("must not reach the object"));
        assert_eq!((&*storing_step(keep).unwrap().from, keep.callee()), ("conns[name] = c", None));
    }

    #[test]
    fn what_a_function_makes_and_returns_keeps_nothing() {
        let log = |last: &str| {
            let text = format!(
                "# example.com/app\n\
                ./s.go:7:7: &session{{...}} escapes to heap in load:\n\
                ./s.go:7:7:   flow: s ← &{{storage for &session{{...}}}}:\n\
                ./s.go:7:7:     from &session{{...}} (spill) at ./s.go:7:7\n\
                ./s.go:7:7:     from s := &session{{...}} (assign) at ./s.go:7:4\n\
                ./s.go:7:7:   flow: ~r0 ← s:\n\
                ./s.go:7:7:     from {last} at ./s.go:11:2\n\
                ./s.go:9:20: append(s.grants, grant) escapes to heap in load:\n\
                ./s.go:9:20:   flow: {{heap}} ← &{{storage for append(s.grants, grant)}}:\n\
                ./s.go:9:20:     from append(s.grants, grant) (spill) at ./s.go:9:20\n\
                ./s.go:9:20:     from s.grants = append(s.grants, grant) (assign) at ./s.go:9:12\n\
                ./s.go:7:7: &session{{...}} escapes to heap\n\
                ./s.go:9:20: append escapes to heap\n"
            );
            EscapeLog::decode(text.as_bytes()).unwrap()
        };
        let step =
            |log: &EscapeLog| lasting_step(&log.heap_decisions()[1], Some(log)).map(|step| step.from.to_string());
        assert_eq!(step(&log("return s (return)")), None, "its caller has it");
        let kept = Some("s.grants = append(s.grants, grant)".to_owned());
        assert_eq!(step(&log("all[id] = s (assign)")), kept, "and that keeps the session");
        assert_eq!(step(&log("run(s) (call parameter)")), kept, "a function that goes on has it");
    }

    #[test]
    fn the_result_of_an_inlined_call_keeps_nothing() {
        let log = "# bytes\n\
            ./buffer.go:77:15: string(b.buf[b.off:]) escapes to heap in (*Buffer).String:\n\
            ./buffer.go:77:15:   flow: ~r0 ← &{storage for string(b.buf[b.off:])}:\n\
            ./buffer.go:77:15:     from string(b.buf[b.off:]) (spill) at ./buffer.go:77:15\n\
            ./buffer.go:77:15:     from ~r0 = string(b.buf[b.off:]) (assign-pair) at ./buffer.go:77:15\n\
            ./buffer.go:77:15: string(b.buf[b.off:]) escapes to heap\n";
        let log = EscapeLog::decode(log.as_bytes()).unwrap();
        assert_eq!(storing_step(&log.heap_decisions()[0]), None);
    }
}
