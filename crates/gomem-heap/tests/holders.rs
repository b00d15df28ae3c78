//! Recorded dumps of programs that say what keeps their memory: every holder is named, and what it keeps is what was measured.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;
use gomem_heap::{Heap, HeapOptions, HolderKind, Holding};
use gomem_testkit::root;

/// What a program says of one of its holders.
struct Label {
    kind: String,
    /// Several names are of those who share it.
    names: Vec<String>,
    /// The file whose lines allocate.
    site: String,
    bytes: i64,
}

struct Recording {
    name: String,
    dump: Vec<u8>,
    binary: Option<Vec<u8>>,
    labels: Vec<Label>,
}

impl Recording {
    fn is_stripped(&self) -> bool {
        self.name.contains("stripped")
    }
}

fn recordings() -> Vec<Recording> {
    let mut all = Vec::new();
    let mut folders = vec![root().join("testdata/heap")];
    folders.extend(std::env::var_os("GOMEM_HEAP_DUMPS").map(PathBuf::from));
    for folder in folders {
        let mut paths: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "tsv")) {
            let beside = |ending: &str| read(&path.with_extension(ending));
            let labels = fs::read_to_string(path).unwrap().lines().map(label).collect();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            all.push(Recording { name, dump: beside("dump").unwrap(), binary: beside("bin"), labels });
        }
    }
    assert!(all.len() >= 5);
    all
}

fn label(line: &str) -> Label {
    let [kind, names, site, bytes] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
    let names = names.split('+').map(str::to_owned).collect();
    Label { kind: kind.to_owned(), names, site: site.to_owned(), bytes: bytes.parse().unwrap() }
}

/// A file, gzipped or not.
fn read(path: &Path) -> Option<Vec<u8>> {
    let packed = PathBuf::from(format!("{}.gz", path.display()));
    let mut bytes = Vec::new();
    match fs::read(path) {
        Ok(bytes) => Some(bytes),
        Err(_) => {
            MultiGzDecoder::new(fs::File::open(packed).ok()?).read_to_end(&mut bytes).unwrap();
            Some(bytes)
        }
    }
}

fn heap(dump: &[u8], binary: Option<&[u8]>) -> Heap {
    let options =
        binary.map_or_else(HeapOptions::default, |binary| HeapOptions::default().with_binary(binary.to_owned()));
    Heap::decode_with(dump.to_owned(), options).unwrap()
}

/// What these keep, alone and together with each other.
fn kept(heap: &Heap, label: &Label) -> Vec<Holding> {
    let is_one = |name: &String| label.names.contains(name);
    heap.holdings().iter().filter(|holding| holding.holders.iter().all(is_one)).cloned().collect()
}

#[test]
fn every_holder_is_named_and_keeps_what_was_measured() {
    let mut asked = 0;
    for recording in recordings() {
        let Some(binary) = recording.binary.as_ref().filter(|_| !recording.is_stripped()) else { continue };
        let heap = heap(&recording.dump, Some(binary));
        assert_eq!(heap.binary_match(), Some(true), "{}: {:?}", recording.name, heap.diagnostics());
        for label in &recording.labels {
            let kept = kept(&heap, label);
            let name = format!("{}: {} {}", recording.name, label.kind, label.names.join(" and "));
            let sum = |kind: fn(&Holding) -> u64| kept.iter().map(kind).sum::<u64>();
            assert!(sum(|holding| holding.retained_bytes) > 0, "{name} is not named");
            let kinds: Vec<&str> = kept.iter().map(|holding| holding.kind.name()).collect();
            assert!(kinds.contains(&label.kind.as_str()), "{name}: {kinds:?}");
            let found = i64::try_from(sum(|holding| holding.retained_bytes)).unwrap();
            let off = (found - label.bytes).abs();
            assert!(off <= 8192.max(label.bytes / 100), "{name} keeps {found} bytes, and it was {}", label.bytes);
            asked += 1;
        }
    }
    println!("{asked} holders");
}

