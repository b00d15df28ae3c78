//! Texts and stacks, each once: their ids differ between generations.

use std::{collections::HashMap, num::NonZero, sync::Arc};

use foldhash::fast::RandomState;

/// A text, by its place, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TextId(NonZero<u32>);

/// A stack, by its place, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct StackId(NonZero<u32>);

/// A frame of a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Frame {
    pub(crate) function: TextId,
    pub(crate) file: TextId,
    pub(crate) line: u64,
}

/// Texts and stacks, each once.
#[derive(Debug, Default)]
pub(crate) struct Names {
    texts: Vec<Arc<str>>,
    text_ids: HashMap<Arc<str>, TextId, RandomState>,
    text_bytes: u64,
    stacks: Vec<Arc<[Frame]>>,
    stack_ids: HashMap<Arc<[Frame]>, StackId, RandomState>,
}

impl Names {
    pub(crate) fn text(&self, id: TextId) -> &Arc<str> {
        &self.texts[id.0.get() as usize - 1]
    }

    pub(crate) fn frames(&self, id: StackId) -> &[Frame] {
        &self.stacks[id.0.get() as usize - 1]
    }

    pub(crate) fn function(&self, frame: &Frame) -> &str {
        self.text(frame.function)
    }

    /// The first frame that is not the runtime's: the line that allocated, with the key that profiles have.
    pub(crate) fn site(&self, id: StackId) -> Option<Frame> {
        self.frames(id).iter().find(|frame| !is_runtime(self.function(frame))).copied()
    }

    /// Whether a function is on a stack.
    pub(crate) fn is_on_stack(&self, id: StackId, function: &str) -> bool {
        self.frames(id).iter().any(|frame| self.function(frame) == function)
    }

    pub(crate) fn intern_text(&mut self, text: &str) -> TextId {
        if let Some(id) = self.text_ids.get(text) {
            return *id;
        }
        let text: Arc<str> = text.into();
        self.text_bytes += text.len() as u64;
        self.texts.push(Arc::clone(&text));
        let id = TextId(last(self.texts.len()));
        self.text_ids.insert(text, id);
        id
    }

    pub(crate) fn intern_stack(&mut self, frames: &[Frame]) -> StackId {
        if let Some(id) = self.stack_ids.get(frames) {
            return *id;
        }
        let frames: Arc<[Frame]> = frames.into();
        self.stacks.push(Arc::clone(&frames));
        let id = StackId(last(self.stacks.len()));
        self.stack_ids.insert(frames, id);
        id
    }

    pub(crate) fn text_bytes(&self) -> u64 {
        self.text_bytes
    }

    pub(crate) fn stacks(&self) -> u64 {
        self.stacks.len() as u64
    }
}

/// The number of the last of so many.
fn last(count: usize) -> NonZero<u32> {
    u32::try_from(count).ok().and_then(NonZero::new).unwrap_or(NonZero::<u32>::MAX)
}

/// Whether a function is the runtime's own, as heap profiles leave them out (`runtime/pprof`, `appendLocsForStack`).
pub(crate) fn is_runtime(function: &str) -> bool {
    function.starts_with("runtime.") || function.starts_with("internal/runtime/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_site_is_outside_of_the_runtime() {
        let mut names = Names::default();
        let file = names.intern_text("main.go");
        let frames: Vec<Frame> =
            ["runtime.mallocgc", "internal/runtime/maps.(*Map).grow", "runtime/trace.Log", "main.f"]
                .into_iter()
                .zip(1..)
                .map(|(function, line)| Frame { function: names.intern_text(function), file, line })
                .collect();
        let stack = names.intern_stack(&frames);
        assert_eq!(names.site(stack).map(|frame| frame.line), Some(3));
        assert_eq!(names.intern_stack(&frames), stack);
        let runtime = names.intern_stack(&frames[..2]);
        assert_eq!(names.site(runtime), None);
    }
}
