//! What grows without end, as a finding.

use gomem_escape::EscapeLog;
use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::{Diagnosis, Rule, Verdict};
use gomem_pprof::SiteGrowth;
use gomem_symbol::Symbol;
use gomem_table::{Unit, percent};

use crate::{
    attribution::{Site, accounts},
    findings::{
        calls::{
            call_advice::{bound_of, goroutine_advice, handed_advice, is_of_std, is_writer},
            module_calls::calls_in_words,
        },
        finding::{Finding, FindingKind},
        goroutine::goroutines::GoroutineCount,
        growth::GrowingSite,
        keeping::keeper::{Keeper, keeper},
        leak::kept_together::KeptTogether,
        live_heap::LiveHeap,
    },
};

/// The finding of lines that grow together, `others` beside them; what the metrics say of the live heap, and whether the rules call that
/// a leak, makes it surer.
pub(crate) fn leak(
    together: &KeptTogether<'_>,
    others: &[&GrowingSite],
    joined @ (sites, _): (&[Site], Option<&EscapeLog>),
    live_heap: Option<&LiveHeap>,
    is_leaking: bool,
    goroutines: &GoroutineCount,
) -> Finding {
    let growing = together.first;
    let growth = &growing.growth;
    let certainty = Certainty::new(growth, live_heap, is_leaking);
    let bound = bound_of(&growing.sites);
    let let_go_before = let_go_before(growth).filter(|_| !certainty.is_confirmed);
    let inuse_fraction = together.inuse_fraction();
    let is_critical = certainty.is_confirmed && inuse_fraction >= LARGE_SHARE && bound.is_none();
    let severity = if is_critical { Severity::Critical } else { Severity::Warning };
    let what = match (bound, let_go_before) {
        (Some(_), _) => "Growth up to a bound",
        (None, Some(_)) => "Growth, after more was let go",
        (None, None) => "Leak",
    };
    let title = format!(
        "{what}: {} {} {} ({} of the live heap), {} more each hour",
        together.places(),
        if together.others.is_empty() { "keeps" } else { "keep" },
        Unit::Bytes.humanize(together.inuse_bytes() as f64),
        percent(inuse_fraction, 0),
        Unit::Bytes.humanize(together.bytes_per_hour())
    );
    let mut finding = Finding::new(FindingKind::Leak, severity, title);
    finding.summary = course(together, let_go_before, live_heap);
    let entry = growing.sites.first().and_then(|site| site.reached_from.as_ref());
    if let Some(entry) = entry.filter(|_| bound.is_none())
        && let Some(calls) = calls_in_words(entry.function(), &accounts(sites).0)
    {
        finding.summary += &format!(" No line of the program is on the stack: it is made for {calls}.");
    }
    let of_entry = entry.and_then(|entry| match goroutines {
        // Goroutines that end keep nothing: what they made was handed to somebody.
        GoroutineCount::Level => Some(handed_advice(entry.function()).unwrap_or(HANDED)),
        GoroutineCount::Leaks(_) | GoroutineCount::NotKnown => goroutine_advice(entry.function()),
    });
    let held = goroutines.leaked().and_then(|goroutines| goroutines.hold(growing));
    finding.action = action(together, others, joined, (bound.or(of_entry), held.is_some()), goroutines);
    if let Some(why) = held {
        finding.summary += &format!(" {why}");
    }
    finding.confidence = if let_go_before.is_some() { Confidence::Low } else { certainty.confidence() };
    finding.bytes = Some(together.inuse_bytes());
    finding.bytes_fraction = Some(inuse_fraction);
    // A cause is of all the bytes of the title.
    let of_all = |site: &GrowingSite| site.largest().and_then(Site::cause);
    if together.others.iter().all(|other| of_all(other) == of_all(growing)) {
        finding.cause = of_all(growing);
        finding.compiler_message = growing.largest().and_then(Site::compiler_message);
    }
    finding.place = Some(growing.place.clone());
    finding.evidence = evidence(together, live_heap);
    if live_heap.is_none() {
        finding.confounders.push("no metrics: a cache that still fills looks the same".into());
    }
    finding.confounders.push("a bounded cache that has not reached its bound grows the same way".into());
    finding
}

/// How sure it is that a line grows, and goes on growing.
struct Certainty {
    /// Whether the metrics have the live heap rise.
    is_rising: bool,
    is_trend: bool,
    is_beyond_chance: bool,
    /// By the metrics, or by their rules.
    is_confirmed: bool,
}

