use std::collections::BTreeMap;

use crate::{DecodeOptions, Granularity, MemStat, Profile, TopOptions};
use gomem_table::ToTable;
use gomem_testkit::testdata;

const VERSIONS: [&str; 4] = ["1.21.13", "1.24.11", "1.26.8", "1.27.3"];

fn read(version: &str, name: &str) -> Vec<u8> {
    testdata(format!("go{version}/profiles/{name}"))
}

/// Flat and cum by function and line. Text has `[...]` where the protobuf has types.
fn sums(profile: &Profile, sample_type: usize) -> BTreeMap<String, (i128, i128)> {
    let mut sums: BTreeMap<String, (i128, i128)> = BTreeMap::new();
    for row in profile.top(&TopOptions::new(sample_type).by(Granularity::Line)).rows() {
        let name = row.name();
        let name = match (name.find('['), name.rfind(']')) {
            (Some(open), Some(close)) => format!("{}[...]{}", &name[..open], &name[close + 1..]),
            _ => name,
        };
        let sum = sums.entry(name).or_default();
        *sum = (sum.0 + row.flat, sum.1 + row.cum);
    }
    sums
}

#[test]
fn text_says_what_protobuf_says() {
    for version in VERSIONS {
        for (text, protobuf) in [
            ("heap-2.txt.gz", "heap-2.pb.gz"),
            ("block.txt", "block.pb.gz"),
            ("mutex.txt", "mutex.pb.gz"),
            ("custom.txt", "custom.pb.gz"),
        ] {
            let from_text = Profile::decode(&read(version, text)).unwrap();
            let from_protobuf = Profile::decode(&read(version, protobuf)).unwrap();
            assert_eq!(from_text.sample_types(), from_protobuf.sample_types());
            assert_eq!(from_text.period(), from_protobuf.period(), "{version} {text}");
            for index in 0..from_text.sample_types().len() {
                let (found, expected) = (sums(&from_text, index), sums(&from_protobuf, index));
                // Go writes one form after the other, and its runtime allocates and waits for locks meanwhile; text leaves
                // out the runtime's own frames.
                let is_told = |name: &String| !name.starts_with("runtime.") && !name.contains("runtime/pprof.");
                let [found, expected] = [found, expected]
                    .map(|sums| sums.into_iter().filter(|(name, _)| is_told(name)).collect::<Vec<_>>());
                assert!(!expected.is_empty());
                assert_eq!(found, expected, "{version} {text} {index}");
            }
        }
    }
}

#[test]
fn the_statistics_at_the_end_are_kept() {
    for version in VERSIONS {
        let profile = Profile::decode(&read(version, "heap-2.txt.gz")).unwrap();
        let stats = profile.mem_stats().unwrap();
        let number = |name: &str| match stats.value(name) {
            Some(MemStat::Integer(value)) => *value,
            other => panic!("{name}: {other:?}"),
        };
        assert!(number("HeapAlloc") > 100_000 && number("HeapSys") > number("HeapInuse") && number("StackInuse") > 0);
        assert!(matches!(stats.value("PauseNs"), Some(MemStat::List(pauses)) if pauses.len() == 256));
        assert!(matches!(stats.value("GCCPUFraction"), Some(MemStat::Fraction(share)) if (0.0..1.0).contains(share)));
        assert_eq!(stats.value("DebugGC"), Some(&MemStat::Flag(false)));
        assert!(number("MaxRSS") > 1 << 20, "{version}");
        assert_eq!(stats.to_table().rows(), 1);
    }
}

#[test]
fn inlined_calls_are_told() {
    let profile = Profile::decode(&read("1.26.8", "heap-2.txt.gz")).unwrap();
    let edges = profile.edges(&TopOptions::new(1));
    let inlined = |caller: &str, callee: &str| {
        edges.rows().any(|edge| edge.caller.to_string() == caller && edge.callee.to_string() == callee && edge.inlined)
    };
    assert!(inlined("main.outer", "main.middle") && inlined("main.middle", "main.inner"));
    assert!(inlined("main.allocate", "main.outer") && !inlined("main.main", "main.allocate"));
}

#[test]
fn labels_are_kept() {
    for version in VERSIONS {
        let profile = Profile::decode(&read(version, "goroutine.txt")).unwrap();
        let tenants: Vec<String> = profile
            .samples()
            .flat_map(crate::Sample::labels)
            .filter(|label| label.key == "tenant")
            .map(|label| label.text.to_owned())
            .collect();
        assert_eq!(tenants.len(), 3, "{version}");
    }
}

