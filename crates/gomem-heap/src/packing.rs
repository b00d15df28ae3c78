//! Dumps, cores and programs that were gzipped on their way.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use flate2::read::MultiGzDecoder;

/// What is gzipped, up to so many bytes; of what is cut, as far as it goes. `None` where there is more.
pub(crate) fn inflated(bytes: Vec<u8>, most: u64) -> Option<Vec<u8>> {
    if !bytes.starts_with(GZIP) {
        return Some(bytes);
    }
    let mut inflated = Vec::new();
    let _ = MultiGzDecoder::new(bytes.as_slice()).take(most.saturating_add(1)).read_to_end(&mut inflated);
    (inflated.len() as u64 <= most).then_some(inflated)
}

/// What is read from its begin to its end.
pub(crate) trait Source: Read {
    /// Goes to a place without reading what lies before; whether it is there. `None` where all has to be read.
    fn go_to(&mut self, place: u64) -> Option<bool>;
}

/// What is gzipped as it comes, and what is not as it is.
pub(crate) fn unpacked<'a>(mut source: impl Read + Seek + 'a) -> io::Result<Box<dyn Source + 'a>> {
    let mut head = Vec::new();
    source.by_ref().take(GZIP.len() as u64).read_to_end(&mut head)?;
    let bytes = source.seek(SeekFrom::End(0))?;
    source.rewind()?;
    // What is large is read in large pieces.
    let source = BufReader::with_capacity(1 << 20, source);
    Ok(if head == GZIP {
        Box::new(Packed(MultiGzDecoder::new(source)))
    } else {
        Box::new(Plain { source, at: 0, bytes })
    })
}

struct Packed<R>(R);

struct Plain<R> {
    source: BufReader<R>,
    at: u64,
    bytes: u64,
}

impl<R: Read> Read for Packed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}

impl<R: Read> Source for Packed<R> {
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

/// The first bytes of what may be gzipped.
pub(crate) fn head(bytes: &[u8], length: usize) -> Vec<u8> {
    if !bytes.starts_with(GZIP) {
        return bytes[..bytes.len().min(length)].to_vec();
    }
    let mut head = Vec::new();
    let _ = MultiGzDecoder::new(bytes).take(length as u64).read_to_end(&mut head);
    head
}

const GZIP: &[u8] = &[0x1f, 0x8b];
