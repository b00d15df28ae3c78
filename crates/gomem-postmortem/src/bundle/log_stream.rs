//! A large log of the compiler, as a stream.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use gomem_transport::Compression;

use crate::bundle::{
    signature::{begins_compiler_log, begins_dump, is_gc_trace, is_of_benchmarks},
    text::log::crash::begins_end,
};

/// A log that is read once, line by line. What else the file holds is put aside: a build and the program that it starts can
/// write into one file.
pub(crate) struct LogStream {
    text: Box<dyn BufRead>,
    line: Vec<u8>,
    /// How much of the line was handed out.
    read: usize,
    aside: Vec<u8>,
    is_dump: bool,
}

impl LogStream {
    /// A file that begins as a log of the compiler and is too large to hold; `None` for any other.
    pub(crate) fn open(file: &Path, limit: u64) -> io::Result<Option<Self>> {
        let about = std::fs::metadata(file)?;
        if !about.is_file() || about.len() < LARGE || about.len() > limit {
            return Ok(None);
        }
        let open = || -> io::Result<Box<dyn BufRead>> {
            let mut file = BufReader::with_capacity(CHUNK, File::open(file)?);
            let compression = Compression::from_head(file.fill_buf()?);
            Ok(match compression {
                Some(compression) => Box::new(BufReader::with_capacity(CHUNK, compression.reader(file))),
                None => Box::new(file),
            })
        };
        let mut head = Vec::new();
        // A stream that is damaged is read, and told, as any other file.
        if open()?.take(HEAD).read_to_end(&mut head).is_err() || !begins_compiler_log(&head) {
            return Ok(None);
        }
        Ok(Some(Self { text: open()?, line: Vec::new(), read: 0, aside: Vec::new(), is_dump: false }))
    }

    /// What is not the compiler's: lines of GC traces, benchmarks, the last words of a program, and all from where goroutines are dumped.
    pub(crate) fn into_aside(self) -> Vec<u8> {
        self.aside
    }

    fn next_line(&mut self) -> io::Result<()> {
        self.line.clear();
        self.read = 0;
        // A line that never ends is handed out in pieces.
        (&mut self.text).take(LONGEST_LINE).read_until(b'\n', &mut self.line)?;
        self.is_dump |= begins_dump(&self.line);
        let is_aside =
            self.is_dump || is_gc_trace(&self.line) || begins_end(&self.line) || is_of_benchmarks(&self.line);
        if is_aside && self.aside.len() < MOST_ASIDE {
            self.aside.extend(&self.line);
        }
        Ok(())
    }
}

impl Read for LogStream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < into.len() {
            if self.read == self.line.len() {
                self.next_line()?;
            }
            let left = &self.line[self.read..];
            if left.is_empty() {
                break;
            }
            let count = left.len().min(into.len() - filled);
            into[filled..filled + count].copy_from_slice(&left[..count]);
            self.read += count;
            filled += count;
        }
        Ok(filled)
    }
}

/// Smaller files cost little.
const LARGE: u64 = 1 << 20;
const HEAD: u64 = 64 << 10;
const CHUNK: usize = 256 << 10;
const LONGEST_LINE: u64 = 1 << 20;
const MOST_ASIDE: usize = 256 << 20;
