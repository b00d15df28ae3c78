//! Cores of programs that say what keeps their memory: the same holders and bytes as by a heap dump of the same process.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{Cursor, Read},
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;
use gomem_heap::{Heap, HeapOptions, HolderKind, Holding};
use gomem_testkit::{inflated, root};
use tempfile::Builder;

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
    let mut folders = vec![root().join("testdata/heap")];
    folders.extend(std::env::var_os("GOMEM_CORES").map(PathBuf::from));
    let mut paths: Vec<PathBuf> =
        folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let recording = |path: &PathBuf| {
        let beside = |ending: &str| read(&path.with_extension(ending));
        let core =
            ["core", "core.gz"].map(|ending| path.with_extension(ending)).into_iter().find(|core| core.exists())?;
        Some(Recording {
            name: path.file_stem()?.to_string_lossy().into_owned(),
            core,
            binary: beside("bin")?,
            dump: beside("dump"),
            labels: fs::read_to_string(path).ok()?.lines().map(label).collect(),
        })
    };
    let tables = paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "tsv"));
    let all: Vec<Recording> = tables.filter_map(recording).collect();
    assert!(all.len() >= 2);
    all
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

/// The program went on between the dump and the core: a thousandth may differ, and what is the runtime's.
#[test]
fn a_heap_dump_says_the_same() {
    let of_users = |heap: &Heap| -> BTreeMap<String, u64> {
        let is_own = |kind| !matches!(kind, HolderKind::Runtime | HolderKind::Unreachable | HolderKind::Cleanup);
        let mut kept = BTreeMap::new();
        for holding in heap.holdings().iter().filter(|holding| is_own(holding.kind)) {
            *kept.entry(holding.holders.join(" and ")).or_default() += holding.retained_bytes;
        }
        kept
    };
    for recording in recordings() {
        let Some(dump) = recording.dump.clone() else { continue };
        let options = HeapOptions::default().with_binary(recording.binary.clone());
        let (dump, core) = (Heap::decode_with(dump, options).unwrap(), heap(&recording));
        let bytes = dump.bytes();
        let (dump, core) = (of_users(&dump), of_users(&core));
        let names: BTreeSet<&String> = dump.keys().chain(core.keys()).collect();
        let kept = |heap: &BTreeMap<String, u64>, name| heap.get(name).copied().unwrap_or_default();
        let mut off = 0;
        for name in names {
            let (of_dump, of_core) = (kept(&dump, name), kept(&core, name));
            off += of_dump.abs_diff(of_core);
            if of_dump != of_core {
                println!("{}: {name}: dump {of_dump}, core {of_core}", recording.name);
            }
        }
        assert!(off * 1000 <= bytes, "{}: {off} of {bytes} bytes", recording.name);
    }
}

#[test]
fn another_program_names_nothing() {
    let core = || inflated("testdata/heap/holders-go1.27.3.core.gz");
    let options = HeapOptions::default().with_binary(inflated("testdata/heap/holders-go1.21.13.bin.gz"));
    let refusal = Heap::decode_with(core(), options).unwrap_err();
    assert_eq!(refusal.kind().name(), "binary_mismatch", "{refusal}");
    let refusal = Heap::decode(core()).unwrap_err();
    assert!(refusal.is_usage() && refusal.to_string().contains("/srv/holders"), "{refusal}");
}

/// A program's file without its sections of some kind: as if the linker had left them out.
fn without(mut program: Vec<u8>, is_left_out: impl Fn(&str, u32) -> bool) -> Vec<u8> {
    let number = |bytes: &[u8], at: usize, length: usize| {
        bytes[at..at + length].iter().rev().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte))
    };
    let (start, count) = (number(&program, 40, 8), number(&program, 60, 2));
    let names = number(&program, start + 64 * number(&program, 62, 2) + 24, 8);
    for head in (0..count).map(|section| start + 64 * section) {
        let name = &program[names + number(&program, head, 4)..];
        let name = String::from_utf8_lossy(name.split(|byte| *byte == 0).next().unwrap()).into_owned();
        if is_left_out(&name, number(&program, head + 4, 4) as u32) {
            program[head + 4..head + 8].fill(0);
        }
    }
    program
}

/// The recorded core of Go 1.27 by a program's file without some sections, and what its labels say.
fn heap_without(is_left_out: impl Fn(&str, u32) -> bool) -> (Heap, Vec<(String, Vec<String>, i64)>) {
    let mut recording = recordings().into_iter().find(|recording| recording.name == "holders-go1.27.3").unwrap();
    recording.binary = without(recording.binary, is_left_out);
    (heap(&recording), recording.labels)
}

#[test]
fn programs_without_debug_information_are_read_by_a_table() {
    let (heap, labels) = heap_without(|name, _| name.starts_with(".debug"));
    assert_eq!(Some(heap.bytes()), heap.heap_alloc_bytes());
    for (kind, names, bytes) in labels {
        let found = i64::try_from(kept(&heap, &names)).unwrap();
        assert!((found - bytes).abs() <= 8192.max(bytes / 100) && found > 0, "{kind} {names:?}: {found}, not {bytes}");
    }
}

