//! Files that were compressed on their way.

use std::io::{self, BufRead, Read};

use flate2::bufread::MultiGzDecoder;
use zstd::stream::read::Decoder as ZstdDecoder;

/// How a file is compressed: as gzip, which Go's profiles are and what logs become, or as zstd, which systemd makes of
/// cores.
///
/// ```
/// use std::io::Read;
///
/// use gomem_transport::Compression;
///
/// let file = b"(\xb5/\xfd \x04!\0\0gc 1";
/// let mut text = String::new();
/// Compression::from_head(file).expect("zstd").reader(&file[..]).read_to_string(&mut text)?;
/// assert_eq!(text, "gc 1");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// RFC 1952, any number of members.
    Gzip,
    /// RFC 8878, any number of frames, of windows up to 128 MiB.
    Zstd,
}

impl Compression {
    /// How a file is compressed that begins so.
    #[must_use]
    pub fn from_head(head: &[u8]) -> Option<Self> {
        let skippable = |magic: &[u8; 4]| u32::from_le_bytes(*magic) & !0xf == SKIPPABLE_FRAME;
        match head {
            _ if head.starts_with(&GZIP) => Some(Self::Gzip),
            _ if head.starts_with(&ZSTD) || head.first_chunk().is_some_and(skippable) => Some(Self::Zstd),
            _ => None,
        }
    }

    /// What the file holds, as it comes.
    pub fn reader<'a>(self, file: impl BufRead + 'a) -> Box<dyn Read + 'a> {
        match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(file)),
            Self::Zstd => match ZstdDecoder::with_buffer(file) {
                Ok(decoder) => Box::new(decoder),
                Err(problem) => Box::new(Failed(Some(problem))),
            },
        }
    }

    /// The first bytes of what a file holds, whether it is compressed or not; of what is damaged, as many as there are.
    #[must_use]
    pub fn head_within(file: &[u8], length: usize) -> Vec<u8> {
        let mut head = Vec::new();
        match Self::from_head(file) {
            Some(compression) => drop(compression.reader(file).take(length as u64).read_to_end(&mut head)),
            None => head.extend_from_slice(&file[..file.len().min(length)]),
        }
        head
    }

    /// So many bytes tell.
    pub const MAGIC_BYTES: usize = 4;
}

/// A decoder that there was no memory for.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// The last four bits are free.
const SKIPPABLE_FRAME: u32 = 0x184d_2a50;

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::write::GzEncoder;

    use super::*;

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
        encoder.include_checksum(true).unwrap();
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn read(file: &[u8]) -> (Vec<u8>, io::Result<usize>) {
        let mut bytes = Vec::new();
        let read = Compression::from_head(file).unwrap().reader(file).read_to_end(&mut bytes);
        (bytes, read)
    }

    #[test]
    fn any_number_of_parts_is_one_file() {
        let text: Vec<u8> = (0..400_000_u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
        let (first, rest) = text.split_at(1_000_001);
        let skipped = [&0x184d_2a53_u32.to_le_bytes()[..], &3_u32.to_le_bytes(), b"abc"].concat();
        for parts in [
            vec![gzip(&text)],
            vec![gzip(first), gzip(rest)],
            vec![zstd(&text)],
            vec![zstd(first), zstd(b""), zstd(rest)],
            vec![skipped.clone(), zstd(first), skipped.clone(), zstd(rest), skipped],
        ] {
            let file = parts.concat();
            let (bytes, all) = read(&file);
            assert_eq!(all.unwrap(), text.len());
            assert_eq!(bytes, text);
            assert_eq!(Compression::head_within(&file, 5), text[..5]);
        }
        assert_eq!(Compression::head_within(b"gc 1 @", 4), b"gc 1");
    }

    #[test]
    fn what_is_cut_or_damaged_is_read_to_there() {
        let text: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
        let file = zstd(&text);
        let (bytes, all) = read(&file[..file.len() / 2]);
        assert!(all.is_err() && !bytes.is_empty() && text.starts_with(&bytes), "{} {all:?}", bytes.len());
        let (bytes, all) = read(&[&zstd(b"whole"), &b"else"[..]].concat());
        assert!(bytes == b"whole" && all.is_err());
        let mut other = zstd(&text);
        *other.last_mut().unwrap() ^= 1;
        assert!(read(&other).1.unwrap_err().to_string().contains("checksum"));
    }

    #[test]
    fn a_window_that_is_claimed_reserves_nothing() {
        // A frame of a window of 3.75 TiB, and one of 128 MiB that holds one byte.
        let claims = [&ZSTD[..], &[0x00, 0xff]].concat();
        assert!(read(&claims).1.unwrap_err().to_string().contains("too much memory"));
        let modest = [&ZSTD[..], &[0x00, 17 << 3, 0x09, 0, 0, b'x']].concat();
        assert_eq!(read(&modest).0, b"x");
    }

    #[test]
    fn made_up_bytes_end() {
        for seed in 0..500 {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut file = zstd(&(0..random.usize(..3000)).map(|_| random.u8(..4)).collect::<Vec<_>>());
            for _ in 0..random.usize(1..4) {
                let at = random.usize(..file.len());
                file[at] = random.u8(..);
            }
            if let Some(compression) = Compression::from_head(&file) {
                let _ = io::copy(&mut compression.reader(&file[..]).take(1 << 20), &mut io::sink());
            }
        }
    }
}
