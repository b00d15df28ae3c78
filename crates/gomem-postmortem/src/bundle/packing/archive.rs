//! Bundles that were packed for the way: `.zip`, `.tar`, `.tar.gz`, `.tar.zst`.

use std::io::Read;

use flate2::bufread::DeflateDecoder;
use gomem_transport::Compression;
use rawzip::{CompressionMethod, ZipArchive, ZipSliceEntry};

use crate::bundle::{artifact::Artifact, packing::room::Room};

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
        // What was cut short is read as far as it goes.
        let compression = Compression::from_head(bytes)?;
        is_tar(&Compression::head_within(bytes, TAR_HEADER))
            .then(|| Self::from_tar(&room.read(compression.reader(bytes)).0))
    }

    fn push(&mut self, name: &[u8], content: Option<Vec<u8>>, modified_ms: Option<i64>) {
        match content.filter(|_| self.files.len() < MOST_FILES) {
            Some(bytes) => {
                let name = String::from_utf8_lossy(name).replace('\\', "/");
                self.files.push(Artifact { name, bytes, modified_ms });
            }
            None => self.left_out += 1,
        }
    }

    /// What is damaged ends it: where the next file begins is not known.
    fn from_tar(bytes: &[u8]) -> Self {
        let mut found = Self::default();
        let mut archive = tar::Archive::new(bytes);
        let Ok(entries) = archive.entries() else { return found };
        for entry in entries {
            let Ok(mut entry) = entry else {
                found.left_out += 1;
                break;
            };
            let kind = entry.header().entry_type();
            // A sparse file may claim any length.
            if kind.is_gnu_sparse() {
                found.left_out += 1;
            }
            if !kind.is_file() {
                continue;
            }
            let (name, size) = (entry.path_bytes().into_owned(), entry.size());
            let modified_ms =
                entry.header().mtime().ok().and_then(|seconds| i64::try_from(seconds).ok()?.checked_mul(1000));
            let mut content = Vec::new();
            // A file that was cut off says less than it means to.
            let is_whole = entry.read_to_end(&mut content).is_ok() && content.len() as u64 == size;
            found.push(&name, is_whole.then_some(content), modified_ms);
            if !is_whole {
                break;
            }
        }
        found
    }

    /// The files of the directory at the end of a zip file.
    fn from_zip(bytes: &[u8], room: &mut Room) -> Self {
        let mut found = Self::default();
        let Ok(archive) = ZipArchive::from_slice(bytes) else { return found };
        let mut entries = archive.entries();
        loop {
            let entry = match entries.next_entry() {
                Ok(Some(entry)) => entry,
                Ok(None) => return found,
                Err(_) => {
                    found.left_out += 1;
                    return found;
                }
            };
            if entry.is_dir() {
                continue;
            }
            let packed = archive.get_entry(entry.wayfinder()).ok();
            let content = packed.and_then(|packed| content(&packed, entry.compression_method(), room));
            found.push(entry.file_path().as_ref(), content, None);
        }
    }
}

/// What a file of a zip file holds, when it is whole and has room.
fn content(packed: &ZipSliceEntry<'_>, method: CompressionMethod, room: &mut Room) -> Option<Vec<u8>> {
    let (content, is_whole) = match method {
        CompressionMethod::STORE => room.read(packed.verifying_reader(packed.data())),
        CompressionMethod::DEFLATE => room.read(packed.verifying_reader(DeflateDecoder::new(packed.data()))),
        _ => return None,
    };
    is_whole.then_some(content)
}

/// Whether a file that begins so is an archive that is not compressed as a whole.
pub(crate) fn begins_archive(head: &[u8]) -> bool {
    head.starts_with(ZIP) || is_tar(head)
}

fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar")
}

