//! What there is more of in the second of two scrapes: before and after, as people paste them.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::{Component, GoState, Quantity, Waterfall};
use gomem_table::{MIB, Unit};

use crate::{
    bundle::Bundle,
    findings::{
        finding::{Finding, FindingKind},
        moment::{
            few_readings::TAKE_GOROUTINES,
            snapshot::{advice_on, part_of},
        },
        sentence::bytes,
    },
};

/// What grew, and whether that is goroutines with their stacks.
pub(crate) struct BetweenScrapes {
    pub(crate) finding: Finding,
    pub(crate) is_of_goroutines: bool,
}

/// Of two scrapes, or of the first and the last of several whose times are not known: what grew between them.
pub(crate) fn two_scrapes(bundle: &Bundle, state: &GoState) -> Option<BetweenScrapes> {
    let (first, last) = match &bundle.earlier_scrape {
        Some(earlier) => (Scrape::new(&earlier.state(), 0)?, Scrape::new(state, state.rows().checked_sub(1)?)?),
        None if state.rows() == 2 && state.segments().len() == 1 => (Scrape::new(state, 0)?, Scrape::new(state, 1)?),
        None => return None,
    };
    let mut grown: Vec<Grown> = Part::ALL.iter().filter_map(|&part| Grown::new(part, &first, &last)).collect();
    grown.sort_by(|a, b| b.more().total_cmp(&a.more()));
    let most = grown.first().filter(|grown| grown.more() >= LEAST_MORE && grown.last >= LEAST_FACTOR * grown.first)?;
    // At GOGC=100 a heap of which nothing more stays is twice as large before a GC as after one.
    let is_garbage = most.part == Part::Objects
        && first.goal.map_or(most.last < FACTOR_OF_GARBAGE * most.first, |goal| most.last <= goal);
    let (at_first, at_last) = (bytes(most.first), bytes(most.last));
    let crowd = first.goroutines.zip(last.goroutines).filter(|(before, now)| *now >= MANY_TIMES * before);
    let of_goroutines = crowd.filter(|_| most.part == STACKS);
    let goroutines =
        of_goroutines.map_or_else(String::new, |(before, now)| format!(" of {before:.0} → {now:.0} goroutines"));
    let title = format!("Grew between two scrapes: {}{goroutines}, {at_first} → {at_last}", most.part.title());
    let is_warning =
        !is_garbage && matches!(most.part, Part::Objects | Part::Of(Component::Stacks | Component::OffHeap));
    let severity = if is_warning { Severity::Warning } else { Severity::Info };
    let mut finding = Finding::new(FindingKind::Runtime, severity, title);
    let others: Vec<String> = grown[1..]
        .iter()
        .filter(|grown| grown.more() >= MUCH_BESIDE * most.more())
        .map(|grown| format!("{} {} and {}", grown.part.title(), bytes(grown.first), bytes(grown.last)))
        .collect();
    finding.summary = match others.is_empty() {
        true => "No other part of what is held grew as much as a quarter of that.".to_owned(),
        false => format!("Beside them: {}.", others.join("; ")),
    };
    if let Some((before, now)) = first.goroutines.zip(last.goroutines).filter(|_| of_goroutines.is_none()) {
        finding.summary += &format!(" Goroutines: {before:.0} and {now:.0}.");
    }
    finding.summary += if is_garbage {
        " That may be garbage: the heap grows as far before each GC."
    } else {
        " Two scrapes do not tell what goes on to grow from what was loaded or used meanwhile."
    };
    finding.action = match most.part {
        Part::Objects => {
            "Two heap profiles as far apart (/debug/pprof/heap?gc=1), and `gomem diff` of both, say which lines' objects are more; a third \
             scrape after as long again says whether it goes on."
        }
        STACKS if of_goroutines.is_some() => TAKE_GOROUTINES,
        Part::Of(component) => advice_on(component),
    }
    .to_owned();
    finding.confidence = Confidence::Low;
    finding.bytes = Some(most.more() as i64);
    let evidence = [("in the first scrape", most.first), ("in the last scrape", most.last)];
    finding.evidence =
        evidence.map(|(quantity, bytes)| Evidence::new(quantity, bytes, Unit::Bytes).with_source("metrics")).to_vec();
    Some(BetweenScrapes { finding, is_of_goroutines: of_goroutines.is_some() })
}

/// What is compared: the heap's objects are one part, whether they are live or not.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    Objects,
    Of(Component),
}

