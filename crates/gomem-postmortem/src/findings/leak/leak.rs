//! What grows without end, as a finding.

use gomem_escape::EscapeLog;
use gomem_finding::{Confidence, Evidence, Severity};
use gomem_pprof::SiteGrowth;
use gomem_symbol::Symbol;
use gomem_table::{Unit, percent};

use crate::{
    attribution::{Site, accounts},
    findings::{
        calls::{
            call_advice::{bound_of, goroutine_advice, handed_advice, is_of_std, is_writer, result_advice},
            module_calls::calls_in_words,
        },
        finding::{Finding, FindingKind},
        gc::judgements::HeapGrowth,
        goroutine::goroutines::GoroutineCount,
        growth::GrowingSite,
        keeping::{
            captured::Captured,
            keeper::{Keeper, keeper, keeper_at_caller},
        },
        leak::kept_together::KeptTogether,
        live_heap::LiveHeap,
    },
};

/// The finding of lines that grow together, `others` beside them; what the metrics and the rules say of the live heap makes it
/// more or less sure.
pub(crate) fn leak(
    together: &KeptTogether<'_>,
    others: &[&GrowingSite],
    joined @ (sites, _): (&[Site], Option<&EscapeLog>),
    (live_heap, told): (Option<&LiveHeap>, HeapGrowth),
    goroutines: &GoroutineCount,
) -> Finding {
    let growing = together.first;
    let growth = &growing.growth;
    let certainty = Certainty::new(growth, live_heap, told);
    let bound = bound_of(&growing.sites);
    let let_go_before = let_go_before(growth).filter(|_| !certainty.is_confirmed);
    let inuse_fraction = together.inuse_fraction();
    let is_critical = certainty.is_confirmed && inuse_fraction >= LARGE_SHARE && bound.is_none();
    let severity = match told {
        _ if is_critical => Severity::Critical,
        // Most of what is made there takes the place of an earlier one, and of new ones there are fewer and fewer.
        HeapGrowth::Slows if growth.kept_fraction().is_some_and(|kept| kept < HALF) => Severity::Info,
        _ => Severity::Warning,
    };
    let what = match (bound, let_go_before, told) {
        (Some(_), ..) => "Growth up to a bound",
        (None, Some(_), _) => "Growth, after more was let go",
        (None, None, HeapGrowth::WithLoad(_)) => "Growth with the work, or a leak",
        (None, None, HeapGrowth::Slows) => "Growth that slows down",
        (None, None, _) => "Leak",
    };
    let pace = match told {
        HeapGrowth::Slows => String::new(),
        _ => format!(", {} more each hour", Unit::Bytes.humanize(together.bytes_per_hour())),
    };
    let title = format!(
        "{what}: {} {} {} ({} of the live heap){pace}",
        together.places(),
        if together.others.is_empty() { "keeps" } else { "keep" },
        Unit::Bytes.humanize(together.inuse_bytes() as f64),
        percent(inuse_fraction, 0),
    );
    let mut finding = Finding::new(FindingKind::Leak, severity, title);
    finding.summary = course(together, let_go_before, live_heap.filter(|_| told != HeapGrowth::Slows));
    if told == HeapGrowth::Slows {
        finding.summary += " What GC marks live grew, and more slowly of late: it may be levelling off, as what fills up does, and a leak that got \
                            slower looks the same.";
    }
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
    if let HeapGrowth::WithLoad(load) = told {
        finding.summary += &format!(
            " In the end the program allocates {load:.1} times as much a second as at first. If its work grew so, this may be what more work \
             needs at a time; a program that goes through all that it keeps allocates more, too. It leaks if it stays when the work falls."
        );
    }
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
    /// Whether the rules doubt it: more work may be why, or it slows down.
    is_doubted: bool,
    /// By the metrics, or by their rules.
    is_confirmed: bool,
}

impl Certainty {
    fn new(growth: &SiteGrowth, live_heap: Option<&LiveHeap>, told: HeapGrowth) -> Self {
        let is_rising = live_heap.is_some_and(LiveHeap::rises);
        let is_trend = growth.points.len() >= SiteGrowth::ENOUGH_PROFILES;
        let is_beyond_chance = growth.significance.is_none_or(|sigmas| sigmas >= BEYOND_CHANCE);
        let is_doubted = matches!(told, HeapGrowth::WithLoad(_) | HeapGrowth::Slows);
        let is_leaking = told == HeapGrowth::Leaks;
        let is_confirmed = !is_doubted && ((is_rising && is_trend) || (is_leaking && is_beyond_chance));
        Self { is_rising, is_trend, is_beyond_chance, is_doubted, is_confirmed }
    }

