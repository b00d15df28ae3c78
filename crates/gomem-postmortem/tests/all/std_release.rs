//! Which release of Go a recorded program is of, by its functions of the standard library alone.

#![allow(clippy::unwrap_used)]
#![cfg(feature = "std-tables")]

use std::{fs, io::Read, path::PathBuf};

use flate2::read::GzDecoder;
use gomem_escape::EscapeLog;
use gomem_postmortem::{AttributeOptions, StdBasis, StdRelease, attribute};
use gomem_pprof::Profile;
use gomem_testkit::root;

fn recorded(version: &str) -> impl Iterator<Item = (PathBuf, Profile)> {
    let files = fs::read_dir(root().join("testdata/attribution").join(version)).unwrap();
    files.map(|file| file.unwrap().path()).filter(|path| path.to_string_lossy().ends_with(".pb.gz")).map(|path| {
        let profile = Profile::decode(&fs::read(&path).unwrap()).unwrap();
        (path, profile)
    })
}

#[test]
fn the_release_is_found_or_none_is_taken() {
    for version in ["go1.21.13", "go1.24.11", "go1.27.3"] {
        let mut found = 0;
        for (path, profile) in recorded(version) {
            let Some(release) = StdRelease::find(&profile, None, &AttributeOptions::default()) else { continue };
            assert_eq!((release.decisions.release(), release.basis), (version, StdBasis::Fit), "{}", path.display());
            found += 1;
        }
        assert!(found > 0, "{version}");
    }
}

#[test]
fn what_the_caller_says_comes_first() {
    let (_, profile) = recorded("go1.27.3").next().unwrap();
    let with = |version| {
        let options = AttributeOptions::default().with_go_version(Some(version));
        StdRelease::find(&profile, None, &options).map(|release| (release.decisions.release(), release.basis))
    };
    assert_eq!(with("go1.27.3"), Some(("go1.27.3", StdBasis::Same)));
    assert_eq!(with("go1.27.1"), Some(("go1.27.3", StdBasis::OtherPatch)));
    assert_eq!(with("go1.19.2"), None);
}

/// The log of the program's own packages leaves the standard library's lines to the release's decisions; a log of all
/// packages needs none.
#[test]
fn the_own_log_is_completed() {
    let mut log = String::new();
    let whole = root().join("testdata/attribution/go1.27.3");
    let path = fs::read_dir(whole).unwrap().map(|file| file.unwrap().path());
    let path = path.filter(|path| path.to_string_lossy().ends_with(".log.gz")).min().unwrap();
    GzDecoder::new(fs::File::open(&path).unwrap()).read_to_string(&mut log).unwrap();
    let escapes = EscapeLog::decode(log.as_bytes()).unwrap();
    for (_, profile) in recorded("go1.27.3") {
        for escapes in [None, Some(&escapes)] {
            let sites = attribute(&profile, escapes, &AttributeOptions::default());
            let bytes: i64 = sites.iter().map(|site| site.bytes).sum();
            assert_eq!(i128::from(bytes), profile.total(profile.sample_type_index("alloc_space").unwrap()));
        }
    }
}
