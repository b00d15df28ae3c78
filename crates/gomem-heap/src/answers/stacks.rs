//! What variables on stacks say of the objects that they point to.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use gomem_binary::LocalPart;

use crate::{
    answers::leads::{self, Pointer},
    holders::StackObjects,
    memory::{Frame, Goroutine, Snapshot},
    program::{Leads, Program, Values},
};

/// The variables of functions, by where these begin and what they carry out.
pub(super) struct Stacks<'a> {
    program: &'a Program,
    known: HashMap<(u64, u64), Vec<LocalPart>, RandomState>,
}

impl<'a> Stacks<'a> {
    pub(super) fn new(program: &'a Program) -> Self {
        Self { program, known: HashMap::default() }
    }

    /// The pointers of a stack's variables, and what these lead to; none where two variables that lie in one place do not agree.
    pub(super) fn pointers<'s>(
        &mut self,
        snapshot: &'s Snapshot,
        values: &Values,
        goroutine: &'s Goroutine,
    ) -> Vec<(Leads, Pointer<'s>)> {
        // Arguments that a function keeps lie in the frame of its caller.
        let mut parts: Vec<(u64, LocalPart)> = Vec::new();
        for frame in &goroutine.frames {
            let end = frame.sp.saturating_add(frame.length as u64);
            // It returns behind the call.
            let at = if frame.pc > frame.entry { frame.pc - 1 } else { frame.pc };
            let of_frame = self.parts(values, frame.entry, at).iter();
            parts.extend(of_frame.map(|part| {
                let bytes = if part.is_address { part.bytes } else { part.bytes.min(values.bytes(part.type_id)) };
                (end.wrapping_add_signed(part.frame_offset), LocalPart { bytes, ..part.clone() })
            }));
        }
        let parts = LocalParts::new(parts);
        let mut words: Vec<(&Frame, usize)> = Vec::new();
        for frame in &goroutine.frames {
            words.extend(frame.pointers.iter().map(|offset| (frame, *offset as usize)));
        }
        StackObjects::new(snapshot, self.program, goroutine).for_each_pointer(|frame, offset, _| {
            words.extend(goroutine.frames.get(frame).map(|frame| (frame, offset)));
        });
        let mut found = Vec::new();
        for (frame, offset) in words {
            let content = frame.content(&snapshot.file);
            let Some(value) = snapshot.target.order.word(content, offset) else { continue };
            let Some(near) = parts.at(frame.sp.wrapping_add(offset as u64)) else { continue };
            let mut leads = near.into_iter().filter_map(|(within, part)| {
                let leads = if part.is_address {
                    (within == 0).then_some(Leads::Value(part.type_id))?
                } else {
                    values.pointer(part.type_id, part.offset.checked_add(within)?)?.1
                };
                let start = offset.saturating_sub(usize::try_from(within).ok()?);
                let end = start.saturating_add(usize::try_from(part.bytes).unwrap_or(usize::MAX));
                (leads != Leads::Untold).then_some((leads, (start, end)))
            });
            let Some((first, bounds)) = leads.next() else { continue };
            if leads.all(|(other, _)| other == first) {
                let whole = Pointer { content, offset, value, bounds };
                let word = (offset, offset + snapshot.target.order.word_bytes);
                let bounds = if leads::is_whole(snapshot, values, first, whole) { bounds } else { word };
                found.push((first, Pointer { bounds, ..whole }));
            }
        }
        found
    }

    fn parts(&mut self, values: &Values, entry: u64, at: u64) -> &[LocalPart] {
        let program = self.program;
        self.known.entry((entry, at)).or_insert_with(|| {
            let in_file = |address| program.in_file(address).map(|(_, address)| address);
            let parts = in_file(entry).zip(in_file(at));
            parts.map_or_else(Vec::new, |(entry, at)| values.debug().locals(entry, at))
        })
    }
}

/// The variables of a whole stack, or parts of them, by where they begin.
struct LocalParts {
    parts: Vec<(u64, LocalPart)>,
    /// How far those up to each one reach.
    ends: Vec<u64>,
}

impl LocalParts {
    fn new(mut parts: Vec<(u64, LocalPart)>) -> Self {
        parts.sort_by_key(|(start, _)| *start);
        let end = |(start, part): &(u64, LocalPart)| start.saturating_add(part.bytes);
        let ends = parts.iter().scan(0, |reached, part| {
            *reached = end(part).max(*reached);
            Some(*reached)
        });
        Self { ends: ends.collect(), parts }
    }

    /// Those that an address is in, each with how far in it is; `None` where more have to be looked at than can be told apart.
    fn at(&self, address: u64) -> Option<Vec<(u64, &LocalPart)>> {
        let before = self.parts.partition_point(|(start, _)| *start <= address);
        let first = self.ends[..before].partition_point(|reached| *reached <= address);
        let near = self.parts.get(first..before).filter(|near| near.len() <= MOST_NEAR)?;
        let within = |(start, part): &'_ (u64, LocalPart)| (address - start < part.bytes).then_some(address - start);
        Some(near.iter().filter_map(|near| Some((within(near)?, &near.1))).collect())
    }
}

/// So many parts of variables between the begin of one and an address in it are more than a frame has.
const MOST_NEAR: usize = 1024;