    fn confidence(&self) -> Confidence {
        if self.is_doubted {
            Confidence::Low
        } else if self.is_rising && self.is_trend && self.is_beyond_chance {
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
        // What keeps such things as a rule says less than whose variable it is.
        (None | Some(Keeper::Kind(_)), None) if is_of_goroutine(together.first) => of_goroutine(together.first),
        (_, Some(goroutines)) if is_held => goroutines.action.clone(),
        (
            Some(stored @ (Keeper::Stored { .. } | Keeper::Captured(_) | Keeper::AtCaller { .. } | Keeper::Given(_))),
            _,
        ) => stored.words(),
        (Some(other), None) => other.words(),
        // What keeps such things as a rule says less than goroutines that never end.
        _ => {
            let beside = others.iter().find_map(|other| beside(other, sites, log));
            unknown_keeper(together.first, beside, (goroutines, log.is_some()))
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
    let of_caller = || together.all().filter_map(|site| site.called_at.as_ref());
    if let Some(captured) = of_caller().find_map(|place| Captured::find(place, log?)) {
        return Some(Keeper::Captured(captured));
    }
    let of = |site: &GrowingSite| keeper(&site.sites.iter().collect::<Vec<_>>(), sites, log);
    let mut keepers: Vec<Keeper> = together.all().filter_map(of).collect();
    let is_known = |keeper: &Keeper| {
        matches!(keeper, Keeper::Known(_) | Keeper::Captured(_) | Keeper::Stored { is_part: false, .. })
    };
    if let Some(known) = keepers.iter().position(is_known) {
        return Some(keepers.swap_remove(known));
    }
    let at_caller = |site: &GrowingSite| keeper_at_caller(site.largest()?, site.called_at.as_ref()?, sites);
    together.all().find_map(at_caller).or_else(|| keepers.into_iter().next())
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
    (goroutines, has_log): (&GoroutineCount, bool),
) -> String {
    let tells = if has_log { HEAP_DUMP } else { LOG_OR_HEAP_DUMP };
    match (beside, goroutines.leaked()) {
        (Some((place, advice)), _) => format!("What keeps {place}, which grows beside it, may keep this too. {advice}"),
        (None, Some(_)) => format!(
            "Goroutines grow beside it, and each holds what it refers to: end those first, as their finding says. If it grows \
             still: {tells} {BOUND}"
        ),
        (None, None) if let Some(written) = written_to(growing) => format!(
            "It is what was written to a `{written}`, which keeps it: remove, reset or close each that is done, or write elsewhere. What keeps \
             the `{written}` is not known: {tells} {BOUND}"
        ),
        (None, None) if let Some(advice) = result_of(growing) => {
            format!("{advice} By what is not known: {tells}")
        }
        (None, None) => match called(growing) {
            // A call keeps by what it works on or by what it gives.
            Some(callee) => format!(
                "It is made inside {callee}: either an object that outlives the call keeps it (what it is called on, or an argument), \
                 or you keep what it returns. Which of both is not known: {tells} {BOUND}"
            ),
            None => {
                let called = growing.called_at.as_ref().map_or_else(String::new, |place| {
                    let function = growing.place.short_function();
                    format!(" {function} is called at {}: see where that puts what it gets.", place.short())
                });
                format!("What keeps it is not known: {tells}{called} {BOUND}")
            }
        },
    }
}

/// Whether the first function of a goroutine makes it itself.
fn is_of_goroutine(growing: &GrowingSite) -> bool {
    growing.begins_goroutine && growing.largest().is_some_and(|site| site.callee.is_none() && !site.stack_is_cut)
}

/// What a goroutine's first function makes is its own, as far as nothing says who else keeps it.
fn of_goroutine(growing: &GrowingSite) -> String {
    let objects = growing.sites.iter().fold(0_i64, |sum, site| sum.saturating_add(site.inuse_objects));
    format!(
        "{} is what a goroutine begins with, and nothing is seen to keep what it makes here: it stays as long as the goroutine runs. About {objects} are \
         in use, so as many goroutines may be waiting. /debug/pprof/goroutine?debug=2 says for what: end each when what it serves is done (close it, a \
         deadline, a context), and bound how many there are.",
        growing.place.short_function()
    )
}

/// The function of a library that the line calls and that makes it.
fn called(growing: &GrowingSite) -> Option<String> {
    Some(Symbol::decode(callee(growing)?).short())
}

/// What is known of the results of that function.
fn result_of(growing: &GrowingSite) -> Option<&'static str> {
    result_advice(callee(growing)?)
}

fn callee(growing: &GrowingSite) -> Option<&str> {
    growing.sites.first().filter(|site| site.reached_from.is_none())?.callee.as_deref()
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
/// rules call clear is no leak here either, what more work may need is none where it is let go, and where they could not judge a few GC
/// cycles must rise at least.
pub(crate) fn leaking<'a>(
    growing: &'a [GrowingSite],
    live_heap: Option<&LiveHeap>,
    told: HeapGrowth,
) -> impl Iterator<Item = &'a GrowingSite> {
    let is_contradicted = move |site: &&GrowingSite| {
        let is_kept = site.growth.kept_fraction().is_some_and(|kept| kept >= NEARLY_ALL);
        match told {
            HeapGrowth::None => true,
            HeapGrowth::Leaks => false,
            HeapGrowth::WithLoad(_) => !is_kept,
            HeapGrowth::Slows | HeapGrowth::NotKnown => live_heap.is_some_and(|live| {
                let seconds = site.growth.points.last().map_or(0.0, |point| point.0);
                live.contradicts(site.growth.change() / seconds.max(f64::MIN_POSITIVE), seconds, is_kept)
            }),
        }
    };
    growing.iter().filter(move |site| !is_contradicted(site)).take(MOST_LEAKS)
}

/// Where no row is about the goroutine.
const HANDED: &str = "A library makes it in a goroutine of its own. Either an object of that library keeps it, which you hold: end that one, or make a \
                      new one after a while; or it is handed on: find what of yours stores what that library gives, and bound it.";

const HEAP_DUMP: &str = "a heap dump tells (runtime/debug.WriteHeapDump, then `gomem heap`).";
const LOG_OR_HEAP_DUMP: &str = "the compiler's log of this build often tells (`go build -gcflags=all=-m=2 ./... 2> escape.log`), and a heap dump for sure \
                                (runtime/debug.WriteHeapDump, then `gomem heap`).";
const BOUND: &str = "Bound the container that holds it.";

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
    use gomem_finding::Severity;

