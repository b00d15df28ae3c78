//! The one goroutine that runs finalizers, or one that runs cleanups, waits in a function of the program: then no other finalizer runs.

use std::sync::Arc;

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::Rule;
use gomem_pprof::{Profile, Sample};
use gomem_symbol::{Modules, Origin, Symbol};
use gomem_table::Unit;

use crate::{
    bundle::Bundle,
    findings::{
        calls::call_advice::keep_advice,
        finding::{Finding, FindingKind},
        goroutine::{
            in_order::InOrder,
            wait::{Wait, minutes, minutes_in_words, what_ends},
            waiting::modules_of,
        },
    },
};

/// Says so with a leak that finalizers keep, and else by itself.
pub(crate) fn tell(bundle: &Bundle, findings: &mut Vec<Finding>) {
    let Some(stuck) = Stuck::find(bundle.goroutines()) else { return };
    let of_finalizer = keep_advice("runtime.SetFinalizer").unwrap_or_default();
    let is_leak = |finding: &&mut Finding| {
        finding.rules.contains(&Rule::FinalizerBacklog)
            || (finding.kind == FindingKind::Leak && finding.action.contains(of_finalizer))
    };
    match findings.iter_mut().find(is_leak) {
        Some(leak) => {
            leak.summary += &format!(" {}", stuck.words());
            leak.action = format!("{} {}", stuck.action(), leak.action);
        }
        None => findings.push(stuck.finding()),
    }
}

/// A finalizer or a cleanup that does not return.
struct Stuck {
    wait: Wait,
    runner: Runner,
    seen: Seen,
}

/// How it is known that it does not go on.
#[derive(Clone, Copy)]
enum Seen {
    /// So many goroutine profiles, the last ones, have it in the same wait.
    InProfiles(usize),
    /// The last dump says for how many minutes.
    ForMinutes(i64),
}

impl Stuck {
    /// In the latest profile that there is, or the last one where their order is not known.
    fn find(profiles: &[Arc<Profile>]) -> Option<Self> {
        let in_order = InOrder::find(profiles.iter()).map(|in_order| in_order.profiles);
        let in_order = in_order.unwrap_or_else(|| profiles.last().map(|last| &**last).into_iter().collect());
        let mut latest = in_order.into_iter().rev().map(Running::find);
        let Running { wait, runner, minutes } = latest.next()??;
        let before = || latest.take_while(|other| other.as_ref().is_some_and(|other| other.wait == wait)).count();
        let seen = match minutes.filter(|minutes| *minutes >= LONG) {
            Some(minutes) => Seen::ForMinutes(minutes),
            None => Some(before()).filter(|before| *before > 0).map(|before| Seen::InProfiles(before + 1))?,
        };
        Some(Self { wait, runner, seen })
    }

    fn words(&self) -> String {
        let (state, place, function) = (&self.wait.state, self.wait.at.short(), self.wait.at.short_function());
        let seen = match self.seen {
            Seen::InProfiles(profiles) => format!("the same in the last {profiles} goroutine profiles"),
            Seen::ForMinutes(minutes) => format!("for {} by now", minutes_in_words(minutes)),
        };
        let runs = self.runner.plural();
        format!(
            "The goroutine that runs {runs} is in {state} at `{place}` (`{function}`), {seen}. {}",
            self.runner.costs()
        )
    }

    fn action(&self) -> String {
        format!(
            "Let `{}` return without waiting: {}, or let it only hand over (a send with `default`), or start a goroutine for what takes time.",
            self.wait.at.short_function(),
            what_ends(&self.wait.state),
        )
    }

    fn finding(self) -> Finding {
        let place = self.wait.at.short();
        let since = match self.seen {
            Seen::InProfiles(_) => "waits".to_owned(),
            Seen::ForMinutes(minutes) => format!("has waited for {}", minutes_in_words(minutes)),
        };
        let title = match self.runner {
            Runner::Finalizers => format!("No finalizer runs: one {since} at {place}"),
            Runner::Cleanups => format!("A cleanup {since} at {place}"),
        };
        let is_long = matches!(self.seen, Seen::ForMinutes(VERY_LONG..)) && self.runner == Runner::Finalizers;
        let severity = if is_long { Severity::Critical } else { Severity::Warning };
        let mut finding = Finding::new(FindingKind::Runtime, severity, title);
        finding.summary = self.words();
        finding.action = self.action();
        let (confidence, evidence) = match self.seen {
            Seen::InProfiles(profiles) => {
                let name = "goroutine profiles with it in that wait";
                (Confidence::Medium, Evidence::new(name, profiles as f64, Unit::Count))
            }
            Seen::ForMinutes(minutes) => {
                (Confidence::High, Evidence::new("its wait", minutes as f64 * 60.0, Unit::Seconds))
            }
        };
        finding.confidence = confidence;
        finding.evidence.push(evidence.with_source("goroutine profile"));
        finding.place = Some(self.wait.at);
        finding
    }
}

/// What a goroutine of the runtime runs for the program.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Runner {
    Finalizers,
    Cleanups,
}

impl Runner {
    fn from_function(name: &str) -> Option<Self> {
        match name {
            "runtime.runFinalizers" | "runtime.runfinq" => Some(Self::Finalizers),
            "runtime.runCleanups" => Some(Self::Cleanups),
            _ => None,
        }
    }

    fn plural(self) -> &'static str {
        match self {
            Self::Finalizers => "finalizers",
            Self::Cleanups => "cleanups",
        }
    }

    /// `runtime/mfinal.go` has one goroutine for finalizers, `runtime/mcleanup.go` several for cleanups (since Go 1.25).
    fn costs(self) -> &'static str {
        match self {
            Self::Finalizers => {
                "One goroutine runs all finalizers, one after the other: until this one returns, whatever has a finalizer stays in memory, with \
                 all that it refers to, and so does what it would free outside of Go."
            }
            Self::Cleanups => "While it waits, one goroutine less runs the others.",
        }
    }
}

