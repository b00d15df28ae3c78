//! Cores of programs that say what keeps their memory: the same holders and bytes as by a heap dump of the same process.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    collections::BTreeMap,
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;
use gomem_heap::{Heap, HeapOptions, Holding};
use gomem_testkit::root;

struct Recording {
    name: String,
    core: PathBuf,
    binary: Vec<u8>,
    dump: Option<Vec<u8>>,
    /// Kind, names, and bytes as they were measured.
    labels: Vec<(String, Vec<String>, i64)>,
}

/// Those of the repository; with `GOMEM_CORES=FOLDER` also files `NAME.core`, `NAME.bin`, `NAME.tsv` and perhaps `NAME.dump`.
fn recordings() -> Vec<Recording> {
    let mut folders = vec![root().join("testdata/core")];
    folders.extend(std::env::var_os("GOMEM_CORES").map(PathBuf::from));
    let paths = folders.iter().filter_map(|folder| fs::read_dir(folder).ok());
    let mut paths: Vec<PathBuf> = paths.flatten().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let tables = paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "tsv"));
    let recording = |path: &PathBuf| {
        let beside = |ending: &str| read(&path.with_extension(ending));
        let packed = path.with_extension("core.gz");
        Recording {
            name: path.file_stem().unwrap().to_string_lossy().into_owned(),
            core: if packed.exists() { packed } else { path.with_extension("core") },
            binary: beside("bin").unwrap(),
            dump: beside("dump"),
            labels: fs::read_to_string(path).unwrap().lines().map(label).collect(),
        }
    };
    tables.map(recording).collect()
}

fn label(line: &str) -> (String, Vec<String>, i64) {
    let [kind, names, _, bytes] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
    (kind.to_owned(), names.split('+').map(str::to_owned).collect(), bytes.parse().unwrap())
}

/// A file, gzipped or not.
fn read(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Ok(bytes) = fs::read(path) {
        return Some(bytes);
    }
    let packed = fs::File::open(format!("{}.gz", path.display())).ok()?;
    MultiGzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
    Some(bytes)
}

fn heap(recording: &Recording) -> Heap {
    let options = HeapOptions::default().with_binary(recording.binary.clone());
    Heap::read_with(fs::File::open(&recording.core).unwrap(), options).unwrap()
}

/// What these keep, alone and together with each other.
fn kept(heap: &Heap, names: &[String]) -> u64 {
    let is_one = |name: &String| names.contains(name);
    let holdings = heap.holdings().iter().filter(|holding| holding.holders.iter().all(is_one));
    holdings.map(|holding| holding.retained_bytes).sum()
}

#[test]
fn every_holder_is_named_and_keeps_what_was_measured() {
    let (mut asked, mut wrong) = (0, Vec::new());
    for recording in recordings() {
        let heap = heap(&recording);
        println!("{}: {:?}", recording.name, heap.diagnostics());
        for (kind, names, bytes) in &recording.labels {
            let found = i64::try_from(kept(&heap, names)).unwrap();
            asked += 1;
            if (found - bytes).abs() > 8192.max(bytes / 100) || found == 0 {
                wrong.push(format!("{}: {kind} {} keeps {found}, and it was {bytes}", recording.name, names.join("+")));
            }
        }
    }
    println!("{asked} holders");
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_runtime_counted_the_same() {
    for recording in recordings() {
        let heap = heap(&recording);
        println!(
            "{}: {} objects, {} bytes, {:?}",
            recording.name,
            heap.objects(),
            heap.bytes(),
            heap.heap_alloc_bytes()
        );
        assert_eq!(Some(heap.bytes()), heap.heap_alloc_bytes(), "{}", recording.name);
    }
}

#[test]
fn a_heap_dump_says_the_same() {
    let by_name = |heap: &Heap| -> BTreeMap<(String, &'static str), (u64, u64)> {
        let row = |holding: &Holding| {
            let key = (holding.holders.join(" "), holding.kind.name());
            (key, (holding.retained_bytes, holding.retained_objects))
        };
        heap.holdings().iter().map(row).collect()
    };
    let (mut asked, mut wrong) = (0, Vec::new());
    for recording in recordings() {
        let Some(dump) = recording.dump.clone() else { continue };
        let options = HeapOptions::default().with_binary(recording.binary.clone());
        let (dump, core) = (Heap::decode_with(dump, options).unwrap(), heap(&recording));
        println!("{}: dump {} objects, core {}", recording.name, dump.objects(), core.objects());
        let (dump, core) = (by_name(&dump), by_name(&core));
        for (key, of_dump) in &dump {
            asked += 1;
            let of_core = core.get(key).copied().unwrap_or_default();
            if of_core != *of_dump {
                wrong.push(format!("{}: {key:?}: dump {of_dump:?}, core {of_core:?}", recording.name));
            }
        }
        for (key, of_core) in core.iter().filter(|(key, _)| !dump.contains_key(key)) {
            wrong.push(format!("{}: {key:?}: only in the core {of_core:?}", recording.name));
        }
    }
    println!("{asked} holders\n{}", wrong.join("\n"));
}
