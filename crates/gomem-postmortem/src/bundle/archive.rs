//! Bundles that were packed for the way: `.zip`, `.tar`, `.tar.gz`.

use std::io::Read as _;

use flate2::read::{DeflateDecoder, MultiGzDecoder};

use crate::bundle::{artifact::Artifact, room::Room, signature::GZIP};

/// What an archive holds; folders and links are none of it.
#[derive(Debug, Default)]
pub(crate) struct Packed {
    /// The files, each by its name in there.
    pub(crate) files: Vec<Artifact>,
    /// How many are damaged, packed in a way that is not read, or beyond the limits.
    pub(crate) left_out: usize,
}

impl Packed {
    /// Opens an archive; `None` where `bytes` are none.
    pub(crate) fn open(bytes: &[u8], room: &mut Room) -> Option<Self> {
        if bytes.starts_with(ZIP) {
            return Some(Self::from_zip(bytes, room));
        }
        if is_tar(bytes) {
            return Some(Self::from_tar(bytes));
        }
        if !bytes.starts_with(GZIP) {
            return None;
        }
        let mut head = Vec::new();
        // What was cut short is read as far as it goes.
        let _ = MultiGzDecoder::new(bytes).take(BLOCK as u64).read_to_end(&mut head);
        is_tar(&head).then(|| Self::from_tar(&room.read(MultiGzDecoder::new(bytes)).0))
    }

    fn push(&mut self, name: String, content: Option<Vec<u8>>, modified_ms: Option<i64>) {
        match content.filter(|_| self.files.len() < MOST_FILES) {
            Some(bytes) => self.files.push(Artifact { name, bytes, modified_ms }),
            None => self.left_out += 1,
        }
    }

    /// Blocks of 512 bytes: a header, then the file, filled up.
    fn from_tar(bytes: &[u8]) -> Self {
        let mut found = Self::default();
        let mut rest = bytes;
        let mut long_name = None;
        while let Some((header, after)) =
            rest.split_at_checked(BLOCK).filter(|(header, _)| header.iter().any(|byte| *byte != 0))
        {
            let Some(size) = octal(&header[124..136]) else { break };
            let content = &after[..after.len().min(size)];
            rest = after.get(size.div_ceil(BLOCK).saturating_mul(BLOCK)..).unwrap_or_default();
            match header[156] {
                b'L' => long_name = Some(text(content)),
                b'x' => long_name = pax_path(content).or(long_name),
                b'0' | 0 => {
                    let (prefix, name) = (text(&header[345..500]), text(&header[..100]));
                    let is_posix = header[257..].starts_with(b"ustar\0");
                    let name = if is_posix && !prefix.is_empty() { format!("{prefix}/{name}") } else { name };
                    // A file that was cut off says less than it means to.
                    let content = (content.len() == size).then_some(content);
                    let modified_ms =
                        octal(&header[136..148]).and_then(|seconds| i64::try_from(seconds).ok()?.checked_mul(1000));
                    found.push(long_name.take().unwrap_or(name), content.map(<[u8]>::to_vec), modified_ms);
                }
                _ => long_name = None,
            }
        }
        found
    }

    /// The files of the directory at the end of a zip file.
    fn from_zip(bytes: &[u8], room: &mut Room) -> Self {
        let mut found = Self::default();
        let tail = bytes.len().saturating_sub(LONGEST_END);
        let Some(end) = memchr::memmem::rfind(&bytes[tail..], b"PK\x05\x06").map(|at| tail + at) else { return found };
        let Some(mut at) = number(bytes, end + 16, 4) else { return found };
        while bytes.get(at..at + 4) == Some(b"PK\x01\x02") {
            let field = |offset: usize, length: usize| number(bytes, at + offset, length).unwrap_or(0);
            let [name_len, extra, comment] = [28, 30, 32].map(|offset| field(offset, 2));
            let name = bytes.get(at + 46..at + 46 + name_len).map(text).unwrap_or_default();
            let (method, packed, local) = (field(10, 2), field(20, 4), field(42, 4));
            if !name.ends_with('/') {
                found.push(name, content(bytes, local, packed, method, room), None);
            }
            at += 46 + name_len + extra + comment;
        }
        found
    }
}

/// Whether a file that begins so is an archive that is not compressed as a whole.
pub(crate) fn begins_archive(head: &[u8]) -> bool {
    head.starts_with(ZIP) || is_tar(head)
}

fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar")
}

/// `path` of an extended header: records of `length key=value`.
fn pax_path(records: &[u8]) -> Option<String> {
    let at = memchr::memmem::find(records, b" path=")?;
    let value = &records[at + 6..];
    Some(text(&value[..memchr::memchr(b'\n', value)?]))
}

