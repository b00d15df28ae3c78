//! What a line of the user's own code costs: what it allocates itself, and what the calls on it allocate.

use std::{cmp::Reverse, hash::Hash, sync::Arc};

use foldhash::{HashMap, HashSet};

use crate::attribution::{
    place::Place,
    reason::Reason,
    sites::{assist_cost::AssistCost, site::Site},
};

/// What one line of the user's own code costs. Its own bytes and those of each call add up to all that is charged to it;
/// no byte is in two of them.
#[derive(Debug)]
pub(crate) struct Account<'a> {
    pub(crate) place: &'a Place,
    /// What the line allocates itself.
    pub(crate) own: Bytes<'a>,
    /// What each function that the line calls allocates, the largest first.
    pub(crate) calls: Vec<Call<'a>>,
}

/// What a call on a line allocates, in the called function and below it.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) callee: &'a Arc<str>,
    pub(crate) inside: Bytes<'a>,
}

/// What a goroutine allocates in which no line of the user's own is on the stack.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    /// The function that the goroutine begins with.
    pub(crate) function: &'a str,
    /// Whether the profiler cut these stacks: then the goroutine begins further out.
    pub(crate) is_cut: bool,
    /// Where most of its bytes begin.
    pub(crate) place: &'a Place,
    pub(crate) inside: Bytes<'a>,
}

/// Sites whose bytes are counted together.
#[derive(Debug, Default)]
pub(crate) struct Bytes<'a> {
    /// The largest first.
    pub(crate) sites: Vec<&'a Site>,
    pub(crate) bytes: i64,
    pub(crate) objects: i64,
    pub(crate) inuse_bytes: i64,
    pub(crate) bytes_fraction: f64,
    pub(crate) objects_fraction: f64,
}

/// A part of [`Bytes`] with one name.
#[derive(Debug, Clone)]
pub(crate) struct Part<K> {
    pub(crate) key: K,
    pub(crate) bytes: i64,
    pub(crate) bytes_fraction: f64,
}

/// The accounts of all lines and goroutines, the largest first.
pub(crate) fn accounts(sites: &[Site]) -> (Vec<Account<'_>>, Vec<Entry<'_>>) {
    let mut lines: HashMap<&Place, Account<'_>> = HashMap::default();
    let mut calls: HashMap<(&Place, &Arc<str>), usize> = HashMap::default();
    let mut entries: HashMap<&str, Entry<'_>> = HashMap::default();
    for site in sites {
        if let Some(first) = &site.reached_from {
            // Cut stacks have nothing in common but that they are cut: where they begin is chance.
            let name = if site.stack_is_cut { CUT } else { first.function() };
            let entry = entries.entry(name).or_insert_with(|| Entry {
                function: first.function(),
                is_cut: site.stack_is_cut,
                place: first,
                inside: Bytes::default(),
            });
            entry.inside.add(site);
            continue;
        }
        let account = lines.entry(&site.charged_to).or_insert_with(|| Account {
            place: &site.charged_to,
            own: Bytes::default(),
            calls: Vec::new(),
        });
        let Some(callee) = &site.callee else {
            account.own.add(site);
            continue;
        };
        let call = *calls.entry((&site.charged_to, callee)).or_insert_with(|| {
            account.calls.push(Call { callee, inside: Bytes::default() });
            account.calls.len() - 1
        });
        account.calls[call].inside.add(site);
    }
    let mut lines: Vec<Account<'_>> = lines.into_values().collect();
    for line in &mut lines {
        line.calls.sort_by_key(|call| (Reverse(call.inside.bytes), call.callee));
    }
    lines.sort_by_key(|line| (Reverse(line.bytes()), line.place));
    let mut entries: Vec<Entry<'_>> = entries.into_values().collect();
    entries.sort_by_key(|entry| (Reverse(entry.inside.bytes), entry.function));
    (lines, entries)
}

impl Account<'_> {
    fn bytes(&self) -> i64 {
        self.calls.iter().fold(self.own.bytes, |sum, call| sum.saturating_add(call.inside.bytes))
    }
}

impl<'a> Bytes<'a> {
    fn add(&mut self, site: &'a Site) {
        self.sites.push(site);
        self.bytes = self.bytes.saturating_add(site.bytes);
        self.objects = self.objects.saturating_add(site.objects);
        self.inuse_bytes = self.inuse_bytes.saturating_add(site.inuse_bytes);
        self.bytes_fraction += site.bytes_fraction;
        self.objects_fraction += site.objects_fraction;
    }

    /// All of several.
    pub(crate) fn sum<'b>(parts: impl Iterator<Item = &'b Bytes<'a>>) -> Self
    where
        'a: 'b,
    {
        let mut sum = Self::default();
        parts.flat_map(|part| &part.sites).for_each(|site| sum.add(site));
        sum.sites.sort_by_key(|site| Reverse(site.bytes));
        sum
    }

    /// By reason, the largest first. `None` is what nothing explains.
    pub(crate) fn by_reason(&self) -> Vec<Part<Option<Reason>>> {
        self.parts(|site| site.reason)
    }

    /// By what `key` says of a site, the largest first.
    pub(crate) fn parts<K: Eq + Hash + Clone>(&self, key: impl Fn(&'a Site) -> K) -> Vec<Part<K>> {
        let mut parts: Vec<Part<K>> = Vec::new();
        let mut known: HashMap<K, usize> = HashMap::default();
        for site in &self.sites {
            let at = *known.entry(key(site)).or_insert_with_key(|key| {
                parts.push(Part { key: key.clone(), bytes: 0, bytes_fraction: 0.0 });
                parts.len() - 1
            });
            parts[at].bytes = parts[at].bytes.saturating_add(site.bytes);
            parts[at].bytes_fraction += site.bytes_fraction;
        }
        parts.sort_by_key(|part| Reverse(part.bytes));
        parts
    }

    /// The share of its bytes that are still in use: what stays is no garbage.
    pub(crate) fn kept_fraction(&self) -> f64 {
        if self.bytes > 0 { (self.inuse_bytes as f64 / self.bytes as f64).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Whether most of it stays. Of a buffer or a map that grows and stays, what it outgrew was needed to make it.
    pub(crate) fn is_mostly_kept(&self) -> bool {
        let outgrown = |site: &&Site| site.inuse_bytes.min(site.bytes.saturating_sub(site.inuse_bytes)).max(0);
        let outgrown: i64 = self.sites.iter().filter(|site| site.is_outgrown()).map(outgrown).sum();
        self.bytes > 0 && self.inuse_bytes.saturating_add(outgrown).saturating_mul(2) >= self.bytes
    }

    /// What goroutines lost there; each place counts once, for whatever reasons it allocates. `None` where that of a part is not
    /// known.
    pub(crate) fn assists(&self) -> Option<AssistCost> {
        let mut sum = AssistCost::default();
        let mut places: HashSet<(&Place, Option<&Arc<str>>)> = HashSet::default();
        for site in &self.sites {
            let cost = site.assists.as_ref()?;
            if places.insert((&site.place, site.callee.as_ref())) {
                sum.add(cost);
            }
        }
        Some(sum)
    }

    /// Bytes of one object, on average.
    pub(crate) fn mean_object_bytes(&self) -> Option<f64> {
        (self.objects > 0).then(|| self.bytes as f64 / self.objects as f64)
    }
}

/// No function has this name.
const CUT: &str = "";
