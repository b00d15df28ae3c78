//! Any bytes as the files of a bundle: recognised and read.

use gomem_postmortem::{Artifact, Bundle};

/// Files are parted by a line that begins with `=== ` and goes on with the name of the file below.
pub fn bundle(bytes: &[u8]) {
    let (files, bundle) = read(bytes);
    // One file may be several things; none is left untold.
    assert!(bundle.contents().len() + bundle.unread().len() >= files);
}

/// The number of files, and what was made of them.
pub(crate) fn read(bytes: &[u8]) -> (usize, Bundle) {
    let artifacts: Vec<Artifact> = files(bytes)
        .map(|(name, bytes)| Artifact { name, bytes: bytes.to_vec(), modified_ms: Some(1_700_000_000_000) })
        .collect();
    (artifacts.len(), Bundle::of("fuzz", artifacts))
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
