//! Explanations: the flows and steps below a header.

use std::collections::hash_map::Entry;

use foldhash::HashSet;
use memchr::{memmem, memrchr};

use super::Fold;
use crate::{
    found::{Explanation, Place, RawStep},
    grammar,
    interner::{Interner, TextId},
    message::Message,
    position::Position,
};

/// What is done with the lines of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Reading {
    /// Nothing but to count them: the explanation is known.
    #[default]
    Skip,
    /// Only whether the value is put into an interface.
    Boxed,
    Steps,
    /// Only the call that a parameter leaks by.
    Leak,
}

impl Fold {
    /// The `flow` or `from` of a line that belongs to the block that is read: most lines of a log do.
    pub(super) fn explanation_of<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        if self.block.is_empty() {
            return None;
        }
        line.strip_prefix(self.block.as_slice()).filter(|text| text.starts_with(b"  "))
    }

    /// Takes a line of an explanation; false when it is none.
    pub(super) fn step(&mut self, text: &[u8]) -> bool {
        if let Some(flow) = text.strip_prefix(b"  flow: ") {
            if !flow.ends_with(b":")
                || (memmem::find(flow, " ← ".as_bytes()).or_else(|| memmem::find(flow, b" = "))).is_none()
            {
                return false;
            }
            if self.reading == Reading::Steps {
                let Some((to, _, _)) =
                    std::str::from_utf8(flow).ok().and_then(|flow| grammar::flow(flow.strip_suffix(':')?))
                else {
                    return false;
                };
                let to = self.texts.id(to);
                if let Some((_, _, open)) = &mut self.open {
                    (open.sink, open.own_sink) = (to, to);
                }
            }
            return true;
        }
        let Some(from) = text.strip_prefix(b"    from ") else {
            return text.starts_with(b"  warning: truncated explanation");
        };
        let Some((node_end, why_end)) = ends_of_step(from) else { return false };
        if &from[node_end + 2..why_end] == b"assign" && memmem::find(&from[..node_end], b" += ").is_some() {
            self.add_to_text(&from[why_end + ") at ".len()..]);
        }
        match self.reading {
            Reading::Skip => true,
            Reading::Leak => {
                if &from[node_end + 2..why_end] == b"call parameter" {
                    self.via.clear();
                    self.via.extend_from_slice(&from[..node_end]);
                }
                true
            }
            Reading::Boxed => {
                if &from[node_end + 2..why_end] == b"interface-converted"
                    && let Some((_, _, open)) = &mut self.open
                {
                    open.is_converted = true;
                }
                true
            }
            Reading::Steps => self.keep_step(from, node_end, why_end),
        }
    }

    /// Only what holds a pointer flows: what is added to is a text.
    fn add_to_text(&mut self, at: &[u8]) {
        if let Ok(at) = std::str::from_utf8(at) {
            let place = self.place(Position::decode(at));
            self.additions.insert((place.0, place.1));
        }
    }

    fn keep_step(&mut self, from: &[u8], node_end: usize, why_end: usize) -> bool {
        let Ok(text) = std::str::from_utf8(from) else { return false };
        let (node, why, at) = (&text[..node_end], &text[node_end + 2..why_end], &text[why_end + ") at ".len()..]);
        self.versions.see(&Message::From { node, why, at });
        let place = self.place(Position::decode(at));
        let step = RawStep { from: self.texts.id(node), why: self.texts.id(why), place };
        if let Some((_, _, open)) = &mut self.open
            && open.steps.len() < self.limits.steps
        {
            open.is_converted |= why == "interface-converted";
            open.steps.push(step);
        }
        true
    }

    pub(super) fn open_block(&mut self, place: Place, block: &[u8]) {
        self.block.extend_from_slice(block);
        self.block_place = Some(place);
    }

    /// Keeps the explanation that ends here.
    pub(super) fn close(&mut self) {
        self.block.clear();
        self.block_place = None;
        let Some((place, subject, explanation)) = self.open.take() else { return };
        match self.reading {
            Reading::Skip => {}
            Reading::Leak => {
                let via = std::str::from_utf8(&self.via).map_or(TextId::default(), |via| self.texts.id(via));
                self.via.clear();
                if let Some(header) = self.leak_headers.get_mut(&(place, subject)) {
                    header.via = via;
                }
            }
            Reading::Boxed => {
                if explanation.is_converted
                    && let Some(&known) = self.decided.get(&(place, subject, false))
                {
                    self.decisions[known].explanation.is_converted = true;
                }
            }
            Reading::Steps => self.explain(place, subject, explanation),
        }
    }

    /// One subject may be explained several times, for each path on which it reaches the heap. The first one is kept: but
    /// that a closure shares a variable is what can be changed, more than that its methods keep their receiver.
    fn explain(&mut self, place: Place, subject: TextId, explanation: Explanation) {
        let is_last = |explanation: &Explanation, texts: &Interner, why: &str| {
            explanation.steps.last().is_some_and(|step| &**texts.text(step.why) == why)
        };
        match self.explanations.entry((place, subject)) {
            Entry::Vacant(entry) => {
                self.explained.insert(place, subject);
                entry.insert(explanation);
            }
            Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                let is_converted = known.is_converted || explanation.is_converted;
                if is_last(known, &self.texts, "call parameter") && is_last(&explanation, &self.texts, "reference") {
                    *known = explanation;
                }
                known.is_converted = is_converted;
            }
        }
    }

    /// `{storage for x}` is where x goes, when x is explained; gives the step by which it goes there in the end.
    pub(super) fn chase(&mut self, place: Place, explanation: &mut Explanation) -> Option<RawStep> {
        let mut place = place;
        let mut next = None;
        let mut seen = HashSet::default();
        let mut at = explanation.steps.last().map(|step| step.place);
        while seen.insert(explanation.sink) {
            let sink = std::sync::Arc::clone(self.texts.text(explanation.sink));
            let Some(inner) = sink.strip_prefix("{storage for ").and_then(|rest| rest.strip_suffix('}')) else { break };
            let inner = self.texts.id(inner);
            let found = [Some(place), at]
                .into_iter()
                .flatten()
                .find_map(|place| self.explanations.get(&(place, inner)).map(|found| (place, found)))
                .filter(|(_, found)| found.sink != TextId::default() && found.sink != explanation.sink);
            let Some((of, found)) = found else { break };
            explanation.sink = found.sink;
            next = found.steps.last().copied();
            (place, at) = (of, next.map(|step| step.place));
        }
        next
    }
}

/// Where the node and the why of `NODE (WHY) at POS` end.
fn ends_of_step(step: &[u8]) -> Option<(usize, usize)> {
    let mut end = step.len();
    let why_end = loop {
        end = memrchr(b')', step.get(..end)?)?;
        if step[end..].starts_with(b") at ") {
            break end;
        }
    };
    let mut end = why_end;
    loop {
        end = memrchr(b'(', &step[..end])?;
        if end > 0 && step[end - 1] == b' ' {
            return Some((end - 1, why_end));
        }
    }
}
