//! A core that was recorded by others, without the program's texts.

use std::{fs::File, io};

use gomem_heap::RedactedCore;
use object::elf::Machine;

use crate::process::core_file::CoreFile;

/// Writes a core that is fit to send into an empty file, with holes where nothing is left.
///
/// # Errors
/// When the file cannot be written.
pub fn write_core(core: &RedactedCore, file: File) -> io::Result<()> {
    let written = CoreFile::create(file, Machine(core.machine()), core.notes(), core.memory())?;
    core.parts().try_for_each(|(address, bytes)| written.write(address, bytes))
}
