//! All crates and the wheel have one version.

#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

#[test]
fn versions_are_in_lockstep() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let Ok(workspace) = fs::read_to_string(root.join("Cargo.toml")) else {
        return; // The published crate, without its workspace.
    };
    let version = env!("CARGO_PKG_VERSION");
    assert!(workspace.contains(&format!("[workspace.package]\nversion = \"{version}\"")));
    let own = workspace.lines().filter(|line| line.starts_with("gomem") && line.contains("path = "));
    // What is not published is a dependency of tests alone, which packaging leaves out when it has no version.
    let own: Vec<&str> = own.filter(|line| !line.starts_with("gomem-testkit ")).collect();
    assert!(own.len() > 10);
    for line in own {
        assert!(line.contains(&format!("version = \"{version}\"")), "{line}");
    }
    let folders = fs::read_dir(root.join("crates")).unwrap().map(|entry| entry.unwrap().path());
    for manifest in folders.chain([root.join("python")]).map(|folder| folder.join("Cargo.toml")) {
        let text = fs::read_to_string(&manifest).unwrap();
        assert!(text.contains("version.workspace = true"), "{}", manifest.display());
    }
    let pyproject = fs::read_to_string(root.join("python/pyproject.toml")).unwrap();
    assert!(pyproject.contains("dynamic = [\"version\"]"), "maturin takes the version of the crate");
}