/// What the dump itself tells needs no binary. (Before Go 1.22 the name of a wrapper around a `go` statement's call does not tell it.)
#[test]
fn goroutines_and_sizes_need_no_binary() {
    for recording in recordings() {
        let names_wrappers = !recording.name.contains("1.21.");
        let heap = heap(&recording.dump, None);
        let summary = (heap.objects(), heap.bytes());
        assert!(heap.diagnostics().iter().all(|diagnostic| !diagnostic.flaw.is_warning()), "{:?}", heap.diagnostics());
        assert_eq!(Some(heap.bytes()), heap.heap_alloc_bytes(), "{}", recording.name);
        let holdings = heap.holdings();
        let sums = holdings.iter().fold((0, 0), |(objects, bytes), holding| {
            (objects + holding.retained_objects, bytes + holding.retained_bytes)
        });
        assert_eq!(sums, summary, "{}: each object is somebody's", recording.name);
        for label in recording.labels.iter().filter(|label| names_wrappers && label.kind == "goroutine") {
            let is_named = |holding: &&Holding| {
                matches!(holding.kind, HolderKind::Goroutine | HolderKind::StackConservative | HolderKind::Shared)
                    && holding.holders.iter().any(|name| label.names.contains(name))
            };
            let bytes: u64 = holdings.iter().filter(is_named).map(|holding| holding.retained_bytes).sum();
            let off = (i64::try_from(bytes).unwrap() - label.bytes).abs();
            assert!(off <= 20_000, "{}: {:?} keeps {bytes}, and it was {}", recording.name, label.names, label.bytes);
        }
    }
}

#[test]
fn samples_are_of_the_right_lines() {
    let (mut right, mut all) = (0, 0);
    for recording in recordings() {
        let Some(binary) = recording.binary.as_ref().filter(|_| !recording.is_stripped()) else { continue };
        let heap = heap(&recording.dump, Some(binary));
        for label in recording.labels.iter().filter(|label| label.kind != "unreachable") {
            for row in
                heap.holder_sites().iter().filter(|row| row.holders.iter().all(|name| label.names.contains(name)))
            {
                let Some(frame) = &row.frame else { continue };
                // Texts of numbers are made in main.go, and library code is whose it is.
                let is_shared = !frame.file.contains("/holders/") || frame.file.ends_with("/main.go");
                let is_right = is_shared || frame.file.ends_with(&label.site);
                if !is_right {
                    println!("{}: {:?} {} {} at {frame:?}", recording.name, row.holders, label.site, row.share.samples);
                }
                all += row.share.samples;
                right += if is_right { row.share.samples } else { 0 };
                assert!(row.share.bytes_low <= row.share.bytes && row.share.bytes <= row.share.bytes_high, "{row:?}");
            }
        }
    }
    assert!(all > 500 && right * 100 >= all * 95, "{right} of {all}");
}

#[test]
fn a_wrong_or_stripped_binary_names_nothing_wrongly() {
    let all = recordings();
    let with_binary: Vec<_> = all.iter().filter(|recording| recording.binary.is_some()).collect();
    for recording in &all {
        let plain = |name: &str| name.replace("stripped-", "");
        for other in with_binary.iter().filter(|other| plain(&other.name) != plain(&recording.name)) {
            let heap = heap(&recording.dump, other.binary.as_deref());
            assert_eq!(heap.binary_match(), Some(false));
            let is_named = |holding: &&Holding| {
                holding.kind == HolderKind::Global && holding.holders.iter().any(|name| name.contains("main."))
            };
            assert_eq!(heap.holdings().iter().find(is_named), None);
        }
    }
}

/// Without names of variables the runtime's lists are known by what they hold, and timers by the lists.
#[test]
fn a_stripped_program_is_held_by_itself() {
    let all = recordings();
    let recording = all.iter().find(|recording| recording.is_stripped()).unwrap();
    let of = |recording: &Recording, binary: &Recording| heap(&recording.dump, binary.binary.as_deref());
    let heap = of(recording, recording);
    assert_eq!(heap.binary_match(), Some(true), "{:?}", heap.diagnostics());
    assert!(heap.diagnostics().iter().any(|diagnostic| diagnostic.flaw.name() == "stripped"));
    let mut asked = 0;
    for label in recording.labels.iter().filter(|label| !matches!(label.kind.as_str(), "global" | "shared")) {
        let bytes: u64 = kept(&heap, label).iter().map(|holding| holding.retained_bytes).sum();
        let off = (i64::try_from(bytes).unwrap() - label.bytes).abs();
        assert!(off <= 8192.max(label.bytes / 100), "{:?} keeps {bytes}, and it was {}", label.names, label.bytes);
        asked += 1;
    }
    assert!(asked > 8);
    // What one variable keeps, an array of pointers too, is kept by one, which functions of the program refer to; by two, where these
    // refer to two of its fields.
    for label in recording.labels.iter().filter(|label| label.kind == "global" && label.names.len() == 1) {
        let is_nameless = |name: &String| name.starts_with("bss+0x") || name.starts_with("data+0x");
        let is_it = |holding: &&Holding| {
            let off = (i64::try_from(holding.retained_bytes).unwrap() - label.bytes).abs();
            off * 100 <= label.bytes && holding.holders.iter().all(is_nameless)
        };
        let found = heap.holdings().iter().find(is_it).map(|holding| holding.holders.join(", "));
        assert!(found.is_some_and(|name| name.contains(" (main.")), "{:?}: {}", label.names, label.bytes);
    }
    // With symbols the same program names them.
    let twin = all.iter().find(|twin| twin.name == recording.name.replace("stripped-", "")).unwrap();
    let named = of(recording, twin);
    for label in recording.labels.iter().filter(|label| label.kind == "global") {
        let bytes: u64 = kept(&named, label).iter().map(|holding| holding.retained_bytes).sum();
        let off = (i64::try_from(bytes).unwrap() - label.bytes).abs();
        assert!(off <= 8192.max(label.bytes / 100), "{:?} keeps {bytes}, and it was {}", label.names, label.bytes);
    }
}