#[test]
fn goroutines_are_told_one_by_one() {
    for version in VERSIONS {
        let profile = Profile::decode(&read(version, "goroutines.txt")).unwrap();
        assert!(profile.diagnostics().is_empty(), "{:?}", profile.diagnostics());
        let table = profile.goroutines().to_table();
        assert!(table.rows() >= 5, "{version}: {}", table.rows());
        assert_eq!(table.rows(), profile.samples().len());
        let top = profile.top(&TopOptions::new(0));
        let waiting = top.rows().iter().find(|row| row.name() == "main.wait").unwrap();
        assert_eq!((waiting.flat, waiting.cum), (3, 3));
    }
}

#[test]
fn headers_of_goroutines() {
    let dump = "goroutine 7 gp=0xc000002380 m=0 mp=0x5671e0 [chan send (leaked), 12 minutes, locked to thread] {tenant: a b, \"k: 2\": \"v\\\"w\"}:\n\
        main.(*T).send(...)\n\t/src/main.go:12\n\
        main.F[...](0xc000010000, {0x1, 0x2})\n\t/src/main.go:20 +0x1d fp=0xc000 sp=0xc001 pc=0x48b4a5\n\
        ...additional frames elided...\n\
        created by main.main in goroutine 1\n\t/src/main.go:33 +0x45\n\n\
        goroutine 8 [running]:\n\tgoroutine running on other thread; stack unavailable\n";
    let profile = Profile::decode(dump.as_bytes()).unwrap();
    let table = profile.goroutines().to_table();
    assert_eq!(table.rows(), 2);
    let cell = |name: &str| format!("{:?}", table.column(name).unwrap().cell(0));
    assert_eq!(cell("goroutine"), "Int64(7)");
    assert_eq!(cell("state"), "Text(\"chan send\")");
    assert_eq!(cell("wait_minutes"), "Int64(12)");
    assert_eq!((cell("leaked"), cell("locked_to_thread")), ("Bool(true)".into(), "Bool(true)".into()));
    assert_eq!(cell("created_by"), "Text(\"main.main\")");
    assert_eq!(cell("created_at"), "Text(\"/src/main.go:33\")");
    assert_eq!(cell("created_by_goroutine"), "Int64(1)");
    let labels: Vec<_> = profile.samples().next().unwrap().labels().map(|label| (label.key, label.text)).collect();
    assert!(labels.contains(&("tenant", "a b")) && labels.contains(&("k: 2", "v\"w")), "{labels:?}");
    let frames: Vec<_> =
        profile.samples().next().unwrap().frames().map(|line| line.function().unwrap().name().to_owned()).collect();
    assert_eq!(frames, ["main.(*T).send", "main.F[...]"]);
    assert_eq!(profile.samples().next().unwrap().locations().len(), 1, "the first was inlined into the second");
}

#[test]
fn what_goleak_found_is_a_dump_of_leaked_goroutines() {
    let report = "        [Goroutine 34 in state chan receive, 2 minutes, with example.com/app.(*Hub).run on top of the stack:\n        \
        example.com/app.(*Hub).run(0xc000112000)\n        \t/src/app/hub.go:41 +0x8a\n        \
        created by example.com/app.NewHub in goroutine 7\n        \t/src/app/hub.go:23 +0xd6\n         \
        Goroutine 35 in state select, with example.com/app.(*conn).write on top of the stack:\n        \
        example.com/app.(*conn).write(0xc000134000)\n        \t/src/app/conn.go:77 +0x11c\n        ]\nFAIL\n";
    let profile = Profile::decode(report.as_bytes()).unwrap();
    assert!(profile.diagnostics().is_empty(), "{:?}", profile.diagnostics());
    let table = profile.goroutines().to_table();
    let cell = |name: &str, row: usize| format!("{:?}", table.column(name).unwrap().cell(row));
    assert_eq!(table.rows(), 2);
    assert_eq!((cell("state", 0), cell("wait_minutes", 0)), ("Text(\"chan receive\")".into(), "Int64(2)".into()));
    assert_eq!((cell("state", 1), cell("leaked", 1)), ("Text(\"select\")".into(), "Bool(true)".into()));
    assert_eq!(cell("created_by", 0), "Text(\"example.com/app.NewHub\")");
    let leaves: Vec<_> =
        profile.samples().map(|sample| sample.frames().next().unwrap().function().unwrap().name().to_owned()).collect();
    assert_eq!(leaves, ["example.com/app.(*Hub).run", "example.com/app.(*conn).write"]);
}

