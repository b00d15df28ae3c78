//! Heap dumps.

use std::path::Path;

use gomem_heap::{Heap, HeapOptions};

use crate::{
    failure::Failure,
    read::{kind::Kind, source::read},
};

/// The heap in a dump.
pub(crate) fn read_heap(path: &Path, options: HeapOptions) -> Result<Heap, Failure> {
    let bytes = read(path)?;
    if !Heap::is_heap_dump(&bytes) {
        return Err(Failure::input(path, format!("not a heap dump; {}", Kind::HeapDump.hint(&bytes))));
    }
    Heap::decode_with(bytes, options).map_err(|problem| Failure::input(path, problem))
}
