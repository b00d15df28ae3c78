//! A core that was recorded by others, without the program's texts.

use std::{fs::File, io};

use gomem_heap::RedactedCore;
use object::elf::Machine;

use crate::process::core_file::CoreFile;

/// Writes a core that is fit to send into an empty file, with holes where nothing is left.
///
/// # Errors
/// When the file cannot be written.
///
/// ```
/// # let core = std::io::Cursor::new(gomem_testkit::inflated("testdata/heap/holders-go1.27.3.core.gz"));
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// use gomem_capture::write_core;
/// use gomem_heap::{Heap, HeapOptions};
///
/// let redacted = Heap::redact_core(core, &HeapOptions::default().with_binary(binary))?;
/// let path = std::env::temp_dir().join("gomem-writes-a-core");
/// write_core(&redacted, std::fs::File::create(&path)?)?;
/// assert!(std::fs::read(&path)?.starts_with(b"\x7fELF"));
/// # std::fs::remove_file(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_core(core: &RedactedCore, file: File) -> io::Result<()> {
    let written = CoreFile::create(file, Machine(core.machine()), core.notes(), core.memory())?;
    core.parts().try_for_each(|(address, bytes)| written.write(address, bytes))
}