#[test]
fn mutexes_are_counted_once() {
    let text = "--- mutex:\ncycles/second=2000000000\nsampling period=7\n14000 21 @ 0x10 0x20\n\
        #\t0xf\tmain.unlock+0xf\t/src/main.go:3\n";
    let profile = Profile::decode(text.as_bytes()).unwrap();
    assert!(profile.samples().next().unwrap().values().eq([21, 7000]));
    let options = DecodeOptions::default().with_pprof_compat(true);
    let upstream = Profile::decode_with(text.as_bytes(), &options).unwrap();
    assert!(upstream.samples().next().unwrap().values().eq([147, 49_000]));
}

#[test]
fn what_gperftools_wrote() {
    let heap = "heap profile: 1: 100 [ 2: 300] @ heap_v2/1\n 1: 100 [ 2: 300] @ 0x401000 0x402000\n\
        MAPPED_LIBRARIES:\n00400000-00500000 r-xp 00000000 00:00 1 /bin/server\n00600000-00700000 rw-p 00000000 00:00 1 /bin/server\n";
    let profile = Profile::decode(heap.as_bytes()).unwrap();
    assert!(profile.samples().next().unwrap().values().eq([2, 300, 1, 100]));
    assert_eq!(profile.top(&TopOptions::new(3).by(Granularity::Address)).rows()[0].name(), "0000000000400fff [server]");
    let growth = "heap profile: 1: 100 [ 1: 100] @ growthz\n 1: 100 [ 1: 100] @ 0x401000\n";
    let profile = Profile::decode(growth.as_bytes()).unwrap();
    assert!(profile.samples().next().unwrap().values().eq([1, 100]));
    let contention = "--- contentionz 1 ---\ncycles/second = 1000000000\nsampling period = 100\nms since reset = 5\n 10 2 @ 0x401000\n";
    let profile = Profile::decode(contention.as_bytes()).unwrap();
    assert!(profile.samples().next().unwrap().values().eq([200, 1000]));
    assert_eq!(profile.duration_nanos(), Some(5_000_000));
    let threads = "--- threadz 1 ---\n\n--- Thread 7f (name: main/1) stack: ---\n  PC: 0x401000: f\n  0x402000: g\n\
        --- Thread 80 (name: worker/2) stack: ---\n  [same as previous thread]\n--- Memory map: ---\n400000-500000: /bin/server\n";
    let profile = Profile::decode(threads.as_bytes()).unwrap();
    assert_eq!(profile.samples().map(|sample| sample.value(0)).collect::<Vec<_>>(), [2]);
    assert_eq!(profile.mappings().next().unwrap().filename(), "/bin/server");
}

#[test]
fn what_java_wrote() {
    let heap = "--- heapz 1 ---\nformat = java\nresolution = bytes\n\n  1048576  1 @ 0x1 0x2\n\n\
        0x1 com.example.Main.run (Main.java:17)\n0x2 GC\n";
    let profile = Profile::decode(heap.as_bytes()).unwrap();
    let names: Vec<_> =
        profile.top(&TopOptions::new(1).by(Granularity::Line)).rows().iter().map(crate::TopRow::name).collect();
    assert_eq!(names, ["com.example.Main.run Main.java:17", "GC"]);
    assert!(profile.samples().next().unwrap().values().eq([1, 1_212_696]));
    let contention = "--- contentionz 1 ---\nformat = java\nresolution = microseconds\nsampling period = 10\n\
        ms since reset = 5\n  7 1 @ 0x1\n0x1 lock (/lib/libjvm.so)\n";
    let profile = Profile::decode(contention.as_bytes()).unwrap();
    assert!(profile.samples().next().unwrap().values().eq([10, 70]));
    assert_eq!(profile.sample_types()[1].unit(), "microseconds");
}

/// The words of a binary profile of two stacks.
fn cpu(width: usize, is_big_endian: bool) -> Vec<u8> {
    let words: [u64; 16] = [0, 3, 0, 10_000, 0, 5, 2, 0x40_1000, 0x40_2000, 2, 1, 0x40_3000, 0, 1, 0, 0];
    let bytes = |word: u64| {
        let mut bytes = word.to_le_bytes()[..width].to_vec();
        if is_big_endian {
            bytes.reverse();
        }
        bytes
    };
    words[..15]
        .iter()
        .flat_map(|&word| bytes(word))
        .chain(*b"00400000-00500000 r-xp 00000000 00:00 1 /bin/server\n")
        .collect()
}