impl Certainty {
    fn new(growth: &SiteGrowth, live_heap: Option<&LiveHeap>, is_leaking: bool) -> Self {
        let is_rising = live_heap.is_some_and(LiveHeap::rises);
        let is_trend = growth.points.len() >= SiteGrowth::ENOUGH_PROFILES;
        let is_beyond_chance = growth.significance.is_none_or(|sigmas| sigmas >= BEYOND_CHANCE);
        let is_confirmed = (is_rising && is_trend) || (is_leaking && is_beyond_chance);
        Self { is_rising, is_trend, is_beyond_chance, is_confirmed }
    }

    fn confidence(&self) -> Confidence {
        if self.is_rising && self.is_trend && self.is_beyond_chance {
            Confidence::High
        } else if self.is_rising || self.is_beyond_chance {
            Confidence::Medium
        } else {
            Confidence::Low
        }
    }
}

/// How it grew from profile to profile, and what grew with it.
fn course(together: &KeptTogether<'_>, let_go_before: Option<f64>, live_heap: Option<&LiveHeap>) -> String {
    let growing = together.first;
    let GrowingSite { place, growth, .. } = growing;
    let steps: Vec<String> = growth.points.iter().map(|point| Unit::Bytes.humanize(point.1)).collect();
    let span = growth.points.last().map_or(0.0, |point| point.0);
    let grows_always = growth.points.windows(2).all(|pair| pair[0].1 < pair[1].1);
    let mut course = format!(
        "What {} allocated there and is in use grew {} {} heap profiles over {}, as of the GCs that they show: {}.{}",
        place.short_function(),
        if grows_always { "in each of" } else { "over" },
        steps.len(),
        Unit::Seconds.humanize(span),
        steps.join(" → "),
        inside(growing)
    );
    if let Some(kept) = growth.kept_fraction() {
        course += &format!(" Of what it allocated meanwhile, {} stayed.", percent(kept, 0));
    }
    if let Some(bytes) = let_go_before {
        course += &format!(
            " Before the first of them it had let go of {}, more than it grew by since: what is built up for one piece of work after another grows \
             the same way until that is done.",
            Unit::Bytes.humanize(bytes)
        );
    }
    for other in &together.others {
        let [first, last] = [other.growth.points.first(), other.growth.points.last()]
            .map(|point| Unit::Bytes.humanize(point.map_or(0.0, |point| point.1)));
        course += &format!(
            " What {} makes grows with it, from {first} to {last}, and is kept with it as it seems.{}",
            other.place.short(),
            inside(other)
        );
    }
    if let Some(live) = live_heap.filter(|live| live.rises()) {
        let rate = Unit::BytesPerHour.humanize(live.trend.slope * 3600.0);
        course += &format!(" The metrics agree: what GC marks live rises by {rate}.");
    }
    if let Some((bytes, seconds)) = growth.oldest() {
        course += &format!(
            " At least {} of it are in use for {} or longer.",
            Unit::Bytes.humanize(bytes),
            Unit::Seconds.humanize(seconds)
        );
    }
    course
}

