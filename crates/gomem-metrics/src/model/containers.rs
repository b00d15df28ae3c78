//! What nodes and clusters say of the container that a program runs in.

use std::{
    borrow::Cow,
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, hash_map::Entry},
};

use foldhash::HashMap;
use gomem_table::Unit;

use super::{quantity::Quantity, series::Series};

/// The series of cAdvisor and kube-state-metrics, by what they say and the container that they say it of.
pub(super) struct Containers<'a> {
    /// For each source of a quantity, in the order of [`Quantity::OF_CONTAINER`].
    sources: Vec<(Quantity, Vec<Source<'a>>)>,
}

/// What one metric says of all containers.
struct Source<'a> {
    containers: Vec<Container<'a>>,
    forms: BTreeSet<Form>,
    /// By the form of containers, and what of it a program has too. Each search would go over all containers.
    places: RefCell<HashMap<(Form, Form), Places>>,
}

/// By what both have, the place of the container; `None` of several that say different things.
type Places = HashMap<String, Option<usize>>;

/// Which of [`LABELS`] there are.
type Form = [bool; LABELS.len()];

/// One container's series of a metric, over all its restarts.
struct Container<'a> {
    key: Key<'a>,
    /// `None` of several that say different things at the same time.
    series: Option<Cow<'a, Series>>,
}

/// What tells a container from others: the values of [`LABELS`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a>([Option<&'a str>; LABELS.len()]);

impl<'a> Containers<'a> {
    pub(super) fn new(series: &[&'a Series]) -> Self {
        let mut by_metric: BTreeMap<&str, Vec<&'a Series>> = BTreeMap::new();
        series.iter().for_each(|series| by_metric.entry(&series.metric).or_default().push(series));
        let sources = |quantity: &Quantity| {
            let of_metric = quantity.sources().iter().map(|terms| {
                let term = terms[0];
                let (name, label) = term.strip_suffix('}').and_then(|term| term.split_once('{')).unwrap_or((term, ""));
                let is_asked = |series: &&&Series| {
                    (label.is_empty() || series.label("resource") == Some(label))
                        && is_container(series)
                        && (quantity.unit() != Unit::Bytes || is_amount(series))
                };
                Source::new(by_metric.get(name).into_iter().flatten().filter(is_asked).copied())
            });
            (*quantity, of_metric.collect())
        };
        Self { sources: Quantity::OF_CONTAINER.iter().map(sources).collect() }
    }

    /// Fills the columns of one target, which `program` is a series of, from row `begin` on. The container is the one of the
    /// same pod, container and namespace, as far as both say them; of several that fit, nothing is said.
    pub(super) fn fill(&self, program: &Series, times_ms: &[i64], columns: &mut [Vec<Option<f64>>], begin: usize) {
        for (quantity, sources) in &self.sources {
            let Some(column) = columns.get_mut(*quantity as usize) else { continue };
            let Some(series) = sources.iter().find_map(|source| source.of(program)) else { continue };
            for (cell, &time) in column.iter_mut().skip(begin).zip(times_ms) {
                *cell = before(series, time);
            }
        }
    }

    /// What the containers use, each by its name, where no program says anything of itself.
    pub(super) fn used(&self) -> BTreeMap<String, &Series> {
        let sources = self.sources.iter().filter(|(quantity, _)| *quantity == Quantity::ContainerUsedBytes);
        let mut found = BTreeMap::new();
        for container in sources.flat_map(|(_, sources)| sources).flat_map(|source| &source.containers) {
            if let Some(series) = &container.series {
                found.entry(container.key.name()).or_insert(&**series);
            }
        }
        found
    }
}

impl<'a> Source<'a> {
    fn new(series: impl Iterator<Item = &'a Series>) -> Self {
        let mut by_key: BTreeMap<Key<'a>, Vec<&'a Series>> = BTreeMap::new();
        series.for_each(|series| by_key.entry(Key::new(series)).or_default().push(series));
        let container = |(key, series)| Container { key, series: joined(series) };
        let containers: Vec<Container<'a>> = by_key.into_iter().map(container).collect();
        let forms = containers.iter().map(|container| container.key.form()).collect();
        Self { containers, forms, places: RefCell::default() }
    }

    /// The container that a program runs in, if it is one.
    fn of(&self, program: &Series) -> Option<&Series> {
        let program = Key::new(program);
        let mut cache = self.places.borrow_mut();
        let mut found = None;
        for &form in &self.forms {
            let shared = std::array::from_fn(|at| form[at] && program.0[at].is_some());
            let places = cache.entry((form, shared)).or_insert_with(|| self.places(form, shared));
            if let Some(&place) = places.get(&program.text(shared)) {
                let place = place?;
                found = Some(found.map_or(Some(place), |other| self.same(other, place))?);
            }
        }
        self.containers[found?].series.as_deref()
    }