#[test]
fn binary_profiles_of_either_width_and_order() {
    for (width, is_big_endian) in [(4, false), (4, true), (8, false), (8, true)] {
        let profile = Profile::decode(&cpu(width, is_big_endian)).unwrap();
        let values: Vec<_> = profile.samples().map(|sample| sample.values().collect::<Vec<_>>()).collect();
        assert_eq!(values, [[5, 50_000_000], [2, 20_000_000]], "{width} {is_big_endian}");
        assert_eq!(profile.period(), 10_000_000);
        assert_eq!(profile.mappings().len(), 1);
        for length in 5 * width..14 * width {
            let _ = Profile::decode(&cpu(width, is_big_endian)[..length]);
        }
    }
}

#[test]
fn bad_lines_are_told_with_their_place() {
    let text = "goroutine profile: total 2\n1 @ 0x10\nnonsense\n1 @\n";
    let profile = Profile::decode(text.as_bytes()).unwrap();
    let told: Vec<_> =
        profile.diagnostics().iter().map(|found| (found.line, found.offset, found.flaw.to_string())).collect();
    assert_eq!(
        told,
        [
            (Some(3), 36, "not a sample of a count profile".to_owned()),
            (Some(4), 45, "the sample has no stack".to_owned())
        ]
    );
    let err = Profile::decode_with(text.as_bytes(), &DecodeOptions::default().with_strict(true)).unwrap_err();
    assert_eq!((err.to_string().as_str(), err.line()), ("line 3: not a sample of a count profile", Some(3)));
}

proptest::proptest! {
    #[test]
    fn no_damage_panics(at in 0_usize..2000, byte: u8, which in 0_usize..4, length in 0_usize..4000) {
        let name = ["mutex.txt", "goroutine.txt", "goroutines.txt", "custom.txt"][which];
        let mut bytes = read("1.26.8", name);
        let at = at % bytes.len();
        bytes[at] = byte;
        bytes.truncate(length);
        if let Ok(profile) = Profile::decode(&bytes) {
            let _ = profile.goroutines().to_table();
            let _ = profile.top(&TopOptions::new(0));
        }
    }

    #[test]
    fn no_words_panic(bytes in proptest::collection::vec(0_u8..6, 0..300)) {
        let mut words = cpu(4, false)[..20].to_vec();
        words.extend(bytes);
        let _ = Profile::decode(&words);
    }
}

#[test]
fn a_text_in_a_profile_does_not_make_it_another() {
    let dump = b"goroutine 1 []\ngoroutine 1 [heap profile: 8: 0 [0: 0] @ heap]\n";
    let dump = Profile::decode(dump).expect("a goroutine dump");
    let read = Profile::decode(&dump.encode_raw()).expect("what is written is sound");
    assert_eq!((dump.samples().len(), read.samples().len()), (2, 2));
}

#[test]
fn names_of_paths_are_not_made_of_each_other() {
    let profile = |attributes: &str| {
        let text =
            format!("heap profile: 1: 8 [1: 8] @ heap/1\n1: 8 [1: 8] @ 0x401000\nMAPPED_LIBRARIES:\n{attributes}");
        Profile::decode(text.as_bytes())
    };
    let map = "00400000-00500000 r-xp 00000000 00:00 1 $build/server $other\n";
    let named = profile(&format!("build=/bin\nbuild=/sbin\n{map}")).unwrap();
    assert_eq!(named.mappings().next().unwrap().filename(), "/bin/server");
    let mut nested = "a0=/long/path\n".to_owned();
    (1..60).for_each(|level| nested += &format!("a{level}x=$a{}x$a{}x\n", level - 1, level - 1));
    assert!(profile(&format!("{nested}{map}00500000-00600000 r-xp 00000000 00:00 1 $a59x\n")).is_ok());
    let long = format!("build={}\n{}\n", "p".repeat(4096), "$build".repeat(4096));
    assert!(profile(&long).unwrap_err().to_string().contains("bytes of a line of the memory map"));
    assert!(profile(&(0..101).map(|name| format!("n{name}=1\n")).collect::<String>()).is_err());
}