impl Part {
    const ALL: [Self; 6] = [
        Self::Objects,
        Self::Of(Component::Fragmentation),
        Self::Of(Component::Idle),
        Self::Of(Component::Stacks),
        Self::Of(Component::Metadata),
        Self::Of(Component::OffHeap),
    ];

    fn title(self) -> &'static str {
        match self {
            Self::Objects => "objects on the heap",
            Self::Of(component) => component.title(),
        }
    }
}

/// What one scrape says.
struct Scrape {
    waterfall: Waterfall,
    objects: Option<f64>,
    goal: Option<f64>,
    goroutines: Option<f64>,
}

impl Scrape {
    fn new(state: &GoState, row: usize) -> Option<Self> {
        let of = |quantity: Quantity| state.values(quantity).get(row).copied().flatten();
        Some(Self {
            waterfall: state.waterfall().at(Some(*state.times_ms().get(row)?)),
            objects: of(Quantity::HeapObjectsBytes),
            goal: of(Quantity::HeapGoalBytes),
            goroutines: of(Quantity::Goroutines),
        })
    }

    fn of(&self, part: Part) -> Option<f64> {
        match part {
            Part::Objects => self.objects,
            Part::Of(component) => part_of(&self.waterfall, component),
        }
    }
}

/// A part at first and at last.
struct Grown {
    part: Part,
    first: f64,
    last: f64,
}

impl Grown {
    fn new(part: Part, first: &Scrape, last: &Scrape) -> Option<Self> {
        Some(Self { part, first: first.of(part)?, last: last.of(part)? })
    }

    fn more(&self) -> f64 {
        self.last - self.first
    }
}

const STACKS: Part = Part::Of(Component::Stacks);
/// A judgement.
const MANY_TIMES: f64 = 2.0;
const LEAST_MORE: f64 = 32.0 * MIB;
/// Judgements: less is what a heap varies by.
const LEAST_FACTOR: f64 = 1.5;
const FACTOR_OF_GARBAGE: f64 = 2.5;
const MUCH_BESIDE: f64 = 0.25;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Artifact;

    fn told(name: &str, texts: &[&str]) -> Option<(Severity, String)> {
        let artifact =
            |text: &&str| Artifact { name: name.to_owned(), bytes: text.as_bytes().to_vec(), modified_ms: None };
        let bundle = Bundle::from_artifacts("two", texts.iter().map(artifact).collect());
        two_scrapes(&bundle, &bundle.metrics().state()).map(|grown| (grown.finding.severity, grown.finding.title))
    }

    #[test]
    fn what_is_more_in_the_last_scrape() {
        let classes = |objects: u64, stacks: u64| {
            format!(
                "```\n/memory/classes/heap/objects:bytes: {}\n/memory/classes/heap/stacks:bytes: {}\n/memory/classes/heap/free:bytes: 4096\n\
                 /memory/classes/heap/released:bytes: 4096\n/memory/classes/heap/unused:bytes: 4096\n```\n",
                objects << 20,
                stacks << 20
            )
        };
        let text = |first: (u64, u64), last: (u64, u64)| {
            format!("At start:\n\n{}\nNow:\n\n{}", classes(first.0, first.1), classes(last.0, last.1))
        };
        let title = "Grew between two scrapes: objects on the heap, 400.0 MiB → 2.8 GiB";
        assert_eq!(told("a.md", &[&text((400, 4), (2900, 5))]), Some((Severity::Warning, title.to_owned())));
        let garbage = told("a.md", &[&text((400, 4), (800, 5))]);
        assert_eq!(garbage.map(|(severity, _)| severity), Some(Severity::Info));
        assert!(told("a.md", &[&text((400, 4), (410, 300))]).is_some_and(|(_, title)| title.contains(": stacks, ")));
        assert_eq!(told("a.md", &[&text((400, 4), (420, 5))]), None);
    }

    #[test]
    fn what_was_allocated_tells_the_order_of_files() {
        let scrape = |allocated: u64, objects: u64, start: u64| {
            format!(
                "go_memstats_alloc_bytes_total {}\ngo_memstats_heap_alloc_bytes {}\nprocess_start_time_seconds {start}\n",
                allocated << 20,
                objects << 20
            )
        };
        let (early, late) = (scrape(500, 100, 7), scrape(90_000, 700, 7));
        let title = told("m.prom", &[&late, &early]).unwrap().1;
        assert!(title.contains("100.0 MiB → 700.0 MiB"), "{title}");
        assert_eq!(told("m.prom", &[&scrape(90_000, 700, 9), &early]), None, "of two processes");
    }
}
