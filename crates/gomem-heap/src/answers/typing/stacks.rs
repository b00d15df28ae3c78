//! What lies on stacks: variables of functions, and what pointers of known types lead to there.

use gomem_binary::TypeId;

use crate::{
    answers::{leads::Pointer, stacks::Stacks, typing::Typing},
    program::Leads,
};

impl Typing<'_> {
    /// Follows the variables of all functions on stacks, and what goroutines hold beside them.
    pub(super) fn stacks(&mut self) {
        if self.types.values.is_empty() {
            return;
        }
        let (snapshot, program) = (self.snapshot, self.program);
        let mut stacks = Stacks::new(program);
        for goroutine in &snapshot.goroutines {
            for (leads, pointer) in stacks.pointers(snapshot, &self.types.values, goroutine) {
                self.follow(leads, pointer);
            }
            goroutine.roots.iter().for_each(|root| self.function_at(*root));
        }
    }

    /// Follows a pointer into a stack: what a goroutine sends or waits for may be a variable of it.
    pub(super) fn follow_stack(&mut self, leads: Leads, pointer: Pointer<'_>) {
        match leads {
            Leads::Value(type_id) => self.follow_stack_value(pointer.value, type_id),
            Leads::Head { head, .. } => self.follow_stack_value(pointer.value, head),
            Leads::Elements(type_id) => {
                let count = pointer.word(self.snapshot, 1).unwrap_or_default().min(MOST_ELEMENTS);
                let bytes = self.types.values.bytes(type_id);
                for number in 0..count {
                    self.follow_stack_value(pointer.value.saturating_add(number.saturating_mul(bytes)), type_id);
                }
            }
            _ => {}
        }
    }

    fn follow_stack_value(&mut self, start: u64, type_id: TypeId) {
        let Some((content, offset)) = self.stack_memory.at(start) else { return };
        let word_bytes = self.snapshot.target.order.word_bytes;
        let bytes = usize::try_from(self.types.values.bytes(type_id)).unwrap_or(usize::MAX);
        let end = offset.saturating_add(bytes).min(content.len());
        if self.types.values.pointers(type_id) == 0 || !self.on_stack.insert((start, type_id)) {
            return;
        }
        for at in (offset..end).step_by(word_bytes) {
            let Some((_, leads)) = self.types.values.pointer(type_id, (at - offset) as u64) else { continue };
            if let Some(value) = self.snapshot.target.order.word(content, at) {
                self.follow(leads, Pointer { content, offset: at, value, bounds: (offset, end) });
            }
        }
    }
}

/// Arrays on stacks are small.
const MOST_ELEMENTS: u64 = 1024;
