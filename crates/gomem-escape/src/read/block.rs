//! What lives as long as a block: a header, and the flows and steps below it.

use std::sync::LazyLock;

use memchr::{memmem, memmem::Finder, memrchr};

use crate::{
    read::{
        facts::Facts,
        raw::{Explanation, RawStep},
        section::OpenSection,
        store::is_store,
        xpos::{TextId, XPos},
    },
    text::{Message, Position, flow},
};

/// The block that is read. Its lines begin alike.
#[derive(Debug, Default)]
pub(crate) struct Block {
    /// What each of its lines begins with; empty between blocks.
    prefix: Vec<u8>,
    at: Option<XPos>,
    reading: Reading,
    /// What the header is about.
    subject: TextId,
    explanation: Explanation,
    /// The last call in the explanation of a leak.
    via: Vec<u8>,
    /// Whether the flow that is read ends in the heap.
    is_to_heap: bool,
}

/// What is done with the lines of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Reading {
    /// Nothing but to count them: the explanation is known.
    #[default]
    Skip,
    /// Only whether the value is put into an interface.
    Boxing,
    /// All steps.
    Steps,
    /// Only the call that a parameter leaks by; and where not only what it points to leaks, the step that stores it.
    Leak { is_whole: bool },
}

impl Block {
    /// A header opens it: what it is about, in which function, and what of the lines below it is wanted.
    pub(crate) fn open(&mut self, at: XPos, prefix: &[u8], subject: TextId, function: TextId, reading: Reading) {
        self.prefix.extend_from_slice(prefix);
        self.at = Some(at);
        self.reading = reading;
        self.subject = subject;
        self.explanation = Explanation { function, ..Explanation::default() };
    }

    pub(crate) fn is_at(&self, at: XPos) -> bool {
        self.at == Some(at)
    }

