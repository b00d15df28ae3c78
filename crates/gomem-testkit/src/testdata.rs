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

/// The bytes of a file of the workspace.
#[must_use]
pub fn file(path: impl AsRef<Path>) -> Vec<u8> {
    let path = root().join(path);
    fs::read(&path).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()))
}

/// The content of a gzipped file of the workspace.
#[must_use]
pub fn inflated(path: impl AsRef<Path>) -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(file(path).as_slice()).read_to_end(&mut bytes).expect("a gzipped file");
    bytes
}

/// The bytes of a file in `testdata/`.
#[must_use]
pub fn testdata(path: impl AsRef<Path>) -> Vec<u8> {
    file(Path::new("testdata").join(path))
}

/// A file of a recorded bundle.
#[derive(Debug)]
pub struct IncidentFile {
    /// Its name, without the folder.
    pub name: String,
    /// The number of a scrape, from 0.
    pub scrape: Option<usize>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The files of a bundle of `examples/incident`, those in its folder before the scrapes.
#[must_use]
pub fn incident(name: &str) -> Vec<IncidentFile> {
    let folder = root().join("examples/incident").join(name);
    let files = |folder: &Path| {
        let entries = fs::read_dir(folder).expect("a bundle").map(|entry| entry.expect("a file").path());
        let mut files: Vec<_> = entries.filter(|path| path.is_file()).collect();
        files.sort();
        files
    };
    let others = files(&folder).into_iter().map(|path| (path, None));
    let scrapes = files(&folder.join("metrics")).into_iter().enumerate().map(|(number, path)| (path, Some(number)));
    let read = |(path, scrape): (PathBuf, Option<usize>)| IncidentFile {
        name: path.file_name().expect("a name").to_string_lossy().into_owned(),
        scrape,
        bytes: file(&path),
    };
    others.chain(scrapes).map(read).collect()
}

/// The text of a gzipped file in `testdata/`.
#[must_use]
pub fn testdata_text(path: impl AsRef<Path>) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(testdata(path).as_slice()).read_to_string(&mut text).expect("gzipped text");
    text
}
