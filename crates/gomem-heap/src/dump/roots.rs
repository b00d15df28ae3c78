//! The records of roots: goroutines with their frames, global variables, finalizers.

use crate::{
    dump::{cursor::Cursor, names::Names, stop::Stop},
    memory::{Exactness, Finalizer, Frame, Goroutine, Order, Segment, SegmentKind},
};

pub(super) fn goroutine<'a>(cursor: &mut Cursor<'a>, names: &mut Names<'a>) -> Result<Goroutine, Stop> {
    let address = cursor.number()?;
    let _sp = cursor.number()?;
    let id = cursor.number()?;
    let created_at = cursor.number()?;
    let status = cursor.number()?;
    let is_system = cursor.flag()?;
    let _is_background = cursor.number()?;
    let _waits_since = cursor.number()?;
    let wait_reason = names.get(cursor.text()?);
    let context = cursor.number()?;
    let thread = cursor.number()?;
    cursor.pass(2)?;
    let roots = if context == 0 { Vec::new() } else { vec![context] };
    let (exactness, frames) = (Exactness::Lists, Vec::new());
    Ok(Goroutine { address, id, created_at, status, is_system, wait_reason, roots, thread, exactness, frames })
}

pub(super) fn frame<'a>(cursor: &mut Cursor<'a>, names: &mut Names<'a>, order: Order) -> Result<Frame, Stop> {
    let sp = cursor.number()?;
    cursor.pass(2)?;
    // What the fields are of comes before the function's name, and the fields themselves behind it.
    let content = cursor.text()?;
    let place = cursor.at - content.len();
    let entry = cursor.number()?;
    let pc = cursor.number()?;
    cursor.pass(1)?;
    let function = names.get(cursor.text()?);
    let pointers = pointers(cursor, order, content.len())?;
    Ok(Frame { function, entry, pc, sp, place, length: content.len(), pointers })
}

/// The offsets of pointers in contents of so many bytes.
fn pointers(cursor: &mut Cursor<'_>, order: Order, length: usize) -> Result<Vec<u32>, Stop> {
    let mut offsets = Vec::new();
    loop {
        let kind = cursor.number()?;
        if kind == 0 {
            return Ok(offsets);
        }
        let offset = cursor.number()?;
        let fits = usize::try_from(offset).ok().and_then(|at| at.checked_add(order.word_bytes));
        match (fits.is_some_and(|end| end <= length), u32::try_from(offset)) {
            (true, Ok(offset)) => offsets.push(offset),
            _ => return Err(Stop::Damaged("a pointer outside of its frame")),
        }
    }
}

pub(super) fn segment(cursor: &mut Cursor<'_>, kind: SegmentKind, order: Order) -> Result<Segment, Stop> {
    let address = cursor.number()?;
    let (words, _) = cursor.words(order)?;
    if address.checked_add(words.length as u64).is_none() {
        return Err(Stop::Damaged("global variables behind the last address"));
    }
    Ok(Segment { kind, address, words })
}

pub(super) fn finalizer(cursor: &mut Cursor<'_>, is_queued: bool) -> Result<Finalizer, Stop> {
    let object = cursor.number()?;
    let function = cursor.number()?;
    let code = cursor.number()?;
    cursor.pass(1)?;
    let pointer_type = cursor.number()?;
    Ok(Finalizer { object, function, code, pointer_type, is_queued })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_do_not_go_round_the_end_of_memory() {
        let order = Order { word_bytes: 8, is_big_endian: false };
        let record = |address: u8| [&[address][..], &[0xff; 8], &[1, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 0, 0]].concat();
        let read = |bytes: Vec<u8>| segment(&mut Cursor { bytes: &bytes, at: 0 }, SegmentKind::Data, order).is_ok();
        // Eight bytes from the ninth and from the eighth address before the end.
        assert!(read(record(0xf7)));
        assert!(!read(record(0xf8)));
    }
}