    fn places(&self, form: Form, shared: Form) -> Places {
        let mut places = Places::default();
        for (place, container) in self.containers.iter().enumerate().filter(|(_, found)| found.key.form() == form) {
            match places.entry(container.key.text(shared)) {
                Entry::Vacant(entry) => _ = entry.insert(container.series.is_some().then_some(place)),
                Entry::Occupied(mut entry) => *entry.get_mut() = entry.get().and_then(|other| self.same(other, place)),
            }
        }
        places
    }

    /// One of two that say the same in the end.
    fn same(&self, one: usize, other: usize) -> Option<usize> {
        let last = |place: usize| self.containers[place].series.as_ref()?.values.last().copied();
        (last(one)? == last(other)?).then_some(one)
    }
}

impl<'a> Key<'a> {
    fn new(series: &'a Series) -> Self {
        let mut key = Self(
            LABELS.map(|names| names.iter().find_map(|name| series.label(name).filter(|value| !value.is_empty()))),
        );
        // With pods, it is the name of one life of the container, or of something else.
        if key.0[POD].is_some() || key.0[CONTAINER].is_some() {
            key.0[NAME] = None;
        }
        key
    }

    fn form(&self) -> Form {
        self.0.map(|value| value.is_some())
    }

    /// The values of some of the labels.
    fn text(&self, form: Form) -> String {
        let values = self.0.iter().zip(form).filter_map(|(value, has)| value.filter(|_| has));
        values.map(|value| format!("{value:?},")).collect()
    }

    /// By what tells it from others.
    fn name(&self) -> String {
        let pairs = LABELS.iter().zip(self.0).filter_map(|(names, value)| Some(format!("{}={}", names[0], value?)));
        pairs.collect::<Vec<_>>().join(",")
    }
}

/// A container that begins anew is another one to its node, under other labels: each series is taken until the next begins.
/// `None` where two are there at the same time, and say different things.
fn joined(mut series: Vec<&Series>) -> Option<Cow<'_, Series>> {
    let times = |series: &Series| (series.times_ms.first().copied(), series.times_ms.last().copied());
    series.sort_by_key(|series| times(series));
    // The same container may be told twice, by two scrapers or two revisions of it.
    series.dedup_by(|one, other| times(one) == times(other) && one.values.last() == other.values.last());
    let is_staggered = |pair: &[&Series]| times(pair[0]).0 < times(pair[1]).0 && times(pair[0]).1 < times(pair[1]).1;
    if !series.windows(2).all(is_staggered) {
        return None;
    }
    let (&first, rest) = series.split_first()?;
    let mut all = Cow::Borrowed(first);
    for next in rest {
        let all = all.to_mut();
        let end = next
            .times_ms
            .first()
            .map_or(all.times_ms.len(), |&begin| all.times_ms.partition_point(|&time| time < begin));
        all.times_ms.truncate(end);
        all.values.truncate(end);
        all.times_ms.extend(&next.times_ms);
        all.values.extend(&next.values);
    }
    Some(all)
}

/// Not a pod as a whole, nor the container that only holds its network.
fn is_container(series: &Series) -> bool {
    match Key::new(series).0 {
        [.., Some(container), _] => container != "POD",
        // Docker alone has no pods: containers there have names.
        [.., name] => name.is_some(),
    }
}

/// Nothing is used by a container that is gone, and no limit is none.
fn is_amount(series: &Series) -> bool {
    series.values.last().is_some_and(|last| *last > 0.0 && *last < NO_LIMIT)
}

/// The last value until then, as other scrapers ask at other times.
fn before(series: &Series, time_ms: i64) -> Option<f64> {
    let at = series.times_ms.partition_point(|&time| time <= time_ms);
    let near = at.saturating_sub(1);
    let (time, value) = (series.times_ms.get(near)?, series.values.get(near)?);
    (time_ms.abs_diff(*time) <= LONGEST_AGO_MS && !value.is_nan()).then_some(*value)
}

/// What tells containers apart, each with its names; the last only where there are no pods.
const LABELS: [&[&str]; 5] =
    [&["cluster"], &["namespace"], &["pod", "pod_name"], &["container", "container_name"], &["name"]];
const POD: usize = 2;
const CONTAINER: usize = 3;
const NAME: usize = 4;
/// The kernel's largest number stands for none.
const NO_LIMIT: f64 = 1e18;
const LONGEST_AGO_MS: u64 = 10 * 60 * 1000;
