//! What a goroutine waits for, and where.

use foldhash::HashMap;
use gomem_pprof::{Profile, Sample};
use gomem_symbol::{Modules, Origin, Symbol, is_starter, package_name};
use gomem_table::Unit;

use crate::{
    attribution::{Place, first_frame},
    findings::calls::call_advice::{goroutine_advice, served_advice, wait_advice},
};

/// Goroutines that wait for the same thing at the same place, and were made at the same place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Wait {
    /// `chan receive`, `select`, …
    pub(crate) state: String,
    /// The nearest line of the program's own code, and else of a library.
    pub(crate) at: Place,
    /// The function that they run, where no line of the program's own code is on the stack.
    pub(crate) library_entry: Option<String>,
    /// What to do where the program's own line calls this and does not come back.
    inside: Option<&'static str>,
    /// What ends them where a server runs them for a client.
    served: Option<&'static str>,
    /// The function that made them, or for want of it the function that they run.
    origin: Creator,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Creator {
    CreatedBy(String, Option<String>),
    Runs(String),
}

impl Wait {
    pub(crate) fn from_sample(sample: Sample<'_>, modules: &Modules) -> Option<Self> {
        let origin = |line: &gomem_pprof::Line<'_>| {
            line.function()
                .map(|function| modules.origin(Symbol::decode(function.name()).package(), function.path().as_str()))
        };
        let own = sample.frames().find(|line| origin(line) == Some(Origin::User));
        let is_runtime = |line: &gomem_pprof::Line<'_>| matches!(origin(line), Some(Origin::Runtime) | None);
        let outside = || sample.frames().find(|line| !is_runtime(line));
        let first = first_frame(sample).or_else(|| sample.frames().last());
        let entry = || first?.function().map(|function| function.name().to_owned());
        let library_entry = if own.is_none() { entry() } else { None };
        // In a library, where its own code is left, not where it waits in what that calls.
        let of_entry = || {
            let package = library_entry.as_deref().map(package_of)?;
            let is_of_entry = |name: &str| package_of(name) == package;
            sample
                .frames()
                .find(|line| !is_runtime(line) && line.function().is_some_and(|function| is_of_entry(function.name())))
        };
        let inner = sample.frames().take_while(|line| origin(line) != Some(Origin::User));
        let known = |line: gomem_pprof::Line<'_>| wait_advice(line.function()?.name());
        // Whose code is whose may be guessed: a function that has a row is a library's.
        let inside = inner.filter_map(known).last().or_else(|| own.and_then(known));
        let at = Place::from_frame(own.or_else(of_entry).or_else(outside).or_else(|| sample.frames().next())?);
        let state = match label(sample, "state") {
            Some(state) => state.to_owned(),
            None => state_of(sample).to_owned(),
        };
        let origin = match label(sample, "created by") {
            Some(creator) if !is_starter(creator) => Creator::CreatedBy(
                Symbol::decode(creator).short(),
                label(sample, "created at").map(|place| place.split(" +").next().unwrap_or(place).to_owned()),
            ),
            _ => Creator::Runs(first.map_or_else(String::new, |line| Place::from_frame(line).short_function())),
        };
        let served = entry().as_deref().filter(|_| own.is_some()).and_then(served_advice);
        Some(Self { state, at, library_entry, inside, served, origin })
    }

    /// Whether nothing can ever wake it.
    pub(crate) fn is_for_ever(&self) -> bool {
        self.state.ends_with("(nil chan)") || self.state == "select (no cases)"
    }

    /// Whether it is seen to wait for something, and neither runs nor is about to.
    pub(crate) fn is_seen(&self) -> bool {
        !matches!(&*self.state, NOT_SEEN | "running" | "runnable")
    }

    pub(crate) fn text(&self) -> String {
        let origin = match &self.origin {
            Creator::CreatedBy(function, Some(place)) => format!("made by `{function}` at `{place}`"),
            Creator::CreatedBy(function, None) => format!("made by `{function}`"),
            Creator::Runs(function) => format!("each running `{function}`"),
        };
        let state = if self.state == NOT_SEEN { String::new() } else { format!("in {} ", self.state) };
        format!("{state}at `{}` (`{}`), {origin}", self.at.short(), self.at.short_function())
    }

    /// The package whose goroutines they are, where nothing more is known of it.
    pub(crate) fn library(&self) -> Option<String> {
        let entry = self.library_entry.as_deref().filter(|entry| goroutine_advice(entry).is_none())?;
        self.inside.is_none().then(|| package_of(entry))
    }

    /// What to do, with what else `all` goroutines do; `passed` are those that came past it.
    pub(crate) fn action(&self, all: &[(Self, i64)], passed: Option<&Passed>) -> String {
        if let Some(passed) = passed {
            return passed.action(&self.at);
        }
        let of_entry = || goroutine_advice(self.library_entry.as_deref()?);
        if self.state.starts_with("sync.WaitGroup") && self.library_entry.is_some() && of_entry().is_none() {
            return format!(
                "The goroutines at `{}` wait for others that they started (WaitGroup.Wait): they end when those do. See what those \
                 wait for, in the whole dump.",
                self.at.short()
            );
        }
        if let Some(entry) = &self.library_entry {
            let known = of_entry().or(self.inside);
            return known.map_or_else(|| of_library(entry, self.creator()), str::to_owned);
        }
        if let Some(advice) = self.inside {
            return format!(
                "See why the goroutines at `{}` wait for ever. {advice}{}",
                self.at.short(),
                self.as_served()
            );
        }
        let wait = what_ends(&self.state);
        let holder = self.likely_holder(all).map_or_else(String::new, |holder| {
            format!(" `{}` at `{}`, in {}, may hold it.", holder.at.short_function(), holder.at.short(), holder.state)
        });
        format!("See why the goroutines at `{}` wait for ever: {wait}.{holder}{}", self.at.short(), self.as_served())
    }

    /// The function that made them, where that is known.
    fn creator(&self) -> Option<&str> {
        match &self.origin {
            Creator::CreatedBy(function, _) => Some(function),
            Creator::Runs(_) => None,
        }
    }

    fn as_served(&self) -> String {
        self.served.map_or_else(String::new, |advice| format!(" {advice}"))
    }

    /// Who may hold the lock: another goroutine in a method of the same type that does not wait for a lock.
    fn likely_holder<'g>(&self, all: &'g [(Self, i64)]) -> Option<&'g Self> {
        let is_lock = |state: &str| state.contains("Mutex") || state.starts_with("semacquire");
        let of = |wait: &Self| {
            let symbol = Symbol::decode(wait.at.function());
            Some((symbol.package().to_owned(), symbol.receiver()?.trim_start_matches('*').to_owned()))
        };
        let own = of(self).filter(|_| is_lock(&self.state))?;
        all.iter().map(|(wait, _)| wait).find(|wait| !is_lock(&wait.state) && of(wait).as_ref() == Some(&own))
    }
}

