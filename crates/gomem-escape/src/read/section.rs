//! What lives as long as the section of a package.

use std::{collections::hash_map::Entry, sync::Arc};

use foldhash::{HashMap, HashSet};

use crate::{
    read::{
        interner::Interner,
        raw::{Explanation, RawStep},
        xpos::{TextId, XPos},
    },
    text::Variant,
};

/// The section that is read: whose it is, and the explanations that its final lines refer to.
#[derive(Debug, Default)]
pub(crate) struct OpenSection {
    pub(crate) package: TextId,
    pub(crate) variant: Variant,
    explanations: HashMap<(XPos, TextId), Explanation>,
    /// The last subject that is explained at a position.
    explained: HashMap<XPos, TextId>,
    /// The first `append(...)` that is explained at a position: since Go 1.26 what is decided has no more of it than `append`.
    appends: HashMap<XPos, TextId>,
    leak_headers: HashMap<(XPos, TextId), LeakHeader>,
}

/// What the headers of a leaking parameter say.
#[derive(Debug, Default)]
pub(crate) struct LeakHeader {
    pub(crate) function: TextId,
    pub(crate) derefs: Option<i64>,
    /// The call by which it reaches the heap.
    pub(crate) via: TextId,
    /// The step that stores the parameter itself.
    pub(crate) store: Option<RawStep>,
    /// What it is put into, which goes to the heap: `&item{...}`; empty where that is not said.
    pub(crate) holder: TextId,
}

impl OpenSection {
    /// Another section begins; allocations are kept.
    pub(crate) fn begin(&mut self, package: TextId, variant: Variant) {
        self.explanations.clear();
        self.explained.clear();
        self.appends.clear();
        self.leak_headers.clear();
        (self.package, self.variant) = (package, variant);
    }

    pub(crate) fn leak_header(&mut self, at: XPos, param: TextId) -> &mut LeakHeader {
        self.leak_headers.entry((at, param)).or_default()
    }

    pub(crate) fn get_leak_header(&self, at: XPos, param: TextId) -> Option<&LeakHeader> {
        self.leak_headers.get(&(at, param))
    }

    /// One subject may be explained several times, for each path on which it reaches the heap. The first one is kept: but
    /// that a closure shares a variable is what can be changed, more than that its methods keep their receiver. Of the others
    /// only the step that stores it is kept.
    pub(crate) fn explain(&mut self, at: XPos, subject: TextId, explanation: Explanation, texts: &Interner) {
        let is_last = |explanation: &Explanation, why: &str| {
            explanation.steps.last().is_some_and(|step| &**texts.text(step.why) == why)
        };
        match self.explanations.entry((at, subject)) {
            Entry::Vacant(entry) => {
                self.explained.insert(at, subject);
                if texts.text(subject).starts_with("append(") {
                    self.appends.entry(at).or_insert(subject);
                }
                entry.insert(explanation);
            }
            Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                let is_converted = known.is_converted || explanation.is_converted;
                let store = known.store.or(explanation.store);
                if is_last(known, "call parameter") && is_last(&explanation, "reference") {
                    *known = explanation;
                }
                (known.is_converted, known.store) = (is_converted, store);
            }
        }
    }

    /// What is explained, in the order of its positions.
    pub(crate) fn explained(&self) -> Vec<(XPos, TextId)> {
        let mut all: Vec<(XPos, TextId)> = self.explanations.keys().copied().collect();
        all.sort_unstable();
        all
    }

    /// The explanation of a subject, followed to where it goes in the end; and the step by which it goes there.
    pub(crate) fn explanation(
        &self,
        at: XPos,
        subject: TextId,
        texts: &mut Interner,
    ) -> (Explanation, Option<RawStep>) {
        // Since Go 1.25 a variable that only ever holds a constant is explained by its name, and decided as the constant.
        let by_other_name = || {
            let appended = self.appends.get(&at).filter(|_| &**texts.text(subject) == "append");
            self.explanations.get(&(at, *appended.or_else(|| self.explained.get(&at))?))
        };
        let found = self.explanations.get(&(at, subject)).or_else(by_other_name);
        let mut explanation = found.cloned().unwrap_or_default();
        let next = self.chase(at, &mut explanation, texts);
        (explanation, next)
    }

    /// `{storage for x}` is where x goes, when x is explained; gives the step by which it goes there in the end.
    fn chase(&self, at: XPos, explanation: &mut Explanation, texts: &mut Interner) -> Option<RawStep> {
        let mut at = at;
        let mut next = None;
        let mut seen = HashSet::default();
        let mut last = explanation.steps.last().map(|step| step.at);
        while seen.len() < MOST_HOPS && seen.insert(explanation.sink) {
            let sink = Arc::clone(texts.text(explanation.sink));
            let Some(inner) = sink.strip_prefix("{storage for ").and_then(|rest| rest.strip_suffix('}')) else { break };
            let inner = texts.id(inner);
            let found = [Some(at), last]
                .into_iter()
                .flatten()
                .find_map(|at| self.explanations.get(&(at, inner)).map(|found| (at, found)))
                .filter(|(_, found)| found.sink != TextId::default() && found.sink != explanation.sink);
            let Some((of, found)) = found else { break };
            explanation.sink = found.sink;
            explanation.store = explanation.store.or(found.store);
            next = found.steps.last().copied();
            (at, last) = (of, next.map(|step| step.at));
        }
        next
    }
}

/// So many places one after the other at most: a chain that is longer would be followed from each of its places.
const MOST_HOPS: usize = 64;
