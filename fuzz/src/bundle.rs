//! Any bytes as the files of a bundle: recognised and read.

use gomem_postmortem::{Artifact, Bundle};

/// Files are parted by a line that begins with `=== ` and goes on with the name of the file below.
pub fn bundle(bytes: &[u8]) {
    let bundle = read(bytes);
    for (name, _) in files(bytes) {
        let is_told = bundle.contents().iter().any(|told| told.0 == name)
            || bundle.unused_files().iter().any(|told| told.name == name);
        assert!(is_told, "{name:?} is left untold");
    }
}

pub(crate) fn read(bytes: &[u8]) -> Bundle {
    let artifact =
        |(name, bytes): (String, &[u8])| Artifact { name, bytes: bytes.to_vec(), modified_ms: Some(1_700_000_000_000) };
    Bundle::from_artifacts("fuzz", files(bytes).map(artifact).collect())
}

fn files(bytes: &[u8]) -> impl Iterator<Item = (String, &[u8])> {
    let starts = bytes.windows(NEXT.len()).enumerate().filter(|(_, window)| *window == NEXT).map(|(at, _)| at);
    let mut starts: Vec<usize> = starts.collect();
    starts.push(bytes.len());
    let pieces: Vec<&[u8]> = starts.windows(2).map(|pair| &bytes[pair[0] + NEXT.len()..pair[1]]).collect();
    pieces.into_iter().filter_map(|piece| {
        let line = piece.iter().position(|&byte| byte == b'\n')?;
        Some((String::from_utf8_lossy(&piece[..line]).into_owned(), &piece[line + 1..]))
    })
}

const NEXT: &[u8] = b"\n=== ";