const TAR_HEADER: usize = 512;
const MOST_FILES: usize = 20_000;
const ZIP: &[u8] = b"PK\x03\x04";

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::write::{DeflateEncoder, GzEncoder};
    use rawzip::ZipArchiveWriter;

    use super::*;

    fn tarred(name: &str, content: &[u8]) -> Vec<u8> {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mtime(1_700_000_000);
        let mut archive = tar::Builder::new(Vec::new());
        archive.append_data(&mut header, name, content).unwrap();
        archive.into_inner().unwrap()
    }

    #[test]
    fn tar_plain_and_compressed() {
        let tar = tarred("b/1700000000000.prom", b"go_goroutines 1\n");
        let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&tar).unwrap();
        for bytes in [tar.clone(), gzip.finish().unwrap(), zstd::encode_all(tar.as_slice(), 3).unwrap()] {
            let files = Packed::open(&bytes, &mut Room::default()).unwrap().files;
            assert_eq!(
                (files[0].name.as_str(), files[0].bytes.as_slice()),
                ("b/1700000000000.prom", &b"go_goroutines 1\n"[..])
            );
        }
        for end in 512..tar.len() {
            let packed = Packed::open(&tar[..end], &mut Room::default()).unwrap();
            let is_told = packed.left_out > 0 || end >= 1024;
            assert!(packed.files.len() == usize::from(end >= 528) && is_told, "cut at {end}");
        }
        assert!(Packed::open(b"go_goroutines 1\n", &mut Room::default()).is_none());
    }

    fn zipped(method: CompressionMethod, content: &[u8]) -> Vec<u8> {
        let mut zip = Vec::new();
        let mut archive = ZipArchiveWriter::new(&mut zip);
        let (mut entry, config) = archive.new_file("a").compression_method(method).start().unwrap();
        let descriptor = if method == CompressionMethod::STORE {
            let mut writer = config.wrap(&mut entry);
            writer.write_all(content).unwrap();
            writer.finish().unwrap().1
        } else {
            let mut writer = config.wrap(DeflateEncoder::new(&mut entry, flate2::Compression::fast()));
            writer.write_all(content).unwrap();
            let (encoder, descriptor) = writer.finish().unwrap();
            encoder.finish().unwrap();
            descriptor
        };
        entry.finish(descriptor).unwrap();
        archive.finish().unwrap();
        zip
    }

    /// A zip file whose one packed content many names share.
    fn shared(content: &[u8], names: u16) -> Vec<u8> {
        let mut zip = zipped(CompressionMethod::DEFLATE, content);
        let at = |zip: &[u8], magic: &[u8]| memchr::memmem::rfind(zip, magic).unwrap();
        let (directory, end) = (at(&zip, b"PK\x01\x02"), at(&zip, b"PK\x05\x06"));
        let (entry, mut tail) = (zip[directory..end].to_vec(), zip[end..].to_vec());
        let length = u32::try_from(entry.len()).unwrap() * u32::from(names);
        tail[8..10].copy_from_slice(&names.to_le_bytes());
        tail[10..12].copy_from_slice(&names.to_le_bytes());
        tail[12..16].copy_from_slice(&length.to_le_bytes());
        zip.truncate(directory);
        (0..names).for_each(|_| zip.extend(&entry));
        zip.extend(tail);
        zip
    }

    #[test]
    fn zip_stored_and_deflated() {
        for method in [CompressionMethod::STORE, CompressionMethod::DEFLATE] {
            let zip = zipped(method, b"go_goroutines 1\n");
            let files = Packed::open(&zip, &mut Room::default()).unwrap().files;
            assert_eq!((files[0].name.as_str(), files[0].bytes.as_slice()), ("a", &b"go_goroutines 1\n"[..]));
            for end in 4..zip.len() {
                let _ = Packed::open(&zip[..end], &mut Room::default());
            }
        }
    }

    /// Names that share what is packed, and archives in archives, give no more than one file may unpack to.
    #[test]
    fn bombs_have_one_room() {
        let bomb = [b'a'; 100_000];
        let mut room = Room::new(1_000_000);
        let packed = Packed::open(&shared(&bomb, 5000), &mut room).unwrap();
        assert_eq!((packed.files.len(), packed.left_out), (10, 4990));
        let inner = shared(&bomb, 9);
        let packed = Packed::open(&zipped(CompressionMethod::DEFLATE, &inner), &mut room).unwrap();
        assert_eq!((packed.files.len(), packed.left_out), (0, 1), "nothing is left");
        // One that is too large takes what there is: the next one does not begin anew.
        let mut room = Room::new(99_999);
        let packed = Packed::open(&shared(&bomb, 5000), &mut room).unwrap();
        assert_eq!((packed.files.len(), packed.left_out), (0, 5000));
        assert!(!room.take(&b"a"[..]));
    }
}
