//! Folders of Go sources.

use std::{io::Write, path::PathBuf};

use gomem_source::SourceTree;

use crate::{failure::Failure, show::busy};

/// The files below some folders; what of them is passed over is told on `err`.
pub(crate) fn read_source_tree(folders: &[PathBuf], err: &mut dyn Write) -> Result<Option<SourceTree>, Failure> {
    if folders.is_empty() {
        return Ok(None);
    }
    let opened = busy("looking for sources".to_owned(), || SourceTree::open(folders));
    let tree = opened.map_err(|failed| Failure::io(&failed.path, &failed.problem))?;
    for remark in tree.remarks() {
        let _ = writeln!(err, "note: {remark}");
    }
    Ok(Some(tree))
}