/// Goroutines that came past a place at which others wait for room: a semaphore lets some through.
#[derive(Debug)]
pub(crate) struct Passed {
    count: i64,
    /// What the most of them do.
    most: Wait,
}

impl Passed {
    /// Those of `profile` that came past the line of `waiting` in the same function, if that waits for room: a channel that is
    /// sent to, a semaphore.
    pub(crate) fn find(profile: &Profile, modules: &Modules, waiting: &Wait) -> Option<Self> {
        let is_for_room = waiting.state.starts_with("chan send") || waiting.inside == wait_advice(ACQUIRE);
        if !is_for_room || waiting.library_entry.is_some() {
            return None;
        }
        let is_past = |sample: &Sample<'_>| {
            let places = sample.frames().map(Place::from_frame);
            let in_function = places.filter(|place| place.function() == waiting.at.function()).last();
            in_function.is_some_and(|place| place.line > waiting.at.line)
        };
        let mut groups: HashMap<Wait, i64> = HashMap::default();
        for sample in profile.samples().filter(is_past) {
            let Some(wait) = Wait::from_sample(sample, modules) else { continue };
            let count = groups.entry(wait).or_default();
            *count = count.saturating_add(sample.value(0));
        }
        let count = groups.values().fold(0_i64, |sum, count| sum.saturating_add(*count));
        let (most, _) = groups.into_iter().max_by(|a, b| {
            let by_place = || (&b.0.at, &b.0.state).cmp(&(&a.0.at, &a.0.state));
            a.1.cmp(&b.1).then_with(by_place)
        })?;
        Some(Self { count, most })
    }

    fn action(&self, at: &Place) -> String {
        let (count, most) = (self.count, &self.most);
        format!(
            "The goroutines at `{}` wait for room, and {count} came past it: they are in {} at `{}`. Where those go on, more is \
             started than gets done: take the room before a goroutine is started (or errgroup.SetLimit, or a fixed set of workers), so \
             that what starts them waits, and bound what may wait. Where they do not go on, see why.",
            at.short(),
            most.state,
            most.at.short()
        )
    }
}

