//! The texts of a generation.

use crate::wire::{
    by_id::ById,
    cursor::Cursor,
    event::{Counts, Event},
};

/// The texts of a generation, by id; user code can have cut them within a letter.
pub(crate) type Strings<'a> = ById<&'a [u8]>;

/// Reads a batch of texts; gives where it stops before the end.
pub(super) fn decode<'a>(data: &'a [u8], strings: &mut Strings<'a>, counts: &mut Counts) -> Result<(), usize> {
    let mut cursor = Cursor::at(data, 1);
    counts.add(Event::STRINGS);
    while cursor.left() > 0 {
        let place = cursor.place();
        let (id, text) = string(&mut cursor).ok_or(place)?;
        counts.add(Event::STRING);
        strings.insert(id, text);
    }
    Ok(())
}

fn string<'a>(cursor: &mut Cursor<'a>) -> Option<(u64, &'a [u8])> {
    if cursor.byte()? != Event::STRING {
        return None;
    }
    let [id, length] = cursor.numbers()?;
    Some((id, cursor.take(length)?))
}
