//! The sources of the workspace.

use std::{fs, path::Path};

/// Looks at each file of Rust in a folder and the folders in it: its path and its text.
pub fn for_each_source(folder: &Path, look: &mut impl FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            for_each_source(&path, look);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            look(&path, &fs::read_to_string(&path).expect("a file"));
        }
    }
}
