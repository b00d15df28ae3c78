//! What nodes and clusters say of the container that a program runs in.

use std::collections::BTreeMap;

use gomem_table::Unit;

use super::{quantity::Quantity, series::Series};

/// The series of cAdvisor and kube-state-metrics.
pub(super) struct Containers<'a>(pub(super) &'a [&'a Series]);

impl Containers<'_> {
    /// Fills the columns of one target, which `program` is a series of, from row `begin` on. The container is the one of the
    /// same pod, container and namespace, as far as both say them; of several that fit, nothing is said.
    pub(super) fn fill(&self, program: &Series, times_ms: &[i64], columns: &mut [Vec<Option<f64>>], begin: usize) {
        for quantity in Quantity::OF_CONTAINER {
            let Some(column) = columns.get_mut(quantity as usize) else { continue };
            let Some(series) = self.of(quantity, program) else { continue };
            for (cell, &time) in column.iter_mut().skip(begin).zip(times_ms) {
                *cell = before(series, time);
            }
        }
    }

    /// What the containers use, each by its name, where no program says anything of itself.
    pub(super) fn used(&self) -> BTreeMap<String, &Series> {
        let names = Quantity::ContainerUsedBytes.sources().iter().map(|terms| terms[0]);
        let mut found = BTreeMap::new();
        for series in names.flat_map(|name| self.0.iter().filter(move |series| series.metric == name)) {
            if is_container(series) && is_amount(series) {
                found.entry(name_of(series)).or_insert(*series);
            }
        }
        found
    }

    fn of(&self, quantity: Quantity, program: &Series) -> Option<&Series> {
        quantity.sources().iter().find_map(|terms| {
            let (name, label) =
                terms[0].strip_suffix('}').and_then(|term| term.split_once('{')).unwrap_or((terms[0], ""));
            let is_asked = |series: &&&Series| {
                series.metric == name
                    && (label.is_empty() || series.label("resource") == Some(label))
                    && is_container(series)
                    && (quantity.unit() != Unit::Bytes || is_amount(series))
                    && is_same(series, program)
            };
            let mut found: Vec<&Series> = self.0.iter().filter(is_asked).copied().collect();
            // The same container may be told twice, by two scrapers or two revisions of it.
            found.dedup_by(|a, b| a.values.last() == b.values.last());
            (found.len() == 1).then(|| found[0])
        })
    }
}

/// By what tells it from others.
fn name_of(series: &Series) -> String {
    let label = |name: &&str| series.label(name).map(|value| format!("{name}={value}"));
    ["namespace", "pod", "container", "name"].iter().filter_map(label).collect::<Vec<_>>().join(",")
}

/// Not a pod as a whole, nor the container that only holds its network.
fn is_container(series: &Series) -> bool {
    let name = series.label("container").or_else(|| series.label("container_name")).unwrap_or_default();
    let is_named = !name.is_empty() && name != "POD";
    // Docker alone has no pods: containers there have names.
    let is_docker = series.label("pod").is_none() && series.label("name").is_some_and(|name| !name.is_empty());
    is_named || is_docker
}

/// Nothing is used by a container that is gone, and no limit is none.
fn is_amount(series: &Series) -> bool {
    series.values.last().is_some_and(|last| *last > 0.0 && *last < NO_LIMIT)
}

fn is_same(container: &Series, program: &Series) -> bool {
    ["namespace", "pod", "container", "name"].iter().all(|name| match (container.label(name), program.label(name)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    })
}

/// The last value until then, as other scrapers ask at other times.
fn before(series: &Series, time_ms: i64) -> Option<f64> {
    let at = series.times_ms.partition_point(|&time| time <= time_ms);
    let near = at.saturating_sub(1);
    let (time, value) = (series.times_ms.get(near)?, series.values.get(near)?);
    (time_ms.abs_diff(*time) <= LONGEST_AGO_MS && !value.is_nan()).then_some(*value)
}

/// The kernel's largest number stands for none.
const NO_LIMIT: f64 = 1e18;
const LONGEST_AGO_MS: u64 = 10 * 60 * 1000;
