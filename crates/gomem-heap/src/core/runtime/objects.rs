//! The objects of spans: their contents stay where the core's memory is held, and what they have in common is kept once.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::{
    core::{
        elf::word::WORD,
        runtime::{
            masks::{Mask, Masks},
            process::Process,
            spans::Span,
            writer::Writer,
        },
    },
    error::{Error, ErrorKind, Limits},
    memory::{Builder, Kinds, Objects},
};

pub(crate) fn objects(
    process: &Process<'_>,
    masks: &mut Masks<'_>,
    spans: &[Span],
    limits: &Limits,
    writer: &mut Writer,
) -> Result<Objects, Error> {
    let mut builder = Builder::default();
    let mut known = KnownKinds::default();
    let mut copied = Vec::new();
    for span in spans {
        if builder.len() as u64 + span.slots > u64::from(limits.objects) {
            return Err(Error::new(ErrorKind::Limit { what: "objects", limit: limits.objects.into() }, 0));
        }
        let (place, contents) = match process.memory.piece(span.start, span.bytes) {
            Some(held) => held,
            // Between pages of zeros, which are not held.
            None => {
                copied.clear();
                writer.claim(span.bytes)?;
                process.memory.copy_contents(span.start, span.bytes, &mut copied);
                (writer.write(&copied, [])?.place, copied.as_slice())
            }
        };
        masks.for_each(span, contents, |address, mask| {
            let kind = known.number(builder.kinds(), span.slot_bytes, mask);
            let start = (address - span.start) as usize;
            let is_there = start.saturating_add(span.slot_bytes as usize) <= contents.len();
            builder.push(address, kind, place + start, if is_there { span.slot_bytes } else { 0 });
        });
    }
    Ok(builder.finish())
}

/// The kinds of objects that are known by now.
#[derive(Default)]
struct KnownKinds {
    without: HashMap<u64, u32, RandomState>,
    by_bits: HashMap<(u64, u64), u32, RandomState>,
    by_type: HashMap<(u64, u64), u32, RandomState>,
    by_offsets: HashMap<(u64, Vec<u64>), u32, RandomState>,
    /// The last bits: neighbours are mostly alike.
    last: Option<(u64, u64, u32)>,
}

impl KnownKinds {
    fn number(&mut self, kinds: &mut Kinds, bytes: u64, mask: Mask<'_>) -> u32 {
        match mask {
            Mask::None => *self.without.entry(bytes).or_insert_with(|| kinds.add(bytes, 0, bytes, [])),
            Mask::All => *self.by_type.entry((bytes, 0)).or_insert_with(|| kinds.add(bytes, 0, WORD, [0])),
            Mask::Bits(bits) => match self.last {
                Some((last_bytes, last_bits, kind)) if (last_bytes, last_bits) == (bytes, bits) => kind,
                _ => {
                    let offsets = (0..64).filter(|bit| bits >> bit & 1 == 1).map(|bit| bit * WORD);
                    let number = self.by_bits.entry((bytes, bits));
                    let number = *number.or_insert_with(|| kinds.add(bytes, 0, bytes, offsets));
                    self.last = Some((bytes, bits, number));
                    number
                }
            },
            Mask::Offsets(offsets) => *self
                .by_offsets
                .entry((bytes, offsets.to_vec()))
                .or_insert_with(|| kinds.add(bytes, 0, bytes, offsets.iter().copied())),
            Mask::Elements { start, address, of_type } => *self.by_type.entry((bytes, address)).or_insert_with(|| {
                let number = kinds.add(bytes, start, of_type.bytes, of_type.pointers.iter().copied());
                kinds.set_type(number, address);
                number
            }),
        }
    }
}