/// What has to come for goroutines that wait so.
pub(crate) fn what_ends(state: &str) -> &'static str {
    match state {
        state if state.ends_with("(nil chan)") => {
            "the channel is nil, as it was never made, and nothing ever comes of it: make it before anyone waits"
        }
        state if state.starts_with("chan receive") => "the channel must be closed, or sent to, on every path",
        state if state.starts_with("chan send") => "someone must receive on every path, or the channel needs room",
        state if state.starts_with("syscall") => {
            "what the system or C does for it must come to an end: a deadline, or a close"
        }
        "select (no cases)" => "a select without cases never ends: wait for a context instead",
        state if state.starts_with("select") => "one of its cases must come: pass a context and cancel it",
        state if state.starts_with("IO wait") => "the connection needs a deadline",
        state if state.starts_with("coroutine") => "stop, which iter.Pull returns, must be called on every path",
        state if state.starts_with("sleep") => "the loop around it needs an end: a context",
        state if state.starts_with("sync.WaitGroup") => "each Add needs its Done, on every path",
        state if state.starts_with("sync.Cond") => "someone must Signal or Broadcast after the change they wait for",
        state if state.starts_with("sync") || state.starts_with("semacquire") => {
            "whoever holds the lock, or is waited for, never lets go, or does so more slowly than they come"
        }
        _ => "find what should end them",
    }
}

/// What to do about goroutines that run `entry`, a library's: which of its functions starts them tells what has to be undone.
fn of_library(entry: &str, creator: Option<&str>) -> String {
    let symbol = Symbol::decode(entry);
    let (package, runs) = (package_name(symbol.package()), symbol.short());
    let kind = symbol.receiver().map(|receiver| receiver.trim_start_matches('*'));
    match (creator, kind) {
        (Some(creator), _) => format!(
            "`{creator}` of package {package} starts them (`{runs}`), and no line of yours is on their stacks: each call of yours that comes to it \
             has something to undo when it is done (Close, Stop, Unsubscribe, or a context to cancel). Or make one and share it."
        ),
        (None, Some(kind)) => format!(
            "A `{package}.{kind}` starts them (`{runs}`), when it is made or when it is used: Close, Stop or cancel each when it is done, \
             or make one and share it."
        ),
        (None, None) => format!(
            "They are started by package {package} (`{runs}`), and no line of yours is on their stacks: close, stop or cancel what \
             starts them."
        ),
    }
}

pub(crate) fn package_of(function: &str) -> String {
    Symbol::decode(function).package().to_owned()
}

