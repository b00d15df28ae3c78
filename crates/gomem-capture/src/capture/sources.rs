//! The sources that the profiles name, copied into the bundle.

use std::collections::{BTreeMap, BTreeSet};

use gomem_pprof::{DecodeOptions, Limits, Profile};
use gomem_source::{Resolution, Sighting, SourceFile, SourceTree, is_source};
use gomem_symbol::SourcePath;

use crate::{
    bundle::{Folder, Manifest, Omission},
    error::Error,
};

/// What the profiles name, while they come.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// By the path that the profiles have: functions, and lines in them.
    seen: BTreeMap<String, BTreeSet<(String, i64)>>,
}

/// What was copied.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Copied {
    pub(crate) files: u32,
    pub(crate) bytes: u64,
}

impl Sources {
    /// Notes what a profile names. One that cannot be read names nothing.
    pub(crate) fn learn(&mut self, profile: &[u8]) {
        let options = DecodeOptions::default().with_limits(Limits::default().with_decompressed_bytes(MOST_INFLATED));
        let Ok(profile) = Profile::decode_with(profile, &options) else { return };
        for (path, lines) in profile.source_lines() {
            // Who made the profile chose its paths: only sources are copied, and not so many that they fill the memory.
            if is_source(&path) && (self.seen.len() < MOST_FILES || self.seen.contains_key(&path)) {
                let lines = lines.into_iter().map(|(function, line)| (function.to_owned(), line));
                self.seen.entry(path).or_default().extend(lines);
            }
        }
    }

    /// Copies the files that a tree has of them, below `src`, by the paths that the profiles have. They are copied as they are.
    pub(crate) fn copy(self, tree: &SourceTree, folder: &Folder, manifest: &mut Manifest) -> Result<Copied, Error> {
        let mut copied = Copied::default();
        let mut names = BTreeSet::new();
        let (mut missing, mut unsure, mut left_out) = (Missing::default(), Vec::new(), 0);
        for (path, lines) in &self.seen {
            let Some(name) = name_within(path) else {
                left_out += 1;
                continue;
            };
            let sightings: Vec<Sighting<'_>> = lines
                .iter()
                .filter_map(|(function, line)| Some(Sighting::new(function, usize::try_from(*line).ok()?)))
                .collect();
            match tree.find(path, &sightings) {
                Resolution::File(file) => {
                    let bytes = file.text().len() as u64;
                    if copied.bytes + bytes > MOST_BYTES || !names.insert(name.clone()) {
                        left_out += 1;
                        continue;
                    }
                    folder.write(&format!("src/{name}"), file.text().as_bytes())?;
                    copied = Copied { files: copied.files + 1, bytes: copied.bytes + bytes };
                    warn(path, &file, manifest);
                }
                Resolution::Ambiguous(_) => unsure.push(path.as_str()),
                _ => missing.add(path),
            }
        }
        let mut skip = |reason| manifest.skipped.push(Omission { what: "sources".to_owned(), reason });
        missing.told().map(&mut skip);
        if let [first, ..] = unsure.as_slice() {
            skip(format!("of {} files the folders have several that could be it, such as {first}", unsure.len()));
        }
        if left_out > 0 {
            let most = MOST_BYTES >> 20;
            skip(format!("{left_out} files: more than {most} MiB, or a path that is no path of a file"));
        }
        Ok(copied)
    }
}

fn warn(path: &str, file: &SourceFile, manifest: &mut Manifest) {
    let told = manifest.warnings.iter().filter(|warning| warning.starts_with(WARNING)).count();
    if let Some(mismatch) = file.mismatch().filter(|_| told < MOST_WARNINGS) {
        manifest.warnings.push(format!("{WARNING}{path} is not the file that was compiled: {mismatch}"));
    }
}

/// Files that no folder has, the program's own before those of the standard library.
#[derive(Default)]
struct Missing<'a> {
    own: Vec<&'a str>,
    std: Vec<&'a str>,
}

impl<'a> Missing<'a> {
    fn add(&mut self, path: &'a str) {
        let is_std = SourcePath::decode(path).is_std();
        if is_std { &mut self.std } else { &mut self.own }.push(path);
    }

    fn told(&self) -> Option<String> {
        let (own, std) = (self.own.len(), self.std.len());
        let first = self.own.iter().chain(&self.std).next()?;
        Some(format!("{own} files, and {std} of the standard library, are in none of the folders, such as {first}"))
    }
}