/// What to do: by what is `known` of such lines, else by the goroutines that never end, if these hold it, else by who keeps it.
fn action(
    together: &KeptTogether<'_>,
    others: &[&GrowingSite],
    (sites, log): (&[Site], Option<&EscapeLog>),
    (known, is_held): (Option<&'static str>, bool),
    goroutines: &GoroutineCount,
) -> String {
    let keeper = known.map(Keeper::Known).or_else(|| keeper_of(together, sites, log));
    match (keeper, goroutines.leaked()) {
        (Some(Keeper::Known(advice)), _) => advice.to_owned(),
        (_, Some(goroutines)) if is_held => goroutines.action.clone(),
        (Some(stored @ Keeper::Stored { .. }), _) => stored.words(),
        (Some(other), None) => other.words(),
        // What keeps such things as a rule says less than goroutines that never end.
        _ => {
            let beside = others.iter().find_map(|other| beside(other, sites, log));
            unknown_keeper(together.first, beside, goroutines)
        }
    }
}

fn evidence(together: &KeptTogether<'_>, live_heap: Option<&LiveHeap>) -> Vec<Evidence> {
    let growth = &together.first.growth;
    let of_profiles = |quantity, value, unit| Evidence::new(quantity, value, unit).with_source("heap profiles");
    let change = together.all().map(|site| site.growth.change()).sum();
    let mut evidence = vec![
        of_profiles("inuse_space growth", change, Unit::Bytes),
        of_profiles("inuse_space slope", together.bytes_per_hour(), Unit::BytesPerHour),
    ];
    let oldest = growth.oldest().map(|(bytes, _)| bytes);
    evidence.extend(growth.sampled_objects.map(|objects| of_profiles("sampled objects", objects, Unit::Count)));
    evidence.extend(growth.significance.map(|sigmas| of_profiles("growth in standard deviations", sigmas, Unit::None)));
    evidence.extend(growth.kept_fraction().map(|kept| of_profiles("kept of what was allocated", kept, Unit::Fraction)));
    evidence.extend(oldest.map(|bytes| of_profiles("in use since an earlier profile", bytes, Unit::Bytes)));
    if let Some(trend) = live_heap.map(|live| live.trend) {
        let of_metrics = |quantity, value, unit| Evidence::new(quantity, value, unit).with_source("metrics");
        evidence.push(of_metrics("live heap slope", trend.slope * 3600.0, Unit::BytesPerHour));
        evidence.push(of_metrics("live heap rank correlation", trend.tau, Unit::None));
    }
    evidence
}

/// What the line had let go of before the first profile, where that is most of what it had made and more than it grew by since, while
/// most of what it makes now stays: a line that always keeps a part has let go of the others all the time.
fn let_go_before(growth: &SiteGrowth) -> Option<f64> {
    let made = *growth.alloc_bytes.as_ref()?.first()?;
    let let_go = made - growth.first();
    let is_other = growth.kept_fraction().is_some_and(|kept| kept >= HALF);
    (is_other && let_go >= MOSTLY * made && let_go >= growth.change()).then_some(let_go)
}

/// Who keeps what grows together: what is known of one of the lines holds for all. What keeps such things as a rule, and what
/// most likely does, says less.
fn keeper_of(together: &KeptTogether<'_>, sites: &[Site], log: Option<&EscapeLog>) -> Option<Keeper> {
    let of = |site: &GrowingSite| keeper(&site.sites.iter().collect::<Vec<_>>(), sites, log);
    let mut keepers: Vec<Keeper> = together.all().filter_map(of).collect();
    let is_known = |keeper: &Keeper| matches!(keeper, Keeper::Known(_) | Keeper::Stored { is_part: false, .. });
    let best = keepers.iter().position(is_known).unwrap_or(0);
    (!keepers.is_empty()).then(|| keepers.swap_remove(best))
}

/// What else grows and is known to be kept: a container's line, and what to do about that.
fn beside(other: &GrowingSite, sites: &[Site], log: Option<&EscapeLog>) -> Option<(String, &'static str)> {
    match keeper(&other.sites.iter().collect::<Vec<_>>(), sites, log) {
        Some(Keeper::Known(advice)) => Some((other.place.short(), advice)),
        _ => None,
    }
}

/// What to do where nothing says who keeps it: what grows beside it may, and goroutines that never end hold all that they refer
/// to.
fn unknown_keeper(
    growing: &GrowingSite,
    beside: Option<(String, &'static str)>,
    goroutines: &GoroutineCount,
) -> String {
    match (beside, goroutines.leaked()) {
        (Some((place, advice)), _) => format!("What keeps {place}, which grows beside it, may keep this too. {advice}"),
        (None, Some(_)) => format!(
            "Goroutines grow beside it, and each holds what it refers to: end those first, as their finding says. If it grows \
             still: {HEAP_DUMP}"
        ),
        (None, None) if let Some(written) = written_to(growing) => format!(
            "It is what was written to a `{written}`, which keeps it: remove, reset or close each that is done, or write elsewhere. What keeps \
             the `{written}` is not known: {HEAP_DUMP}"
        ),
        (None, None) => match called(growing) {
            // A call keeps by what it works on or by what it gives.
            Some(callee) => format!(
                "It is made inside {callee}: either an object that outlives the call keeps it (what it is called on, or an argument), \
                 or you keep what it returns. Which of both is not known: {HEAP_DUMP}"
            ),
            None => format!("What keeps it is not known: {HEAP_DUMP}"),
        },
    }
}

/// The function of a library that the line calls and that makes it.
fn called(growing: &GrowingSite) -> Option<String> {
    let site = growing.sites.first().filter(|site| site.reached_from.is_none())?;
    Some(Symbol::decode(site.callee.as_deref()?).short())
}

/// The type of another package whose method keeps what the line writes to it, by a function that only writes.
fn written_to(growing: &GrowingSite) -> Option<String> {
    let site = growing.sites.first().filter(|site| site.reached_from.is_none())?;
    let made = Symbol::decode(site.place.function());
    let method = made.short();
    let (kind, name) = method.rsplit_once('.')?;
    let is_of_other = !is_of_std(site.place.function());
    (is_of_other && is_writer(site.callee.as_deref()?) && kind.contains(".(*") && name.starts_with("Write"))
        .then(|| kind.to_owned())
}

/// Where the library allocates it, when the line itself does not.
fn inside(growing: &GrowingSite) -> String {
    match growing.sites.first() {
        Some(site) if site.callee.is_some() => {
            format!(" Most of it is allocated in {} at {}.", site.place.short_function(), site.place.short())
        }
        _ => String::new(),
    }
}

/// The sites that leak. A site may grow while others shrink: where the metrics tell what GC marks live, that decides. What the
/// rules call clear is no leak here either, and where they could not judge a few GC cycles must rise at least.
pub(crate) fn leaking<'a>(
    growing: &'a [GrowingSite],
    live_heap: Option<&LiveHeap>,
    diagnosis: Option<&Diagnosis>,
) -> impl Iterator<Item = &'a GrowingSite> {
    let told = |diagnosis: &Diagnosis| {
        diagnosis.judgements().iter().find(|judgement| judgement.rule == Rule::LiveHeapLeak).map(|told| told.verdict)
    };
    let verdict = diagnosis.and_then(told);
    let is_contradicted = move |site: &&GrowingSite| match verdict {
        Some(Verdict::Clear) => true,
        Some(Verdict::Fired) => false,
        _ => live_heap.is_some_and(|live| {
            let seconds = site.growth.points.last().map_or(0.0, |point| point.0);
            let is_kept = site.growth.kept_fraction().is_some_and(|kept| kept >= NEARLY_ALL);
            live.contradicts(site.growth.change() / seconds.max(f64::MIN_POSITIVE), seconds, is_kept)
        }),
    };
    growing.iter().filter(move |site| !is_contradicted(site)).take(MOST_LEAKS)
}

