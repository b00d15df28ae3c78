//! The one goroutine that runs finalizers, or one that runs cleanups, waits in a function of the program: then no other runs.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::Rule;
use gomem_pprof::{Profile, Sample};
use gomem_symbol::{Modules, Origin, Symbol};

use crate::{
    bundle::Bundle,
    findings::{
        calls::call_advice::keep_advice,
        finding::{Finding, FindingKind},
        goroutine::{
            in_order::InOrder,
            wait::{Wait, what_ends},
            waiting::modules_of,
        },
    },
};

/// Says so with a leak that finalizers keep, and else by itself: where two profiles show it in the same wait.
pub(crate) fn tell(bundle: &Bundle, findings: &mut Vec<Finding>) {
    let Some(stuck) = Stuck::find(bundle) else { return };
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

/// Where it waits.
struct Stuck {
    wait: Wait,
    runner: &'static str,
    profiles: usize,
}

impl Stuck {
    fn find(bundle: &Bundle) -> Option<Self> {
        let in_order = InOrder::find(bundle.goroutines().iter())?;
        let mut latest = in_order.profiles.iter().rev().map(|profile| in_user_code(profile));
        let (wait, runner) = latest.next()??;
        let before = latest.take_while(|other| other.as_ref().is_some_and(|(other, _)| *other == wait)).count();
        (before > 0).then_some(Self { wait, runner, profiles: before + 1 })
    }

    fn words(&self) -> String {
        format!(
            "The goroutine that runs {} is in {} at `{}` (`{}`), the same in the last {} goroutine profiles.",
            self.runner,
            self.wait.state,
            self.wait.at.short(),
            self.wait.at.short_function(),
            self.profiles
        )
    }

    fn action(&self) -> String {
        format!(
            "Let `{}` return without waiting: {}. Until it does, {} of other objects do not run, and what they should free stays.",
            self.wait.at.short_function(),
            what_ends(&self.wait.state),
            self.runner
        )
    }

    fn finding(self) -> Finding {
        let title = format!("No {} run: one waits at {}", self.runner, self.wait.at.short());
        let mut finding = Finding::new(FindingKind::Runtime, Severity::Warning, title);
        finding.summary = self.words();
        finding.action = self.action();
        finding.confidence = Confidence::Medium;
        let seen =
            Evidence::new("goroutine profiles with it in that wait", self.profiles as f64, gomem_table::Unit::Count);
        finding.evidence.push(seen.with_source("goroutine profile"));
        finding.place = Some(self.wait.at);
        finding
    }
}

/// Where a goroutine that runs finalizers or cleanups waits in what it runs.
fn in_user_code(profile: &Profile) -> Option<(Wait, &'static str)> {
    let modules = modules_of(profile);
    profile.samples().find_map(|sample| {
        let runner = runner(sample)?;
        let wait = Wait::from_sample(sample, &modules).filter(Wait::is_seen)?;
        is_in_program(sample, &modules).then_some((wait, runner))
    })
}

fn runner(sample: Sample<'_>) -> Option<&'static str> {
    let mut names = sample.frames().filter_map(|line| line.function());
    names.find_map(|function| RUNNERS.iter().find(|(name, _)| *name == function.name())).map(|(_, runs)| *runs)
}

/// Whether a frame above the runtime's is the program's or a library's: else it waits for the next object.
fn is_in_program(sample: Sample<'_>, modules: &Modules) -> bool {
    let mut functions = sample.frames().filter_map(|line| line.function());
    functions.any(|function| {
        let package = Symbol::decode(function.name()).package().to_owned();
        modules.origin(&package, function.path().as_str()) != Origin::Runtime
    })
}

/// Go has one goroutine for finalizers; cleanups have several since Go 1.25, which one blocked function holds up in part.
const RUNNERS: [(&str, &str); 3] =
    [("runtime.runFinalizers", "finalizers"), ("runtime.runfinq", "finalizers"), ("runtime.runCleanups", "cleanups")];

#[cfg(test)]
mod tests {
    use crate::{
        bundle::{Artifact, Bundle},
        report::Report,
    };

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
        assert!(titles.iter().any(|title| title == "No finalizers run: one waits at app/pool.go:24"), "{titles:?}");
    }

    #[test]
    fn one_that_waits_for_objects_or_goes_on_is_not() {
        let idle = "runtime.gopark(0x1, 0x2)\n\t/go/src/runtime/proc.go:461 +0xce\n";
        let elsewhere = "main.close(0xc000012345)\n\t/app/pool.go:40 +0x1d\n";
        for frames in [[idle, idle], [BLOCKED, idle], [idle, BLOCKED], [elsewhere, BLOCKED]] {
            let titles = told(frames);
            assert!(titles.iter().all(|title| !title.contains("finalizers run")), "{titles:?}");
        }
    }
}