/// The path of a file below `src`: that of a profile, where it leads nowhere else and every system can have it.
fn name_within(path: &str) -> Option<String> {
    let clean = SourcePath::decode(path);
    let path = clean.as_str();
    let drive = path.get(1..3).filter(|rest| *rest == ":/").map_or(0, |_| 3);
    let path = path.get(drive..)?.trim_start_matches('/');
    let is_plain = |part: &str| {
        let is_reserved = |char: char| char.is_control() || "<>:\"|?*\\".contains(char);
        !part.is_empty() && !part.starts_with('.') && part.len() <= LONGEST_NAME && !part.contains(is_reserved)
    };
    let parts: Vec<&str> = path.split('/').collect();
    let is_fine = path.len() <= LONGEST_PATH && parts.len() <= DEEPEST && parts.iter().all(|part| is_plain(part));
    is_fine.then(|| path.to_owned())
}

/// The profile of a large service inflates to a few MiB.
const MOST_INFLATED: u64 = 64 << 20;
/// A program of thousands of packages names fewer.
const MOST_FILES: usize = 20_000;
const MOST_BYTES: u64 = 64 << 20;
const MOST_WARNINGS: usize = 10;
const WARNING: &str = "sources: ";
const LONGEST_NAME: usize = 200;
const LONGEST_PATH: usize = 1000;
/// As deep as a bundle is read, with `src` itself.
const DEEPEST: usize = 15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_profiles_stay_within_the_folder() {
        for (path, name) in [
            ("/build/app/store/map.go", Some("build/app/store/map.go")),
            ("C:\\src\\app\\map.go", Some("src/app/map.go")),
            ("/usr/local/go/src/fmt/print.go", Some("fmt/print.go")),
            ("example.com/app@v1.2.0/a.go", Some("example.com/app@v1.2.0/a.go")),
            ("../../../etc/cron.d/x.go", None),
            ("/a/../../../b.go", None),
            ("/a/../b/c.go", Some("b/c.go")),
            ("a/.ssh/x.go", None),
            ("a\u{0}b/x.go", None),
            ("a:b/x.go", None),
            ("", None),
        ] {
            assert_eq!(name_within(path).as_deref(), name, "{path:?}");
        }
        assert_eq!(name_within(&"a/".repeat(20)), None);
    }

    fn heap(frames: &[(&str, &str)]) -> Vec<u8> {
        let mut text = "heap profile: 1: 64 [9: 9000] @ heap/1048576\n1: 64 [9: 9000] @".to_owned();
        text.extend((1..=frames.len()).map(|at| format!(" {:#x}", at * 16)));
        text.push('\n');
        for ((function, place), at) in frames.iter().zip(1..) {
            text.push_str(&format!("#\t{:#x}\t{function}+0x1\t{place}\n", at * 16));
        }
        text.into_bytes()
    }

    #[test]
    fn only_sources_that_the_profiles_name_are_copied() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::create(&root.path().join("bundle")).unwrap();
        let tree = SourceTree::from_texts([
            ("app/store/map.go", "package store\n\nfunc Put() {\n\tgrow()\n}\n"),
            ("app/store/set.go", "package store\n"),
            ("app/main.go", "package main\n\nfunc main() {\n}\n"),
            ("app/config/token.yaml", "secret: hunter2\n"),
        ]);
        let mut sources = Sources::default();
        sources.learn(&heap(&[
            ("example.com/app/store.Put", "/build/app/store/map.go:4"),
            ("main.run", "/build/app/main.go:3"),
            ("main.token", "/build/app/config/token.yaml:1"),
            ("main.out", "/../../app/../x.go:1"),
            ("fmt.Sprint", "/usr/local/go/src/fmt/print.go:9"),
        ]));
        sources.learn(b"no profile");
        let mut manifest = Manifest::default();
        let copied = sources.copy(&tree, &folder, &mut manifest).unwrap();
        assert_eq!(copied.files, 2);
        let src = root.path().join("bundle/src");
        assert!(src.join("build/app/store/map.go").is_file() && src.join("build/app/main.go").is_file());
        assert!(!src.join("build/app/config").exists() && !root.path().join("x.go").exists());
        let [warning] = manifest.warnings.as_slice() else { panic!("{:?}", manifest.warnings) };
        assert!(warning.contains("app/main.go is not the file that was compiled: line 3 was in main.run"), "{warning}");
        let [skipped] = manifest.skipped.as_slice() else { panic!("{:?}", manifest.skipped) };
        assert_eq!(skipped.reason, "1 files, and 1 of the standard library, are in none of the folders, such as /x.go");
    }
}