/// Of a machine whose instructions are not read, nothing is said of who refers to variables.
#[test]
fn what_a_stripped_program_says_depends_on_its_machine() {
    let recording = recordings().into_iter().find(Recording::is_stripped).unwrap();
    let mut binary = recording.binary.unwrap();
    let said = |binary: &[u8]| {
        let heap = heap(&recording.dump, Some(binary));
        assert_eq!(heap.binary_match(), Some(true), "{:?}", heap.diagnostics());
        let stripped = heap.diagnostics().iter().find(|diagnostic| diagnostic.flaw.name() == "stripped");
        let has_referrers = heap
            .holdings()
            .iter()
            .any(|holding| holding.holders[0].contains("+0x") && holding.holders[0].contains('('));
        (stripped.unwrap().flaw.to_string().contains("functions that refer"), has_referrers)
    };
    assert_eq!(said(&binary), (true, true));
    // RISC-V.
    binary[0x12..0x14].copy_from_slice(&243_u16.to_le_bytes());
    assert_eq!(said(&binary), (false, false));
}

/// Cut at any byte, a dump is read up to there.
#[test]
fn cut_dumps_are_read_to_where_they_end() {
    let recording = recordings().swap_remove(0);
    let whole = heap(&recording.dump, None);
    let length = recording.dump.len();
    let mut last = 0;
    for part in 1..16 {
        let end = length * part / 16;
        let cut = heap(&recording.dump[..end], None);
        assert!(!cut.is_complete() && cut.objects() >= last && cut.objects() <= whole.objects() + 1000);
        let diagnostic = cut.diagnostics().iter().find(|diagnostic| diagnostic.flaw.name() == "cut").unwrap();
        assert!(diagnostic.offset.unwrap() <= end as u64);
        last = cut.objects();
    }
    for end in (0..200).chain((length - 3000..length).step_by(37)) {
        let _ = Heap::decode(recording.dump[..end].to_vec());
    }
}

#[test]
fn the_file_of_a_cut_dump_is_not_called_another_one() {
    let recording = recordings().into_iter().find(|recording| recording.binary.is_some()).unwrap();
    let cut = heap(&recording.dump[..recording.dump.len() / 2], recording.binary.as_deref());
    let flaws: Vec<_> = cut.diagnostics().iter().map(|found| found.flaw.name()).collect();
    assert!(flaws.contains(&"no_globals") && !flaws.contains(&"binary_mismatch"), "{flaws:?}");
}

/// Whatever the bytes are, there is an answer.
#[test]
fn damaged_dumps_do_not_panic() {
    let recording = recordings().swap_remove(4);
    // The middle of a dump is objects; roots and all else come behind them.
    let mut seed = 1_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) as usize % below
    };
    for _ in 0..20 {
        let mut dump = recording.dump.clone();
        for _ in 0..20 {
            let at = random(dump.len());
            dump[at] = random(256) as u8;
        }
        let at = dump.len() - 1 - random(200_000.min(dump.len() - 1));
        dump[at] = random(256) as u8;
        let _ =
            Heap::decode_with(dump, HeapOptions::default().with_binary(recording.binary.clone().unwrap_or_default()));
    }
    // A file without symbols is looked at in another way.
    let stripped = recordings().into_iter().find(Recording::is_stripped).unwrap();
    let whole = stripped.binary.unwrap();
    for _ in 0..20 {
        let mut binary = whole.clone();
        for _ in 0..200 {
            let at = random(binary.len());
            binary[at] = random(256) as u8;
        }
        binary.truncate(binary.len() - random(binary.len() / 4));
        let _ = Heap::decode_with(stripped.dump.clone(), HeapOptions::default().with_binary(binary));
    }
}
