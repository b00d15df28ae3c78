//! What the ids of a generation stand for.

use std::borrow::Cow;

use crate::{
    model::{Frame, Names, StackId, TextId},
    wire::{ById, Clock, FrameRecord, Generation},
};

/// Turns the ids of a generation into names and stacks, when they are asked for.
#[derive(Debug)]
pub(super) struct Lookup<'g, 'a> {
    generation: &'g Generation<'a>,
    pub(super) names: &'g mut Names,
    pub(super) clock: Clock,
    texts: ById<Option<TextId>>,
    stacks: ById<Option<StackId>>,
    types: ById<(TextId, u64)>,
    /// References to texts that are not in the generation.
    pub(super) missing_texts: u64,
    /// References to stacks that are not.
    pub(super) missing_stacks: u64,
}

impl<'g, 'a> Lookup<'g, 'a> {
    pub(super) fn new(generation: &'g Generation<'a>, names: &'g mut Names, clock: Clock) -> Self {
        let (texts, stacks, types) = (ById::default(), ById::default(), ById::default());
        Self { generation, names, clock, texts, stacks, types, missing_texts: 0, missing_stacks: 0 }
    }

    #[inline]
    pub(super) fn time(&self, ticks: u64) -> u64 {
        self.clock.nanoseconds(ticks)
    }

    /// A text as it is in the trace.
    pub(super) fn raw(&self, id: u64) -> Option<&'a [u8]> {
        self.generation.strings.get(id).copied()
    }

    pub(super) fn text(&mut self, id: u64) -> Option<TextId> {
        if let Some(known) = self.texts.get(id) {
            self.missing_texts += u64::from(known.is_none());
            return *known;
        }
        let raw = if id == 0 { Some(&b""[..]) } else { self.raw(id) };
        let text = raw.map(|raw| self.names.intern_text(&String::from_utf8_lossy(raw)));
        self.missing_texts += u64::from(text.is_none());
        self.texts.insert(id, text);
        text
    }

    pub(super) fn has_types(&self) -> bool {
        !self.generation.types.is_empty()
    }

    /// A type's name and address.
    pub(super) fn type_of(&mut self, id: u64) -> Option<(TextId, u64)> {
        if let Some(known) = self.types.get(id) {
            return Some(*known);
        }
        let record = self.generation.types.get(id)?;
        let name: Cow<'_, str> = String::from_utf8_lossy(record.name);
        let named = (self.names.intern_text(&name), record.address);
        self.types.insert(id, named);
        Some(named)
    }

    pub(super) fn stack(&mut self, id: u64) -> Option<StackId> {
        if id == 0 {
            return None;
        }
        if let Some(known) = self.stacks.get(id) {
            self.missing_stacks += u64::from(known.is_none());
            return *known;
        }
        let generation = self.generation;
        let stack = generation.stacks.frames(id).map(|records| {
            let frames: Vec<Frame> = records.map(|record| self.frame(record)).collect();
            self.names.intern_stack(&frames)
        });
        self.missing_stacks += u64::from(stack.is_none());
        self.stacks.insert(id, stack);
        stack
    }

    /// A frame whose texts are missing is without a name.
    fn frame(&mut self, FrameRecord { function, file, line }: FrameRecord) -> Frame {
        let function = self.text(function).unwrap_or_else(|| self.names.intern_text(""));
        let file = self.text(file).unwrap_or_else(|| self.names.intern_text(""));
        Frame { function, file, line }
    }
}
