//! Pages of the documentation that code prints.

use std::{env, fs};

use crate::testdata::root;

/// Compares a kept page with what the code says today. Where the environment has `GOMEM_PAGES=write`, it is written first.
///
/// # Panics
///
/// When the page is stale; the message names the command that writes it.
pub fn assert_page(path: &str, page: &str, command: &str) {
    let file = root().join(path);
    if env::var("GOMEM_PAGES").is_ok_and(|wish| wish == "write") {
        fs::write(&file, page).expect("a folder of the workspace");
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    let stale = kept.lines().zip(page.lines()).find(|(kept, page)| kept != page);
    assert!(kept == page, "{path} is stale, run `{command}`; the first line that differs: {stale:?}");
}