/// What a goroutine waits for, by the function of the runtime that it waits in.
fn state_of(sample: Sample<'_>) -> &'static str {
    let names = || sample.frames().filter_map(|line| line.function()).map(|function| function.name()).take(8);
    for name in names() {
        let state = match name {
            "runtime.selectgo" => "select",
            "runtime.netpollblock" => "IO wait",
            "time.Sleep" => "sleep",
            "runtime.coroswitch" => "coroutine",
            "runtime.block" => "select (no cases)",
            "sync.runtime_notifyListWait" => "sync.Cond.Wait",
            // As goroutine dumps call both: the system does something for it, or C does.
            "runtime.cgocall" | "runtime.notetsleepg" | "runtime.entersyscallblock" => "syscall",
            _ if name.starts_with("syscall.") || name.starts_with("internal/runtime/syscall.") => "syscall",
            _ if name.starts_with("runtime.chanrecv") => "chan receive",
            _ if name.starts_with("runtime.chansend") => "chan send",
            _ if name.starts_with("sync.runtime_Semacquire") || name.contains("runtime_SemacquireMutex") => {
                names().find_map(acquired).unwrap_or("semacquire")
            }
            _ => continue,
        };
        return state;
    }
    // A profile of a running program has one goroutine that runs, the one that writes the profile. Another whose wait is not
    // seen is of `debug=1`, which leaves the names of the runtime's own frames out.
    let is_the_writer = names().next().is_some_and(|name| name.starts_with("runtime"));
    if is_the_writer { "running" } else { NOT_SEEN }
}

/// Of a goroutine whose wait is not told.
const NOT_SEEN: &str = "an unknown state";

/// What a function of `sync` waits for, as goroutine dumps write it since Go 1.25 (`waitReasonStrings` in `runtime/runtime2.go`).
fn acquired(function: &str) -> Option<&'static str> {
    Some(match function {
        "sync.(*WaitGroup).Wait" => "sync.WaitGroup.Wait",
        "sync.(*Mutex).Lock" => "sync.Mutex.Lock",
        "sync.(*RWMutex).RLock" => "sync.RWMutex.RLock",
        "sync.(*RWMutex).Lock" => "sync.RWMutex.Lock",
        _ => return None,
    })
}

const ACQUIRE: &str = "golang.org/x/sync/semaphore.(*Weighted).Acquire";

pub(crate) fn label<'a>(sample: Sample<'a>, key: &str) -> Option<&'a str> {
    sample.labels().find(|label| label.key == key && !label.text.is_empty()).map(|label| label.text)
}

/// For how many minutes a goroutine of a dump has waited, where that is one or more.
pub(crate) fn minutes(sample: Sample<'_>) -> Option<i64> {
    sample.labels().find(|label| label.key == "wait").map(|label| label.number)
}

pub(crate) fn minutes_in_words(minutes: i64) -> String {
    Unit::Seconds.humanize(minutes as f64 * 60.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        bundle::{Artifact, Bundle},
        report::Report,
    };

    /// Title and action of what is said of a dump of many goroutines in one wait.
    fn of_crowd(state: &str) -> (String, String) {
        let goroutine = |number: i64| format!("goroutine {number} [{state}]:\nmain.wait()\n\t/app/wait.go:9 +0x1\n\n");
        let text: String = (1..=150).map(goroutine).collect();
        let dump = Artifact { name: "dump.txt".into(), bytes: text.into(), modified_ms: None };
        let report = Report::from_bundle(&Bundle::from_artifacts("run", vec![dump]));
        report.findings().first().map(|first| (first.title.clone(), first.action.clone())).unwrap_or_default()
    }

    #[test]
    fn what_nothing_can_wake_is_a_leak() {
        for (state, why) in [
            ("chan receive (nil chan)", "the channel is nil"),
            ("select (no cases)", "a select without cases never ends"),
        ] {
            let (title, action) = of_crowd(state);
            assert_eq!(title, "Leak: 150 of 150 goroutines are at app/wait.go:9, and can never go on");
            assert!(action.contains(why), "{action}");
        }
        for state in ["chan receive", "select"] {
            assert_eq!(of_crowd(state).0, "150 of 150 goroutines are at app/wait.go:9");
        }
    }

    #[test]
    fn what_starts_them_has_something_to_undo() {
        let entry = "example.com/bus-go.(*Conn).deliver";
        let known = of_library(entry, Some("bus.(*Conn).subscribe"));
        assert!(
            known.starts_with("`bus.(*Conn).subscribe` of package bus starts them (`bus.(*Conn).deliver`)"),
            "{known}"
        );
        let unknown = of_library(entry, None);
        assert!(
            unknown.starts_with("A `bus.Conn` starts them (`bus.(*Conn).deliver`), when it is made or when it is used"),
            "{unknown}"
        );
        let function = of_library("example.com/bus-go.deliver", None);
        assert!(function.starts_with("They are started by package bus (`bus.deliver`)"), "{function}");
    }
}