#[test]
fn programs_without_symbols_are_read_by_shape() {
    let (heap, labels) = heap_without(|name, kind| name.starts_with(".debug") || kind == SYMBOLS);
    assert_eq!(Some(heap.bytes()), heap.heap_alloc_bytes(), "the runtime's own count is found too");
    let variables = heap.holdings().iter().filter(|holding| holding.kind == HolderKind::Global);
    for name in variables.flat_map(|holding| &holding.holders) {
        assert!(name.starts_with("bss+") || name.starts_with("data+"), "{name}");
    }
    for (kind, names, bytes) in labels.iter().filter(|(kind, ..)| !["global", "shared"].contains(&kind.as_str())) {
        let found = i64::try_from(kept(&heap, names)).unwrap();
        assert!((found - bytes).abs() <= 8192.max(bytes / 100), "{kind} {names:?}: {found}, not {bytes}");
    }
    // Lists of the runtime's records are no variables of the program.
    let is_list = |holding: &&Holding| holding.holders.iter().any(|name| name == "runtime.allp");
    let lists: Vec<HolderKind> = heap.holdings().iter().filter(is_list).map(|holding| holding.kind).collect();
    assert!(!lists.is_empty() && lists.iter().all(|kind| *kind == HolderKind::Runtime), "{lists:?}");
}

/// Always the same damage: cut, words replaced, bits flipped; of the program's file too. `GOMEM_MUTATIONS=N` makes N of it.
#[test]
fn damaged_cores_are_refused_or_read() {
    let count = std::env::var("GOMEM_MUTATIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(8);
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |most: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % most.max(1) as u64) as usize
    };
    let (mut read, mut slowest) = (0, std::time::Duration::ZERO);
    for version in ["go1.21.13", "go1.27.3"] {
        let [core, binary] =
            ["core", "bin"].map(|ending| inflated(format!("testdata/heap/holders-{version}.{ending}.gz")));
        let set: Vec<usize> =
            (0..core.len()).step_by(8).filter(|at| core[*at..].iter().take(8).any(|byte| *byte != 0)).collect();
        for number in 0..count / 2 {
            let (mut damaged, mut program) = (core.clone(), binary.clone());
            match number % 4 {
                0 => damaged.truncate(set[next(set.len())]),
                1 => {
                    for _ in 0..20 {
                        let (from, to) = (set[next(set.len())], set[next(set.len())]);
                        damaged.copy_within(from..(from + 8).min(core.len()), to.min(core.len() - 8));
                    }
                }
                2 => (0..400).for_each(|_| damaged[set[next(set.len())] + next(8)] ^= 1 << next(8)),
                _ => (0..50).for_each(|_| program[next(binary.len())] ^= 1 << next(8)),
            }
            let start = std::time::Instant::now();
            let options = HeapOptions::default().with_binary(program);
            let _ = Heap::redact_core(Cursor::new(&damaged), &options);
            if let Ok(heap) = Heap::decode_with(damaged, options) {
                let sum: u64 = heap.holdings().iter().map(|holding| holding.retained_bytes).sum();
                assert_eq!(sum, heap.bytes());
                let _ = (heap.summary(), heap.goroutines(), heap.maps(), heap.windows(4096, 8));
                read += 1;
            }
            slowest = slowest.max(start.elapsed());
        }
    }
    println!("{read} of {count} were read, the slowest in {slowest:?}");
    assert!(slowest.as_secs() < 120);
}

/// `SHT_SYMTAB`.
const SYMBOLS: u32 = 2;

/// As systemd keeps them; and the program where the core says that it ran.
#[test]
fn a_core_packed_by_zstd_and_the_program_that_it_names() {
    let (core, binary) =
        (inflated("testdata/heap/holders-go1.27.3.core.gz"), inflated("testdata/heap/holders-go1.27.3.bin.gz"));
    let retained = |heap: Heap| heap.holdings().iter().map(|holding| holding.retained_bytes).collect::<Vec<u64>>();
    let read =
        |core: &[u8], options| Heap::read_with(Cursor::new(zstd::encode_all(core, 3).unwrap()), options).map(retained);
    let expected = Heap::decode_with(core.clone(), HeapOptions::default().with_binary(binary.clone()));
    let expected = retained(expected.unwrap());
    let packed = zstd::encode_all(binary.as_slice(), 3).unwrap();
    assert_eq!(read(&core, HeapOptions::default().with_binary(packed)).unwrap(), expected);

    let refused = read(&core, HeapOptions::default()).unwrap_err().to_string();
    assert!(refused.ends_with("it ran from /srv/holders"), "{refused}");
    // A path of the same length, which exists here.
    let folder = Builder::new().prefix("").rand_bytes(4).tempdir_in("/tmp").unwrap();
    let path = folder.path().join("ab");
    let (from, to) = (b"/srv/holders".as_slice(), path.to_str().unwrap().as_bytes());
    assert_eq!(from.len(), to.len());
    let moved = replaced(core, from, to);
    fs::write(&path, binary).unwrap();
    assert!(read(&moved, HeapOptions::default()).is_err(), "nothing is opened unasked");
    let found = read(&moved, HeapOptions::default().with_recorded_binary()).unwrap();
    assert_eq!(found, expected);
    fs::write(&path, b"another").unwrap();
    assert!(read(&moved, HeapOptions::default().with_recorded_binary()).is_err());
}

fn replaced(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    let places: Vec<usize> = memchr::memmem::find_iter(&bytes, from).collect();
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

/// Parts that say to be larger than any file, and lie behind its end.
#[test]
fn parts_may_claim_more_than_a_number_holds() {
    let mut core = inflated("testdata/heap/holders-go1.21.13.core.gz");
    let binary = inflated("testdata/heap/holders-go1.21.13.bin.gz");
    let headers = usize::try_from(u64::from_le_bytes(core[32..40].try_into().unwrap())).unwrap();
    for part in [headers + 56 * 5, headers + 56 * 6] {
        core[part + 8..part + 16].copy_from_slice(&(u64::MAX - 1).to_le_bytes());
        core[part + 32..part + 48].fill(0xff);
    }
    let heap = Heap::decode_with(core, HeapOptions::default().with_binary(binary)).unwrap();
    let missing = format!("{} bytes", u64::MAX);
    assert!(heap.diagnostics().iter().any(|told| told.flaw.to_string().contains(&missing)), "{:?}", heap.diagnostics());
}
