//! Variables on stacks whose address is taken: a frame's own maps leave them out, and the collector finds them by pointers into the
//! stack (`stackScanState` in `runtime/mgcstack.go`). So does this, with the tables of the program's file.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use gomem_binary::StackObject;

use crate::{
    memory::{Frame, Goroutine, Order, Snapshot},
    program::Program,
};

/// The variables of one stack.
pub(crate) struct StackObjects<'a> {
    snapshot: &'a Snapshot,
    frames: &'a [Frame],
    /// What the goroutine holds beside its frames.
    roots: &'a [u64],
    /// Where each begins and ends, and the frame whose function it is of; by address.
    objects: Vec<(u64, u64, usize, StackObject)>,
}

impl<'a> StackObjects<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, program: &Program, goroutine: &'a Goroutine) -> Self {
        let frames = goroutine.frames.as_slice();
        let mut known: HashMap<u64, Vec<StackObject>, RandomState> = HashMap::default();
        let mut objects = Vec::new();
        for (number, frame) in frames.iter().enumerate() {
            let bases = Bases::new(frame, &snapshot.target.arch, snapshot.target.order);
            let of_function = known.entry(frame.entry).or_insert_with(|| program.stack_objects(frame.entry));
            for object in of_function.iter() {
                let base = if object.offset < 0 { bases.variables } else { bases.arguments };
                let start = base.wrapping_add_signed(i64::from(object.offset));
                objects.push((start, start.saturating_add(u64::from(object.size)), number, object.clone()));
            }
        }
        objects.sort_by_key(|(start, ..)| *start);
        Self { snapshot, frames, roots: &goroutine.roots, objects }
    }

    /// Each word that is a pointer in a variable that something on the stack points to: frame, offset and value.
    pub(crate) fn for_each_pointer(&self, mut visit: impl FnMut(usize, usize, u64)) {
        if self.objects.is_empty() {
            return;
        }
        let order = self.snapshot.target.order;
        let mut is_live = vec![false; self.objects.len()];
        let mut found: Vec<usize> = Vec::new();
        let mut enter = |value: u64, found: &mut Vec<usize>| {
            let at = self.objects.partition_point(|(start, ..)| *start <= value).checked_sub(1);
            if let Some(at) = at.filter(|at| value < self.objects[*at].1)
                && !std::mem::replace(&mut is_live[at], true)
            {
                found.push(at);
            }
        };
        for frame in self.frames {
            let content = frame.content(&self.snapshot.file);
            for offset in &frame.pointers {
                if let Some(value) = order.word(content, *offset as usize) {
                    enter(value, &mut found);
                }
            }
        }
        self.roots.iter().for_each(|root| enter(*root, &mut found));
        while let Some(at) = found.pop() {
            let (start, _, frame, object) = &self.objects[at];
            for offset in (0..object.pointer_bytes as usize).step_by(order.word_bytes) {
                let bit = offset / order.word_bytes;
                let is_pointer = |mask: &Vec<u8>| mask.get(bit / 8).is_some_and(|byte| byte >> (bit % 8) & 1 == 1);
                if !object.mask.as_ref().is_none_or(is_pointer) {
                    continue;
                }
                let address = start.saturating_add(offset as u64);
                if let Some(value) = self.word(address) {
                    enter(value, &mut found);
                    let within = address.wrapping_sub(self.frames[*frame].sp);
                    visit(*frame, usize::try_from(within).unwrap_or(usize::MAX), value);
                }
            }
        }
    }

    /// The word at an address of the stack; arguments lie in the caller's frame.
    fn word(&self, address: u64) -> Option<u64> {
        let at = self.frames.partition_point(|frame| frame.sp <= address).checked_sub(1)?;
        let frame = &self.frames[at];
        let offset = usize::try_from(address - frame.sp).ok()?;
        self.snapshot.target.order.word(frame.content(&self.snapshot.file), offset)
    }
}

/// What offsets in a frame are counted from (`stkframe` in `runtime/stkframe.go`).
struct Bases {
    variables: u64,
    arguments: u64,
}

impl Bases {
    fn new(frame: &Frame, arch: &str, order: Order) -> Self {
        let end = frame.sp.saturating_add(frame.length as u64);
        let word = order.word_bytes as u64;
        let pushes_return = matches!(arch, "amd64" | "386");
        let mut variables = if pushes_return { end.saturating_sub(word) } else { end };
        if variables > frame.sp && matches!(arch, "amd64" | "arm64") {
            variables = variables.saturating_sub(word);
        }
        // Where the caller's address is kept in a register, its place on the stack lies before the arguments.
        let arguments = if pushes_return { end } else { end.saturating_add(word) };
        Self { variables, arguments }
    }
}