    use crate::{
        bundle::{Artifact, Bundle},
        report::Report,
    };

    /// What to do about a line of the program that calls `fmt.Fprintf` and grows, as `leaf` makes it.
    fn action(leaf: &str) -> String {
        action_of(&[
            (leaf, "/go/pkg/mod/example.com/blob@v1.2.0/store.go:7"),
            ("fmt.Fprintf", "/go/src/fmt/print.go:225"),
            ("main.keep", "/app/keep.go:9"),
        ])
    }

    /// What to do about a line that grows, of such stacks.
    fn action_of(frames: &[(&str, &str)]) -> String {
        let profile = |step: u64| {
            let text = gomem_testkit::growing_heap(step, frames);
            Artifact { name: format!("heap-{step}.txt"), bytes: text.into(), modified_ms: None }
        };
        let report = Report::from_bundle(&Bundle::from_artifacts("run", (1..=4).map(profile).collect()));
        let leak = report.findings().iter().find(|finding| finding.title.starts_with("Leak: app/keep.go:9"));
        leak.map(|leak| leak.action.clone()).unwrap_or_default()
    }

    #[test]
    fn where_no_log_is_what_would_tell_is_said() {
        let line = ("main.keep", "/app/keep.go:9");
        let goroutine = action_of(&[line, ("main.accept.gowrap1", "/app/keep.go:20")]);
        assert!(goroutine.starts_with("main.keep is what a goroutine begins with"), "{goroutine}");
        let called = action_of(&[line, ("main.handle", "/app/keep.go:30"), ("main.main", "/app/main.go:7")]);
        assert!(called.contains("main.keep is called at app/keep.go:30: see where that puts what it gets"), "{called}");
        assert!(called.contains("the compiler's log of this build often tells"), "{called}");
    }

