//! Dumps, cores and programs that were compressed on their way.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

use gomem_transport::Compression;

/// What is compressed, up to so many bytes; of what is cut, as far as it goes. `None` where there is more.
pub(crate) fn inflated(bytes: Vec<u8>, most: u64) -> Option<Vec<u8>> {
    let Some(compression) = Compression::from_head(&bytes) else { return Some(bytes) };
    let mut inflated = Vec::new();
    let _ = compression.reader(bytes.as_slice()).take(most.saturating_add(1)).read_to_end(&mut inflated);
    (inflated.len() as u64 <= most).then_some(inflated)
}

/// A file as it is, if it is a regular one of at most so many bytes.
pub(crate) fn regular_file(path: &Path, most: u64) -> Option<Vec<u8>> {
    let about = std::fs::metadata(path).ok().filter(|about| about.is_file() && about.len() <= most)?;
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(about.len()).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// What is read from its begin to its end.
pub(crate) trait Source: Read {
    /// Goes to a place without reading what lies before; whether it is there. `None` where all has to be read.
    fn go_to(&mut self, place: u64) -> Option<bool>;
}

/// What is compressed as it comes, and what is not as it is.
pub(crate) fn unpacked<'a>(mut source: impl Read + Seek + 'a) -> io::Result<Box<dyn Source + 'a>> {
    let mut head = Vec::new();
    source.by_ref().take(Compression::MAGIC_BYTES as u64).read_to_end(&mut head)?;
    let bytes = source.seek(SeekFrom::End(0))?;
    source.rewind()?;
    // What is large is read in large pieces.
    let source = BufReader::with_capacity(1 << 20, source);
    Ok(match Compression::from_head(&head) {
        Some(compression) => Box::new(Packed(compression.reader(source))),
        None => Box::new(Plain { source, at: 0, bytes }),
    })
}

struct Packed<'a>(Box<dyn Read + 'a>);

struct Plain<R> {
    source: BufReader<R>,
    at: u64,
    bytes: u64,
}

impl Read for Packed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}

impl Source for Packed<'_> {
    fn go_to(&mut self, _place: u64) -> Option<bool> {
        None
    }
}

impl<R: Read> Read for Plain<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(into)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl<R: Read + Seek> Source for Plain<R> {
    fn go_to(&mut self, place: u64) -> Option<bool> {
        if place > self.bytes {
            return Some(false);
        }
        let distance = i64::try_from(place).ok()?.checked_sub(i64::try_from(self.at).ok()?)?;
        self.source.seek_relative(distance).ok()?;
        self.at = place;
        Some(true)
    }
}
