//! What the experiment AllocFree writes besides its events: types, and how addresses become ids.

use crate::wire::{by_id::ById, cursor::Cursor};

/// Objects' types, by id.
pub(crate) type Types<'a> = ById<TypeRecord<'a>>;

/// A type. Its name is short (`main.Event`), so that two can have one name; they have two addresses then.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TypeRecord<'a> {
    pub(crate) address: u64,
    pub(crate) name: &'a [u8],
}

/// Reads a batch of the experiment; gives where it stops before the end.
pub(super) fn decode<'a>(data: &'a [u8], types: &mut Types<'a>) -> Result<(), usize> {
    let mut cursor = Cursor::new(data);
    match cursor.byte() {
        Some(TYPES) => {
            while cursor.left() > 0 {
                let place = cursor.place();
                let (id, record) = type_record(&mut cursor).ok_or(place)?;
                types.insert(id, record);
            }
            Ok(())
        }
        // How addresses become ids is the same since Go 1.23.
        Some(INFO) => Ok(()),
        _ => Err(0),
    }
}

fn type_record<'a>(cursor: &mut Cursor<'a>) -> Option<(u64, TypeRecord<'a>)> {
    let [id, address, _bytes, _pointer_bytes, length] = cursor.numbers()?;
    Some((id, TypeRecord { address, name: cursor.take(length)? }))
}

/// The experiment's number.
pub(super) const ALLOC_FREE: u8 = 1;
const TYPES: u8 = 0;
const INFO: u8 = 1;