    /// The finding of a line that has so many MiB in use after so many of 40 seconds, of what it makes the share that stays, beside scrapes
    /// that have as much live.
    fn grown(live_mib: impl Fn(f64) -> f64, kept: f64) -> Option<(String, Severity)> {
        let begin = 1_700_000_000_u64;
        let profile = |step: u64| {
            let inuse = live_mib((step * 5) as f64);
            let [inuse_bytes, made] = [inuse, inuse / kept].map(|mib| (mib * 1048576.0) as u64);
            let objects = |bytes: u64| bytes / 1024;
            let values = format!("{}: {inuse_bytes} [{}: {made}]", objects(inuse_bytes), objects(made));
            let stats = format!("# runtime.MemStats\n# LastGC = {}\n", (begin + step * 5) * 1_000_000_000);
            let site = "@ 0x40\n#\t0x40\tmain.store+0x1\t/app/store.go:9\n";
            let text = format!("heap profile: {values} @ heap/2\n{values} {site}\n{stats}");
            Artifact { name: format!("heap-{step}.txt"), bytes: text.into(), modified_ms: None }
        };
        let scrape = |second: u64| {
            let live = live_mib(second as f64) * 1048576.0;
            Artifact {
                name: format!("{}.prom", (begin + second) * 1000),
                bytes: format!(
                    "go_gc_heap_live_bytes {live}\ngo_memstats_next_gc_bytes {}\ngo_gc_duration_seconds_count {second}\n\
                     go_memstats_alloc_bytes_total {}\ngo_gc_gogc_percent 100\n",
                    live * 2.0,
                    live / kept
                )
                .into(),
                modified_ms: None,
            }
        };
        let bundle = Bundle::from_artifacts("run", (1..=8).map(profile).chain((1..=40).map(scrape)).collect());
        let report = Report::from_bundle(&bundle);
        let is_it = |finding: &&crate::findings::Finding| {
            finding.kind == super::FindingKind::Leak && finding.title.contains("app/store.go:9")
        };
        let finding = report.findings().iter().find(is_it)?;
        Some((finding.title.split(':').next().unwrap_or_default().to_owned(), finding.severity))
    }

    #[test]
    fn growth_that_slows_down_is_no_leak_for_sure() {
        let slows = |second: f64| 5.0 + 20.0 * (1.0 - (-second / 18.0).exp());
        let known = "Growth that slows down".to_owned();
        assert_eq!(grown(slows, 0.1), Some((known.clone(), Severity::Info)));
        assert_eq!(grown(slows, 0.9), Some((known, Severity::Warning)));
        let goes_on = |second: f64| 10.0 + 2.5 * second;
        assert_eq!(grown(goes_on, 0.9), Some(("Leak".to_owned(), Severity::Critical)));
    }

    /// What is said of a growing line of `load`, of which `keep` gets the result and calls this function, which has so many of MiB in use of
    /// so many that it made.
    fn of_caller(callee: &str, [inuse, made]: [u64; 2]) -> String {
        let frames = |frames: &[(&str, &str)], address: u64| {
            let addresses: Vec<String> = (0..frames.len() as u64).map(|at| format!("{:#x}", address + at)).collect();
            let lines: String = (address..)
                .zip(frames)
                .map(|(address, (function, place))| format!("#\t{address:#x}\t{function}+0x1\t{place}\n"))
                .collect();
            format!("@ {}\n{lines}\n", addresses.join(" "))
        };
        let profile = |step: u64| {
            let values = |inuse: u64, made: u64| format!("{inuse}: {} [{made}: {}]", inuse << 20, made << 20);
            let text = format!(
                "heap profile: {0} @ heap/1048576\n{0} {1}{2} {3}\n# runtime.MemStats\n# LastGC = {4}\n",
                values(step * 20, step * 20),
                frames(&[("main.load", "/app/keep.go:24"), ("main.keep", "/app/keep.go:31")], 0x40),
                values(inuse, made),
                frames(
                    &[
                        (callee, "/go/pkg/mod/github.com/gorilla/context@v1.1.1/context.go:26"),
                        ("main.keep", "/app/keep.go:31")
                    ],
                    0x50
                ),
                (1_700_000_000 + step * 2) * 1_000_000_000
            );
            Artifact { name: format!("heap-{step}.txt"), bytes: text.into(), modified_ms: None }
        };
        let report = Report::from_bundle(&Bundle::from_artifacts("run", (1..=4).map(profile).collect()));
        let leak = report.findings().iter().find(|finding| finding.title.starts_with("Leak: app/keep.go:24"));
        leak.map(|leak| leak.action.clone()).unwrap_or_default()
    }

    #[test]
    fn what_a_function_returns_is_kept_where_it_is_called() {
        let kept = of_caller("github.com/gorilla/context.Set", [6, 6]);
        assert!(
            kept.starts_with("What it makes is returned to app/keep.go:31, and `context.Set` at app/keep.go:31 keeps"),
            "{kept}"
        );
        for (callee, bytes) in [("github.com/gorilla/context.Set", [6, 60]), ("github.com/gorilla/context.Get", [6, 6])]
        {
            let unknown = of_caller(callee, bytes);
            assert!(unknown.starts_with("What keeps it is not known"), "{callee} {bytes:?}: {unknown}");
        }
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
