//! What a file is, for who lists files.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use gomem_binary::Binary;
use gomem_transport::Compression;

use crate::read::{kind::Kind, source::Source};

/// What a file is, with its article, by how it begins; a large file that is packed is not looked into.
pub(crate) fn kind_of_file(path: &Path) -> Option<&'static str> {
    let mut file = File::open(path).ok()?;
    let is_packed = is_compressed(&mut file).ok()?;
    if is_packed && file.metadata().ok()?.len() > MOST_PACKED_BYTES {
        return None;
    }
    let source = Source::Path(path.to_owned());
    let head = source.head().ok()?;
    // Whatever is no text announces a profile, and a core begins as a program does.
    match Kind::announced_by(&head).next() {
        Some(Kind::Profile) | None if Binary::is_program(&head) => Some("a program"),
        Some(Kind::Profile) if !is_packed => None,
        kind => kind.map(Kind::name),
    }
}

fn is_compressed(file: &mut File) -> io::Result<bool> {
    let mut head = Vec::new();
    file.take(Compression::MAGIC_BYTES as u64).read_to_end(&mut head)?;
    Ok(Compression::from_head(&head).is_some())
}

const MOST_PACKED_BYTES: u64 = 8 << 20;