    /// The `flow` or `from` of a line that belongs to it: most lines of a log do.
    pub(crate) fn line<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        if self.prefix.is_empty() {
            return None;
        }
        line.strip_prefix(self.prefix.as_slice()).filter(|text| text.starts_with(b"  "))
    }

    /// Takes a line of the explanation; false when it is none. Of more than `most` steps the further ones are left out.
    pub(crate) fn read(&mut self, text: &[u8], most: usize, facts: &mut Facts) -> bool {
        if let Some(flow) = text.strip_prefix(b"  flow: ") {
            return self.flow(flow, facts);
        }
        let Some(from) = text.strip_prefix(b"    from ") else {
            return text.starts_with(b"  warning: truncated explanation");
        };
        let Some(step) = Step::parse(from) else { return false };
        // Only what holds a pointer flows: what is added to is a text.
        if step.why == b"assign"
            && memmem::find(step.node, b" += ").is_some()
            && let Ok(at) = std::str::from_utf8(step.at)
        {
            let at = facts.texts.position(Position::parse(at));
            facts.additions.insert((at.file, at.line));
        }
        if step.why == b"interface-converted"
            && is_selector(step.node)
            && let (Ok(node), Ok(at)) = (std::str::from_utf8(step.node), std::str::from_utf8(step.at))
        {
            let at = facts.texts.position(Position::parse(at));
            facts.boxed.insert((at, facts.texts.id(node)));
        }
        match self.reading {
            Reading::Skip => {}
            Reading::Leak { is_whole } => return self.leak(&step, is_whole, facts),
            Reading::Boxing => self.explanation.is_converted |= step.why == b"interface-converted",
            Reading::Steps => return self.step(&step, most, facts),
        }
        true
    }

    /// Keeps the explanation that ends here.
    pub(crate) fn close(&mut self, section: &mut OpenSection, facts: &mut Facts) {
        self.prefix.clear();
        let Some(at) = self.at.take() else { return };
        let explanation = std::mem::take(&mut self.explanation);
        match self.reading {
            Reading::Skip => {}
            Reading::Leak { .. } => {
                let via = std::str::from_utf8(&self.via).map_or(TextId::default(), |via| facts.texts.id(via));
                self.via.clear();
                let header = section.leak_header(at, self.subject);
                if header.via == TextId::default() {
                    header.via = via;
                }
                header.store = header.store.or(explanation.store);
            }
            Reading::Boxing => {
                if explanation.is_converted
                    && let Some(known) = facts.decisions.get_mut(&(at, self.subject, false))
                {
                    known.explanation.is_converted = true;
                }
            }
            Reading::Steps => {
                section.explain(at, self.subject, explanation, &facts.texts);
                for is_moved in [false, true] {
                    let Facts { decisions, texts, .. } = &mut *facts;
                    if let Some(decision) = decisions.get_mut(&(at, self.subject, is_moved)) {
                        (decision.explanation, decision.next) = section.explanation(at, self.subject, texts);
                    }
                }
            }
        }
    }

    fn flow(&mut self, text: &[u8], facts: &mut Facts) -> bool {
        let has_arrow = || ARROWS.iter().any(|arrow| arrow.find(text).is_some());
        let Some(inner) = text.strip_suffix(b":").filter(|_| has_arrow()) else { return false };
        if let Some(stored) =
            inner.strip_prefix(b"{storage for ").and_then(|rest| rest.split(|byte| *byte == b'}').next())
            && is_selector(stored)
            && let (Some(at), Ok(stored)) = (self.at, std::str::from_utf8(stored))
        {
            facts.receivers.insert((at.file, facts.texts.id(stored)));
        }
        self.is_to_heap = inner.starts_with(HEAP);
        self.explanation.store = None;
        if self.reading == Reading::Steps {
            let Some((to, ..)) = std::str::from_utf8(inner).ok().and_then(flow) else { return false };
            let to = facts.texts.id(to);
            (self.explanation.sink, self.explanation.own_sink) = (to, to);
        }
        true
    }

    fn step(&mut self, text: &Step<'_>, most: usize, facts: &mut Facts) -> bool {
        let Some((node, why, at)) = text.texts() else { return false };
        facts.versions.see(&Message::From { node, why, at });
        let at = facts.texts.position(Position::parse(at));
        let step = RawStep { from: facts.texts.id(node), why: facts.texts.id(why), at };
        if self.explanation.steps.len() < most {
            self.explanation.is_converted |= why == "interface-converted";
            self.explanation.steps.push(step);
        }
        self.explanation.store = self.is_store(text).then_some(step);
        true
    }

    fn leak(&mut self, step: &Step<'_>, is_whole: bool, facts: &mut Facts) -> bool {
        if step.why == b"call parameter" {
            self.via.clear();
            self.via.extend_from_slice(step.node);
        }
        self.explanation.store = None;
        if is_whole && self.is_store(step) {
            let Some((node, why, at)) = step.texts() else { return false };
            let at = facts.texts.position(Position::parse(at));
            self.explanation.store = Some(RawStep { from: facts.texts.id(node), why: facts.texts.id(why), at });
        }
        true
    }

    /// Whether the step stores it, if it is the last one of its flow.
    fn is_store(&self, step: &Step<'_>) -> bool {
        self.is_to_heap && is_store(step.node, step.why)
    }
}

/// What a flow that ends in the heap begins with.
const HEAP: &[u8] = b"{heap} ";

/// Whether it may be a field or a method value, which print alike.
fn is_selector(node: &[u8]) -> bool {
    node.contains(&b'.') && !node.iter().any(|byte| matches!(byte, b'(' | b' ' | b'{'))
}

/// `NODE (WHY) at POS`, as bytes: most steps are not kept, so that their text is not checked.
struct Step<'a> {
    node: &'a [u8],
    why: &'a [u8],
    at: &'a [u8],
}

impl<'a> Step<'a> {
    /// `None` where one of them is no text.
    fn texts(&self) -> Option<(&'a str, &'a str, &'a str)> {
        let text = |bytes| std::str::from_utf8(bytes).ok();
        Some((text(self.node)?, text(self.why)?, text(self.at)?))
    }

    fn parse(step: &'a [u8]) -> Option<Self> {
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
                return Some(Self {
                    node: &step[..end - 1],
                    why: &step[end + 1..why_end],
                    at: &step[why_end + ") at ".len()..],
                });
            }
        }
    }
}

/// What a flow has: the compiler writes one or the other, by its release.
static ARROWS: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| [" ← ", " = "].map(Finder::new));
