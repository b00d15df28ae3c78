//! The records of the memory profile: where objects were allocated.

use crate::{
    dump::{cursor::Cursor, names::Names, stop::Stop},
    memory::{Site, SiteFrame},
};

/// A bucket's number and what it is of.
pub(super) fn bucket<'a>(cursor: &mut Cursor<'a>, names: &mut Names<'a>) -> Result<(u64, Site), Stop> {
    let id = cursor.number()?;
    let slot_bytes = cursor.number()?;
    let count = cursor.number()?;
    let mut frames = Vec::new();
    for _ in 0..count {
        let function = names.get(cursor.text()?);
        let file = names.get(cursor.text()?);
        let line = cursor.number()?;
        frames.push(SiteFrame { function, file, line });
    }
    cursor.pass(2)?;
    Ok((id, Site::of_stack(slot_bytes, frames)))
}
