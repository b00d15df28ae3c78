//! Where recorded inputs lie.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

/// The folder of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("a crate lies two folders deep").to_owned()
}

/// The bytes of a file in `testdata/`.
#[must_use]
pub fn testdata(path: impl AsRef<Path>) -> Vec<u8> {
    let path = root().join("testdata").join(path);
    fs::read(&path).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()))
}

/// The text of a gzipped file in `testdata/`.
#[must_use]
pub fn testdata_text(path: impl AsRef<Path>) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(testdata(path).as_slice()).read_to_string(&mut text).expect("gzipped text");
    text
}