fn content(bytes: &[u8], local: usize, packed: usize, method: usize, room: &mut Room) -> Option<Vec<u8>> {
    let (name, extra) = (number(bytes, local.checked_add(26)?, 2)?, number(bytes, local + 28, 2)?);
    let begin = local + 30 + name + extra;
    let packed = bytes.get(begin..begin.checked_add(packed)?)?;
    let (content, is_whole) = match method {
        0 => room.read(packed),
        8 => room.read(DeflateDecoder::new(packed)),
        _ => return None,
    };
    is_whole.then_some(content)
}

/// A little-endian number.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let digits = bytes.get(at..at.checked_add(length)?)?;
    digits.iter().rev().try_fold(0_usize, |number, digit| number.checked_mul(256)?.checked_add(usize::from(*digit)))
}

fn octal(field: &[u8]) -> Option<usize> {
    let digits = field.iter().copied().skip_while(|byte| *byte == b' ').take_while(u8::is_ascii_digit);
    digits
        .into_iter()
        .try_fold(0_usize, |number, digit| number.checked_mul(8)?.checked_add(usize::from(digit.checked_sub(b'0')?)))
}

fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).replace('\\', "/")
}

const BLOCK: usize = 512;
const MOST_FILES: usize = 20_000;
const ZIP: &[u8] = b"PK\x03\x04";
/// A comment may follow the end of a zip file.
const LONGEST_END: usize = (1 << 16) + 22;

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn tarred(name: &str, content: &[u8]) -> Vec<u8> {
        let mut header = vec![0; BLOCK];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = b'0';
        header[257..263].copy_from_slice(b"ustar\0");
        let mut bytes = [header, content.to_vec()].concat();
        bytes.resize(bytes.len().div_ceil(BLOCK) * BLOCK + 2 * BLOCK, 0);
        bytes
    }

    #[test]
    fn tar_plain_and_gzipped() {
        let tar = tarred("b/1700000000000.prom", b"go_goroutines 1\n");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&tar).unwrap();
        for bytes in [tar.clone(), gzip.finish().unwrap()] {
            let files = Packed::open(&bytes, &mut Room::default()).unwrap().files;
            assert_eq!(
                (files[0].name.as_str(), files[0].bytes.as_slice()),
                ("b/1700000000000.prom", &b"go_goroutines 1\n"[..])
            );
        }
        for end in 0..tar.len() {
            let _ = Packed::open(&tar[..end], &mut Room::default());
        }
        assert!(Packed::open(b"go_goroutines 1\n", &mut Room::default()).is_none());
    }

    /// A zip file of one packed content, which `names` share.
    fn zipped(method: u16, packed: &[u8], names: usize) -> Vec<u8> {
        let mut zip = b"PK\x03\x04".to_vec();
        zip.resize(26, 0);
        zip.extend([1, 0, 0, 0, b'a']);
        zip.extend(packed);
        let directory = zip.len();
        let mut entry = b"PK\x01\x02".to_vec();
        entry.resize(46, 0);
        entry[10..12].copy_from_slice(&method.to_le_bytes());
        entry[20..24].copy_from_slice(&u32::try_from(packed.len()).unwrap().to_le_bytes());
        entry[28] = 1;
        entry.push(b'a');
        (0..names).for_each(|_| zip.extend(&entry));
        let mut end = b"PK\x05\x06".to_vec();
        end.resize(22, 0);
        end[16..20].copy_from_slice(&u32::try_from(directory).unwrap().to_le_bytes());
        zip.extend(end);
        zip
    }

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut deflated = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        deflated.write_all(bytes).unwrap();
        deflated.finish().unwrap()
    }

    #[test]
    fn zip_stored_and_deflated() {
        for (method, packed) in [(0_u16, b"go_goroutines 1\n".to_vec()), (8, deflated(b"go_goroutines 1\n"))] {
            let zip = zipped(method, &packed, 1);
            assert_eq!(Packed::open(&zip, &mut Room::default()).unwrap().files[0].bytes, b"go_goroutines 1\n");
            for end in 4..zip.len() {
                let _ = Packed::open(&zip[..end], &mut Room::default());
            }
        }
    }

    /// Names that share what is packed, and archives in archives, give no more than one file may unpack to.
    #[test]
    fn bombs_have_one_room() {
        let bomb = deflated(&[b'a'; 100_000]);
        let mut room = Room::of(1_000_000);
        let packed = Packed::open(&zipped(8, &bomb, 5000), &mut room).unwrap();
        assert_eq!((packed.files.len(), packed.left_out), (10, 4990));
        let inner = zipped(8, &bomb, 9);
        let packed = Packed::open(&zipped(8, &deflated(&inner), 1), &mut room).unwrap();
        assert_eq!((packed.files.len(), packed.left_out), (0, 1), "nothing is left");
        // One that is too large takes what there is: the next one does not begin anew.
        let mut room = Room::of(99_999);
        let packed = Packed::open(&zipped(8, &bomb, 5000), &mut room).unwrap();
        assert_eq!((packed.files.len(), packed.left_out), (0, 5000));
        assert!(!room.take(&b"a"[..]));
    }
}
