//! What recorded dumps are asked beyond who keeps what.

#![allow(clippy::unwrap_used)]

use gomem_heap::{Heap, HeapOptions, WayTarget};
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

/// Where a slice begins and ends says nothing of its elements' size when it begins at the buffer's start: the variable's type does.
#[test]
fn a_view_from_the_start_of_a_buffer_is_one_too() {
    let [dump, binary] = ["dump", "bin"].map(|ending| inflated(format!("testdata/heap/holders-go1.27.3.{ending}.gz")));
    // `main.token` is whole[100:116:116], and becomes whole[0:16:16], or whole[0:16].
    let shape = [16_u64.to_le_bytes(), 16_u64.to_le_bytes()].concat();
    let word = |at: usize| u64::from_le_bytes(dump[at..at + 8].try_into().unwrap());
    let is_token = |at: &usize| word(*at) % 8192 == 100 && word(*at) > 1 << 32;
    let places = memchr::memmem::find_iter(&dump, &shape).filter_map(|at| at.checked_sub(8));
    let [at] = *places.filter(is_token).collect::<Vec<_>>() else { panic!("one variable is") };
    for (capacity, is_refillable) in [(16_u64, false), (120_000, true)] {
        let mut changed = dump.clone();
        changed[at..at + 8].copy_from_slice(&(word(at) - 100).to_le_bytes());
        changed[at + 16..at + 24].copy_from_slice(&capacity.to_le_bytes());
        let heap = Heap::decode_with(changed, HeapOptions::default().with_binary(binary.clone())).unwrap();
        let windows = heap.windows(4096, 8);
        let token = windows.iter().find(|window| window.holders == ["main.token"]).unwrap();
        assert_eq!((token.shown_bytes, token.is_refillable), (16, is_refillable));
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
    assert_eq!(path, "main.cache → map[string]*main.session → 250 × main.session (globals.go:68)");
    assert_eq!(heap.path("main.none"), None);
}

#[test]
fn ways_that_look_alike_are_one() {
    let heap = heap("go1.27.3");
    let ways = |to: WayTarget| {
        let rows = heap.paths(&to, 3);
        rows.into_iter().map(|row| (row.path, row.edge, row.repeat)).collect::<Vec<_>>()
    };
    let step = |path, edge: &str, repeat| (path, edge.to_owned(), repeat);
    let cache = ways(WayTarget::Holder("main.cache".to_owned()));
    assert_eq!(cache[..2], [step(0, "main.cache", 1), step(0, "[*]", 250)], "a map with its tables is one step");
    assert_eq!(ways(WayTarget::Holder("main.chain".to_owned())), [step(0, "main.chain", 900)], "and so is a list");
    let made = ways(WayTarget::Site("globals.go".to_owned(), 68));
    let holders: Vec<_> =
        made.iter().map(|(_, edge, _)| edge.as_str()).filter(|edge| edge.starts_with("main")).collect();
    assert_eq!(holders, ["main.cache", "main.generic.rows", "main.events"], "objects of one line have three holders");
    assert!(ways(WayTarget::Site("als.go".to_owned(), 68)).is_empty(), "the end of a path, not of a name");
    let objects = heap.paths(&WayTarget::Holder("main.cache".to_owned()), 1);
    let to_one = heap.paths(&WayTarget::Object(objects[1].object), 1);
    assert_eq!(to_one.iter().map(|row| row.repeat).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(to_one[1].object, objects[1].object);
    assert!(heap.paths(&WayTarget::All, 0).is_empty());
}

#[test]
fn debug_information_names_types_and_fields() {
    let heap = heap("go1.27.3");
    let summary = [heap.summary()].to_table();
    let Cell::Float64(typed) = summary.column("typed_fraction").unwrap().cell(0) else { panic!("{summary:?}") };
    assert!(typed > 0.82, "{typed}, and 8 % is garbage, which nothing types");
    for (holder, path) in [
        (
            "main.lru",
            "main.lru → 150 × container/list.Element (list.go:104) → .Value → 150 × main.entry (globals.go:93) → ",
        ),
        ("main.handler", "main.handler → func main.init.1.func13.1 → .kept → []uint8 (globals.go:109)"),
        ("main.tree", "main.tree → 511 × main.node (globals.go:74)"),
        (
            "main.registry",
            "main.registry → 59 × internal/sync.indirect[interface {},interface {}] (hashtriemap.go:550) → ",
        ),
        ("main.generic", "main.generic.rows → map[int]*main.session → 200 × main.session (globals.go:68) → .name → "),
        ("main.ring", "main.ring → 8 × [4096]uint8 (globals.go:"),
    ] {
        let found = heap.path(holder).unwrap_or_default();
        assert!(found.starts_with(path), "{found}");
    }
}

/// The types of what only stacks, functions, timers, finalizers or a part of it lead to.
#[test]
fn types_are_known_of_what_no_variable_leads_to_whole() {
    let file = |ending: &str| inflated(format!("testdata/heap/holders-go1.27.3.{ending}.gz"));
    for source in ["dump", "core"] {
        let heap = Heap::decode_with(file(source), HeapOptions::default().with_binary(file("bin"))).unwrap();
        let table = heap.object_table();
        let column = |name: &str| table.column(name).unwrap();
        let (holders, types, bytes) = (column("holders"), column("type"), column("bytes"));
        for (holder, size, wanted) in [
            // A variable of which only the first word is on the stack; one that waits to be sent.
            ("main.wait", 10_240, "[]uint8"),
            ("main.send", 16_384, "[]uint8"),
            // What a method's value, a finalizer and a cleanup hold.
            ("main.method", 90_112, "[]uint8"),
            ("main.slowClose", 20_480, "[]uint8"),
            ("main.closeHandle", 40_960, "[]uint8"),
            ("main.attach.func1", 81_920, "main.report"),
            // A few bytes of a buffer, and of a text.
            ("main.token", 122_880, "[]uint8"),
            ("main.headline", 73_728, "string"),
            // What only the runtime leads to: pointers to memory beside the heap are none to the collector.
            ("runtime", 480, "runtime.g"),
        ] {
            let is_asked = |row: &usize| {
                let Cell::List(names) = holders.cell(*row) else { return false };
                names.iter().any(|name| name == Cell::Text(holder)) && bytes.cell(*row) == Cell::Int64(size)
            };
            let found: Vec<_> = (0..table.rows()).filter(is_asked).map(|row| types.cell(row)).collect();
            // Of cleanups a dump of Go 1.26 and later says nothing.
            assert!(!found.is_empty() || (source, holder) == ("dump", "main.attach.func1"), "{source} {holder}");
            assert!(found.iter().all(|found| *found == Cell::Text(wanted)), "{source} {holder}: {found:?}");
        }
    }
}

/// A name that is wrong is worse than none.
#[test]
fn what_is_not_the_programs_debug_information_types_nothing() {
    let dump = || inflated("testdata/heap/holders-go1.26.8.dump.gz");
    let named = |heap: &Heap| {
        let table = heap.types().to_table();
        let (sources, objects) = (table.column("source").unwrap(), table.column("objects").unwrap());
        (0..table.rows())
            .filter(|row| sources.cell(*row) == Cell::Text("dwarf") && objects.cell(*row) != Cell::Int64(0))
            .count()
    };
    let other = inflated("testdata/heap/holders-go1.27.3.bin.gz");
    let wrong = Heap::decode_with(dump(), HeapOptions::default().with_binary(other)).unwrap();
    assert_eq!((wrong.binary_match(), named(&wrong)), (Some(false), 0));
    assert_eq!(named(&Heap::decode(dump()).unwrap()), 0);
    assert_eq!(named(&heap("go1.21.13")), 0, "a program without debug information");
    assert!(named(&heap("go1.27.3")) > 50);
}

#[test]
fn maps_have_the_types_that_their_tables_have() {
    let maps = heap("go1.27.3").maps();
    let of = |name: &str| maps.iter().find(|map| map.holders == [name]).and_then(|map| map.types.clone());
    assert_eq!(of("main.cache"), Some(("string".to_owned(), "*main.session".to_owned())));
    assert_eq!(of("main.emptied"), Some(("int".to_owned(), "*[64]uint8".to_owned())));
    assert!(heap("go1.21.13").maps().iter().all(|map| map.types.is_none()), "nothing says it before Go 1.22");
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
        let redacted = heap.redacted().unwrap();
        let before = inflated(format!("testdata/heap/holders-{version}.dump.gz"));
        // What the program has in memory: its arguments, its environment, texts that it made.
        for text in ["HOME=", "LANG=", "s199", "k149", "e149"] {
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
    let redacted = cut.redacted().unwrap();
    assert!(redacted.len() <= before.len() / 3);
    assert_eq!(Heap::decode(redacted).unwrap().objects(), cut.objects());
}
