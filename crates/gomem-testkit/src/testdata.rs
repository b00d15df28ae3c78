//! Where recorded inputs lie.

use std::{
    fs,
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
