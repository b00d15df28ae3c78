//! What recorded dumps are asked beyond who keeps what.

#![allow(clippy::unwrap_used)]

use gomem_heap::{Heap, HeapOptions};
use gomem_pprof::Profile;
use gomem_table::{Cell, ToTable};
use gomem_testkit::inflated;

fn heap(version: &str) -> Heap {
    let file = |ending: &str| inflated(format!("testdata/heap/holders-{version}.{ending}.gz"));
    Heap::decode_with(file("dump"), HeapOptions::default().with_binary(file("bin"))).unwrap()
}

#[test]
fn small_views_of_large_buffers_are_found_and_no_others() {
    for version in ["go1.21.13", "go1.27.3"] {
        let heap = heap(version);
        let found: Vec<_> = heap
            .windows(4096, 8)
            .into_iter()
            .map(|window| (window.holders.join(" "), window.buffer_bytes, window.shown_bytes))
            .collect();
        let wanted = [("main.token".to_owned(), 122_880, 16), ("main.headline".to_owned(), 73_728, 20)];
        assert_eq!(found, wanted, "{version}");
    }
}

#[test]
fn a_map_never_shrinks() {
    for version in ["go1.21.13", "go1.27.3"] {
        let maps = heap(version).maps();
        let of = |name: &str| maps.iter().find(|map| map.holders == [name]).unwrap();
        assert_eq!((of("main.emptied").entries, of("main.emptied").capacity), (0, 8192), "{version}");
        assert_eq!(of("main.cache").entries, 250, "{version}");
        assert_eq!(of("main.generic").entries, 200, "{version}");
    }
}

#[test]
fn what_looks_alike_is_one_step() {
    let heap = heap("go1.27.3");
    let chain = heap.steps(Some("main.chain"));
    assert_eq!(chain.iter().map(|step| step.objects).collect::<Vec<_>>(), [900], "a list is one step");
    let path = heap.path("main.cache").unwrap();
    assert_eq!(path, "main.cache → map → 250 × 224 B (globals.go:68)");
    assert_eq!(heap.path("main.none"), None);
}

#[test]
fn a_profile_of_it_sums_up_to_the_heap() {
    let heap = heap("go1.27.3");
    let profile = Profile::decode(&heap.to_pprof()).unwrap();
    assert!(profile.diagnostics().is_empty(), "{:?}", profile.diagnostics());
    let total = |name: &str| profile.total(profile.sample_type_index(name).unwrap());
    assert_eq!(i128::from(heap.bytes()), total("retained_space"));
    assert_eq!(i128::from(heap.objects()), total("retained_objects"));
    assert_eq!(profile.sample_types()[profile.default_sample_type()].name(), "retained_space");
}

#[test]
fn a_dump_held_against_itself_has_no_change() {
    let heap = heap("go1.27.3");
    let table = heap.diff(&heap).to_table();
    let status = table.column("status").unwrap();
    assert!(table.rows() > 50 && (0..table.rows()).all(|row| status.cell(row) == Cell::Text("same")));
}

/// Everything but names: of each object's contents nothing is left that could be a text.
#[test]
fn a_redacted_dump_has_the_same_answers_and_no_text_of_the_program() {
    for version in ["go1.21.13", "go1.27.3"] {
        let heap = heap(version);
        let redacted = heap.redacted();
        let before = inflated(format!("testdata/heap/holders-{version}.dump.gz"));
        // What the program has in memory: its arguments, its environment, texts that it made.
        for text in ["HOME=", "PATH=/", "s199", "k149", "e149"] {
            let is_in = |file: &[u8]| file.windows(text.len()).any(|part| part == text.as_bytes());
            assert!(is_in(&before), "{version}: {text} is in the dump");
            assert!(!is_in(&redacted), "{version}: {text} survives");
        }
        let options = HeapOptions::default().with_binary(inflated(format!("testdata/heap/holders-{version}.bin.gz")));
        let after = Heap::decode_with(redacted, options).unwrap();
        assert_eq!(heap.holdings(), after.holdings(), "{version}");
        assert_eq!(heap.windows(4096, 8).len(), after.windows(4096, 8).len(), "{version}");
    }
}

#[test]
fn what_cannot_be_read_is_not_sent() {
    let before = inflated("testdata/heap/holders-go1.27.3.dump.gz");
    let cut = Heap::decode(before[..before.len() / 3].to_vec()).unwrap();
    let redacted = cut.redacted();
    assert!(redacted.len() <= before.len() / 3);
    assert_eq!(Heap::decode(redacted).unwrap().objects(), cut.objects());
}
