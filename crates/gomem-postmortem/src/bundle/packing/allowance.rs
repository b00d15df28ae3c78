//! How much of a file is read, by what its beginning announces.

use std::{
    fmt,
    io::{self, Read},
};

use gomem_binary::Binary;
use gomem_heap::Heap;
use gomem_trace::Trace;
use gomem_transport::Compression;

use crate::bundle::{
    packing::{archive, room},
    signature::looks_like_text,
};

/// The most bytes that a file may have that begins so. What a file says of its own size is not believed: a sparse one claims
/// what it does not hold, and a device never ends.
///
/// ```
/// use gomem_postmortem::Allowance;
///
/// assert_eq!(Allowance::from_head(b"go_goroutines 1\n").bytes(), 1 << 30);
/// assert!(Allowance::read(std::io::repeat(0), u64::MAX).is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    bytes: u64,
    kind: &'static str,
}

impl Allowance {
    /// Of a file that begins so; [`HEAD_BYTES`](Self::HEAD_BYTES) tell.
    #[must_use]
    pub fn from_head(head: &[u8]) -> Self {
        let (bytes, kind) = match head {
            _ if head.len() >= ZEROS && head.iter().all(|byte| *byte == 0) => {
                (1 << 20, "a file that begins with zeros")
            }
            _ if Heap::is_heap_dump(head) => (64 << 30, "a heap dump"),
            _ if Heap::is_core(head) => (16 << 30, "a core"),
            _ if Trace::is_trace(head) => (8 << 30, "an execution trace"),
            _ if Compression::from_head(head).is_some() => (512 << 20, "something compressed"),
            _ if archive::begins_archive(head) => (room::MOST_BYTES, "an archive"),
            _ if Binary::is_program(head) => (1 << 30, "a program"),
            _ if looks_like_text(head) => (1 << 30, "text"),
            _ => (512 << 20, "a profile"),
        };
        Self { bytes, kind }
    }

    /// How many bytes.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.bytes
    }

    /// All of a source, when it is within its allowance and has no more than `most` bytes.
    ///
    /// # Errors
    /// Those of reading, and [`FileTooLarge`](io::ErrorKind::FileTooLarge) where there is more.
    pub fn read(mut from: impl Read, most: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        from.by_ref().take(Self::HEAD_BYTES.min(most)).read_to_end(&mut bytes)?;
        let allowance = Self::from_head(&bytes);
        let most = allowance.bytes.min(most);
        from.take((most - (bytes.len() as u64).min(most)).saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > most {
            let allowed = Self { bytes: most, ..allowance };
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, allowed.to_string()));
        }
        Ok(bytes)
    }

    /// So much tells what a file is: a block of zstd, which is given out at once, has up to 128 KiB.
    pub const HEAD_BYTES: u64 = 192 << 10;
}

/// What to say of a file that has more.
impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes, kind } = self;
        match bytes >> 20 {
            0 => write!(f, "larger than {bytes} bytes, the most that is read of {kind}"),
            mebibytes => write!(f, "larger than {mebibytes} MiB, the most that is read of {kind}"),
        }
    }
}

/// Binary profiles of gperftools begin with one word of it.
const ZEROS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    /// A source without end, which counts what is taken of it.
    struct Endless<'a> {
        head: &'a [u8],
        taken: u64,
    }

    impl Read for Endless<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let head = self.head.get(usize::try_from(self.taken).unwrap()..).unwrap_or_default();
            into.fill(b'a');
            let known = head.len().min(into.len());
            into[..known].copy_from_slice(&head[..known]);
            self.taken += into.len() as u64;
            Ok(into.len())
        }
    }

    #[test]
    fn what_never_ends_is_read_up_to_its_limit() {
        for (head, most, said) in [
            (&[0; 200_000][..], u64::MAX, "larger than 1 MiB, the most that is read of a file that begins with zeros"),
            (b"go_goroutines 1\n", 3 << 20, "larger than 3 MiB, the most that is read of text"),
            (b"\x1f\x8b", 1 << 20, "larger than 1 MiB, the most that is read of something compressed"),
            (b"\x7fELF", 100, "larger than 100 bytes, the most that is read of a program"),
            (b"\x0a\x00", 1 << 20, "larger than 1 MiB, the most that is read of a profile"),
        ] {
            let mut endless = Endless { head, taken: 0 };
            let problem = Allowance::read(&mut endless, most).unwrap_err();
            assert_eq!((problem.kind(), problem.to_string().as_str()), (io::ErrorKind::FileTooLarge, said));
            assert!(endless.taken <= (3 << 20) + 1, "{} bytes", endless.taken);
        }
    }

    #[test]
    fn what_is_within_its_limit_is_read_whole() {
        for length in [0, 1, 65_536, 65_537, 200_000] {
            let text = vec![b'a'; length];
            assert_eq!(Allowance::read(text.as_slice(), u64::MAX).unwrap(), text);
            assert_eq!(Allowance::read(text.as_slice(), length as u64).unwrap(), text);
        }
    }
}