/// Where a goroutine that runs finalizers or cleanups waits in what it runs.
struct Running {
    wait: Wait,
    runner: Runner,
    /// For how long, where a dump says so.
    minutes: Option<i64>,
}

impl Running {
    fn find(profile: &Profile) -> Option<Self> {
        let mut runners = profile.samples().filter_map(|sample| Some((sample, runner(sample)?))).peekable();
        runners.peek()?;
        let modules = modules_of(profile);
        let found = runners.filter_map(|(sample, runner)| {
            let wait = Wait::from_sample(sample, &modules).filter(Wait::is_seen)?;
            is_in_program(sample, &modules).then_some(Self { wait, runner, minutes: minutes(sample) })
        });
        found.max_by_key(|found| found.minutes)
    }
}

fn runner(sample: Sample<'_>) -> Option<Runner> {
    sample.frames().filter_map(|line| line.function()).find_map(|function| Runner::from_function(function.name()))
}

/// Whether a frame above the runtime's is the program's or a library's: else it waits for the next object.
fn is_in_program(sample: Sample<'_>, modules: &Modules) -> bool {
    let mut functions = sample.frames().filter_map(|line| line.function());
    functions.any(|function| {
        let package = Symbol::decode(function.name()).package().to_owned();
        modules.origin(&package, function.path().as_str()) != Origin::Runtime
    })
}

/// Judgements: a finalizer that works does not take so many minutes.
const LONG: i64 = 10;
const VERY_LONG: i64 = 60;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bundle::Artifact, report::Report};

    /// The titles of what is said of two dumps, in which the goroutine of finalizers is in these frames.
    fn told(frames: [&str; 2]) -> Vec<String> {
        let dump = |(step, frames): (usize, &str)| {
            let goroutine = format!(
                "goroutine 5 [chan send]:\n{frames}runtime.runFinalizers()\n\t/go/src/runtime/mfinal.go:256 +0x107\n"
            );
            let created = "created by runtime.createfing in goroutine 1\n\t/go/src/runtime/mfinal.go:187 +0x3d\n\n";
            let other = format!("goroutine {} [select]:\nmain.work()\n\t/app/work.go:9 +0x1\n\n", 20 + step);
            let main = "goroutine 1 [select]:\nmain.main()\n\t/app/main.go:5 +0x1\n\n";
            Artifact {
                name: format!("goroutines-{step}.txt"),
                bytes: format!(
                    "{main}{goroutine}{created}{}{other}",
                    if step == 1 { "goroutine 20 [select]:\nmain.work()\n\t/app/work.go:9 +0x1\n\n" } else { "" }
                )
                .into(),
                modified_ms: None,
            }
        };
        let report =
            Report::from_bundle(&Bundle::from_artifacts("run", frames.into_iter().enumerate().map(dump).collect()));
        report.findings().iter().map(|finding| finding.title.clone()).collect()
    }

    const BLOCKED: &str = "main.giveBack(0xc000012345)\n\t/app/pool.go:24 +0x1d\n";

    #[test]
    fn a_finalizer_that_waits_is_told() {
        let titles = told([BLOCKED, BLOCKED]);
        assert!(titles.iter().any(|title| title == "No finalizer runs: one waits at app/pool.go:24"), "{titles:?}");
    }

    #[test]
    fn one_that_waits_for_objects_or_goes_on_is_not() {
        let idle = "runtime.gopark(0x1, 0x2)\n\t/go/src/runtime/proc.go:461 +0xce\n";
        let elsewhere = "main.close(0xc000012345)\n\t/app/pool.go:40 +0x1d\n";
        for frames in [[idle, idle], [BLOCKED, idle], [idle, BLOCKED], [elsewhere, BLOCKED]] {
            let titles = told(frames);
            assert!(titles.iter().all(|title| !title.contains("finalizer runs")), "{titles:?}");
        }
    }

    #[test]
    fn one_dump_says_for_how_long() {
        let told = |state: &str, inner: &str| {
            let dump = format!(
                "goroutine 18 [{state}]:\n{inner}runtime.runfinq()\n\t/usr/local/go/src/runtime/mfinal.go:255 +0x107\ncreated by \
                 runtime.createfing in goroutine 1\n\t/usr/local/go/src/runtime/mfinal.go:163 +0x3d\n\ngoroutine 1 [IO wait, 931 \
                 minutes]:\nmain.main()\n\t/src/geo/main.go:40 +0x1f1\n"
            );
            let artifact = Artifact { name: "g.txt".to_owned(), bytes: dump.into_bytes(), modified_ms: None };
            let bundle = Bundle::from_artifacts("one", vec![artifact]);
            let found = Stuck::find(bundle.goroutines()).map(Stuck::finding);
            found.map(|finding| (finding.title, finding.severity))
        };
        let release = "main.(*handle).release(0xc00042a180)\n\t/src/geo/handle.go:71 +0x8c\n";
        let (title, severity) = told("chan send, 912 minutes", release).unwrap();
        assert_eq!(
            (&*title, severity),
            ("No finalizer runs: one has waited for 15.2 h at geo/handle.go:71", Severity::Critical)
        );
        assert_eq!(told("chan send, 12 minutes", release).unwrap().1, Severity::Warning);
        assert_eq!(told("chan send, 3 minutes", release), None);
        assert_eq!(told("chan send", release), None);
        // It waits for something to do.
        assert_eq!(told("finalizer wait, 912 minutes", ""), None);
    }
}