/// Where no row is about the goroutine.
const HANDED: &str = "A library makes it in a goroutine of its own. Either an object of that library keeps it, which you hold: end that one, or make a \
                      new one after a while; or it is handed on: find what of yours stores what that library gives, and bound it.";

const HEAP_DUMP: &str =
    "a heap dump tells (runtime/debug.WriteHeapDump, then `gomem heap`). Bound the container that holds it.";

/// In standard deviations of the sampler's counts.
const BEYOND_CHANCE: f64 = 5.0;

/// Of what a line had made: most of it, and of what it makes now.
const MOSTLY: f64 = 0.75;
const HALF: f64 = 0.5;

/// Of the live heap: what grows from there on soon is most of it.
const LARGE_SHARE: f64 = 0.1;

/// Of what a line made meanwhile: where it stays, growth beneath a live heap that swings is no chance.
const NEARLY_ALL: f64 = 0.75;

/// The fastest few tell it.
const MOST_LEAKS: usize = 3;

#[cfg(test)]
mod tests {
    use crate::{
        bundle::{Artifact, Bundle},
        report::Report,
    };

    /// What to do about a line of the program that calls `fmt.Fprintf` and grows, as `leaf` makes it.
    fn action(leaf: &str) -> String {
        let profile = |step: u64| {
            let values = format!("{0}: {1} [{0}: {1}]", step * 20, (step * 20) << 20);
            let frames = [
                (leaf, "/go/pkg/mod/example.com/blob@v1.2.0/store.go:7"),
                ("fmt.Fprintf", "/go/src/fmt/print.go:225"),
                ("main.keep", "/app/keep.go:9"),
            ];
            let frames: String = (64..)
                .zip(frames)
                .map(|(address, (function, place))| format!("#\t{address:#x}\t{function}+0x1\t{place}\n"))
                .collect();
            let stats = format!("# runtime.MemStats\n# LastGC = {}\n", (1_700_000_000 + step * 2) * 1_000_000_000);
            let text = format!("heap profile: {values} @ heap/1048576\n{values} @ 0x40 0x41 0x42\n{frames}\n{stats}");
            Artifact { name: format!("heap-{step}.txt"), bytes: text.into(), modified_ms: None }
        };
        let report = Report::from_bundle(&Bundle::from_artifacts("run", (1..=4).map(profile).collect()));
        let leak = report.findings().iter().find(|finding| finding.title.starts_with("Leak: app/keep.go:9"));
        leak.map(|leak| leak.action.clone()).unwrap_or_default()
    }

    #[test]
    fn what_a_line_writes_to_keeps_it() {
        let written = action("example.com/blob.(*Store).WriteAt");
        assert!(written.starts_with("It is what was written to a `blob.(*Store)`, which keeps it"), "{written}");
        for leaf in ["example.com/blob.(*Store).index", "example.com/blob.Write", "os.(*File).Write"] {
            let unknown = action(leaf);
            assert!(unknown.starts_with("It is made inside fmt.Fprintf"), "{leaf}: {unknown}");
        }
    }
}
