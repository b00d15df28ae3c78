//! Every answer beside that of `go tool pprof`, where Go is installed.
//!
//! The profiles are those of `testdata/profiles/main.go` under several versions of Go, and those of `examples/incident`.
//! By default one version is compared; `make parity` compares all, and says how many comparisons that was.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic)]

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use gomem_pprof::{CallGraphOptions, DecodeOptions, Filter, Granularity, Profile, SampleType, TopOptions};
use gomem_testkit::{Calls, Pprof, Sums, add, root};

#[test]
fn every_profile_type_and_granularity() {
    let Some(pprof) = Pprof::find() else { return };
    let mut compared = 0;
    for file in PROFILES.iter().flat_map(|name| named(name)).chain(incidents()) {
        let profile = decode(&file);
        for (index, kind) in profile.sample_types().iter().enumerate() {
            for (by, flag) in GRANULARITIES {
                let expected = pprof.top(&file, named_unit(kind), &[flag]);
                let found = sums(&profile, &TopOptions::new(index).by(by));
                assert_eq!(found, expected, "{} {} {flag}", file.display(), kind.name());
                compared += 1;
            }
        }
    }
    println!("{compared} comparisons");
}

#[test]
fn every_filter() {
    let Some(pprof) = Pprof::find() else { return };
    let mut compared = 0;
    for name in ["heap-2.pb.gz", "cpu.pb.gz", "goroutine.pb.gz"] {
        for file in named(name) {
            let profile = decode(&file);
            let index = profile.default_sample_type();
            let kind = &profile.sample_types()[index];
            for (flags, filter) in filters() {
                for (by, flag) in GRANULARITIES {
                    let flags: Vec<&str> = flags.iter().copied().chain([flag]).collect();
                    let expected = pprof.top(&file, named_unit(kind), &flags);
                    let found = sums(&profile.filter(&filter).unwrap(), &TopOptions::new(index).by(by));
                    assert_eq!(found, expected, "{} {flags:?}", file.display());
                    compared += 1;
                }
            }
        }
    }
    println!("{compared} comparisons");
}

#[test]
fn differences_and_sums() {
    let Some(pprof) = Pprof::find() else { return };
    let mut compared = 0;
    for (earlier, later) in named("heap-1.pb.gz").zip(named("heap-2.pb.gz")) {
        let (base, current) = (decode(&earlier), decode(&later));
        let path = earlier.display().to_string();
        for (index, kind) in current.sample_types().iter().enumerate() {
            for (by, flag) in GRANULARITIES {
                let options = TopOptions::new(index).by(by);
                for (base_flag, normalize) in [("-base", false), ("-diff_base", false), ("-diff_base", true)] {
                    let base_flag = format!("{base_flag}={path}");
                    let flags = [base_flag.as_str(), flag, if normalize { "-normalize" } else { "-trim" }];
                    let expected = pprof.top(&later, named_unit(kind), &flags);
                    let diff = current.diff(&base, normalize).unwrap();
                    assert_eq!(sums(diff.difference(), &options), expected, "{flags:?}");
                    let mut rows = Sums::new();
                    for row in diff.top(&options).rows().iter().filter(|row| row.delta() != (0, 0)) {
                        add(&mut rows, row.key.to_string(), row.delta());
                    }
                    assert_eq!(rows, expected, "{flags:?}");
                    compared += 2;
                }
                let merged = Profile::merge([&base, &current]).unwrap();
                let expected = pprof.top(&later, named_unit(kind), &[flag, &path]);
                assert_eq!(sums(&merged, &options), expected, "merge of {path}");
                compared += 1;
            }
        }
    }
    println!("{compared} comparisons");
}

#[test]
fn every_call() {
    let Some(pprof) = Pprof::find() else { return };
    for name in ["heap-2.pb.gz", "cpu.pb.gz", "goroutine.pb.gz", "mutex.pb.gz"] {
        for file in named(name) {
            let profile = decode(&file);
            let index = profile.default_sample_type();
            let expected = pprof.calls(&file, named_unit(&profile.sample_types()[index]));
            let edges = profile.edges(&TopOptions::new(index));
            let found: Calls = edges
                .rows()
                .map(|edge| ((edge.caller.to_string(), edge.callee.to_string()), (edge.weight, edge.inlined)))
                .collect();
            assert_eq!(found, expected, "{}", file.display());
        }
    }
}

/// Small nodes and calls are left out alike, with what leads past them.
#[test]
fn every_call_graph() {
    let Some(pprof) = Pprof::find() else { return };
    let (mut compared, mut residual) = (0, 0);
    for file in PROFILES.iter().flat_map(|name| named(name)).chain(incidents()) {
        let profile = decode(&file);
        for (index, kind) in profile.sample_types().iter().enumerate() {
            let is_difference = profile.samples().any(|sample| sample.value(index) < 0);
            for (node, call, count) in [(0.0, 0.0, 0), (0.005, 0.001, 0), (0.005, 0.001, 80), (0.05, 0.02, 12)] {
                // Where values cancel each other out, the reference orders functions by what is no number.
                if is_difference && count > 0 {
                    continue;
                }
                let flags =
                    [format!("-nodefraction={node}"), format!("-edgefraction={call}"), format!("-nodecount={count}")];
                let (nodes, calls) = pprof.dot(&file, named_unit(kind), &flags.each_ref().map(String::as_str));
                let options = CallGraphOptions::default().with_fractions(node, call).with_nodes(count);
                let graph = profile.call_graph(index, options);
                let name = |at: usize| graph.nodes[at].name.clone();
                let found: Sums = graph.nodes.iter().map(|node| (node.name.clone(), (node.flat, node.cum))).collect();
                assert_eq!(found, nodes, "{} {} {flags:?}", file.display(), kind.name());
                let found = graph
                    .calls
                    .iter()
                    .map(|call| ((name(call.caller), name(call.callee)), (call.weight, call.inlined, call.residual)));
                assert_eq!(found.collect::<BTreeMap<_, _>>(), calls, "{} {} {flags:?}", file.display(), kind.name());
                let dot = profile.to_dot(index, options);
                let lines = |is_call: bool| {
                    dot.lines().filter(|line| line.starts_with('N') && line.contains(" -> N") == is_call).count()
                };
                assert_eq!((lines(false), lines(true)), (nodes.len(), calls.len()));
                residual += calls.values().filter(|call| call.2).count();
                compared += 1;
            }
        }
    }
    assert!(compared == 0 || residual > 0, "some calls lead past others");
    println!("{compared} call graphs");
}

#[test]
fn means_and_divisions() {
    let Some(pprof) = Pprof::find() else { return };
    for file in named("heap-2.pb.gz") {
        let profile = decode(&file);
        let kind = &profile.sample_types()[1];
        let found = sums(&profile, &TopOptions::new(1).with_mean(true));
        assert_eq!(found, pprof.top(&file, named_unit(kind), &["-mean", "-functions"]));
        let found = sums(&profile, &TopOptions::new(1).with_divide_by(7.0));
        assert_eq!(found, pprof.top(&file, named_unit(kind), &["-divide_by=7", "-functions"]));
    }
}

#[test]
fn what_is_written_is_read_by_the_reference() {
    let Some(pprof) = Pprof::find() else { return };
    for file in named("cpu.pb.gz").chain(named("heap-2.pb.gz")) {
        let profile = decode(&file);
        let written = std::env::temp_dir().join(format!("gomem-parity-{}.pb.gz", std::process::id()));
        std::fs::write(&written, profile.encode()).unwrap();
        assert_eq!(pprof.raw(&written), pprof.raw(&file), "{}", file.display());
        std::fs::remove_file(written).unwrap();
    }
}

/// The text forms without their `#` lines are what `go tool pprof` reads.
#[test]
fn text_forms() {
    let Some(pprof) = Pprof::find() else { return };
    for name in ["heap-2.txt.gz", "block.txt", "mutex.txt", "goroutine.txt", "custom.txt"] {
        for file in named(name) {
            let options = DecodeOptions::default().with_pprof_compat(true);
            let profile = Profile::decode_with(&std::fs::read(&file).unwrap(), &options).unwrap();
            assert!(profile.diagnostics().is_empty(), "{:?}", profile.diagnostics());
            for (index, kind) in profile.sample_types().iter().enumerate() {
                let expected = pprof.top(&file, named_unit(kind), &["-functions"]);
                let flat: i128 = profile.samples().map(|sample| i128::from(sample.value(index))).sum();
                assert_eq!(flat, expected["<unknown>"].0, "{} {}", file.display(), kind.name());
            }
        }
    }
}

/// Bytes of a profile changed at random: a strict reading takes what `go tool pprof` takes, and sums it alike.
#[test]
fn damage_is_judged_alike() {
    let Some(pprof) = Pprof::find() else { return };
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |end: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % end as u64) as usize
    };
    let path = std::env::temp_dir().join(format!("gomem-damage-{}.pb", std::process::id()));
    let mut taken = 0;
    let text = ["custom.txt", "mutex.txt", "block.txt", "goroutine.txt"];
    for file in ["custom.pb.gz", "mutex.pb.gz", "threadcreate.pb.gz"].iter().chain(&text).flat_map(|name| named(name)) {
        let whole = std::fs::read(&file).unwrap();
        let is_text = file.extension().is_some_and(|extension| extension == "txt");
        let whole = if is_text { whole } else { Profile::decode(&whole).unwrap().encode_raw() };
        for _ in 0..if std::env::var_os("GOMEM_PARITY").is_some() { 100 } else { 20 } {
            let mut bytes = whole.clone();
            let place = below(bytes.len());
            bytes[place] = match below(3) {
                0 => bytes[place] ^ 1 << below(8),
                1 => below(256) as u8,
                _ => 0,
            };
            std::fs::write(&path, &bytes).unwrap();
            let options = DecodeOptions::default().with_strict(true).with_pprof_compat(true);
            let read = Profile::decode_with(&bytes, &options);
            let expected = pprof.try_run(&["-raw"], &path);
            // The reference finds the end of a damaged number and takes it for the number.
            let is_guessed = is_text && read.as_ref().is_err_and(|err| err.to_string().contains("contention profile"));
            if is_guessed {
                continue;
            }
            assert_eq!(read.is_ok(), expected.is_ok(), "{} byte {place}: {read:?}\n{expected:?}", file.display());
            let (Ok(profile), Ok(_)) = (read, expected) else { continue };
            taken += 1;
            if is_text {
                // Unlike the reference, gomem knows the frames.
                continue;
            }
            for (index, kind) in profile.sample_types().iter().enumerate() {
                // Types that share a name cannot be asked for, other units are scaled, and some names break lines.
                let is_plain = |name: &str| name.bytes().all(|c| c.is_ascii_graphic());
                let is_known = ["count", "nanoseconds"].contains(&kind.unit());
                if !is_known || profile.sample_type_index(kind.name()) != Some(index) || kind.name().is_empty() {
                    continue;
                }
                let found = sums(&profile, &TopOptions::new(index));
                if is_plain(kind.name()) && found.keys().all(|name| is_plain(name)) {
                    assert_eq!(
                        found,
                        pprof.top(&path, named_unit(kind), &["-functions"]),
                        "{} byte {place}",
                        file.display()
                    );
                }
            }
        }
    }
    std::fs::remove_file(path).unwrap();
    println!("{taken} damaged profiles taken");
}

fn filters() -> Vec<(Vec<&'static str>, Filter)> {
    type Set = fn(&mut Filter);
    let cases: [(&[&str], Set); 24] = [
        (&["-focus=main.tree"], |filter| filter.focus = "main.tree".into()),
        (&["-focus=(?i)MAIN\\.go$"], |filter| filter.focus = "(?i)MAIN\\.go$".into()),
        (&["-ignore=main.tree|strings"], |filter| filter.ignore = "main.tree|strings".into()),
        (&["-focus=allocate", "-ignore=fmt\\."], |filter| {
            filter.focus = "allocate".into();
            filter.ignore = "fmt\\.".into();
        }),
        (&["-hide=runtime"], |filter| filter.hide = "runtime".into()),
        (&["-hide=main.middle|main.allocate"], |filter| filter.hide = "main.middle|main.allocate".into()),
        (&["-show=main\\."], |filter| filter.show = "main\\.".into()),
        (&["-show=main.inner", "-hide=outer"], |filter| {
            filter.show = "main.inner".into();
            filter.hide = "outer".into();
        }),
        (&["-show_from=main.allocate"], |filter| filter.show_from = "main.allocate".into()),
        (&["-show_from=main.middle"], |filter| filter.show_from = "main.middle".into()),
        (&["-prune_from=main.allocate"], |filter| filter.prune_from = "main.allocate".into()),
        (&["-prune_from=main.middle"], |filter| filter.prune_from = "main.middle".into()),
        (&["-noinlines"], |filter| filter.noinlines = true),
        (&["-tagfocus=tenant=t1"], |filter| filter.tagfocus = "tenant=t1".into()),
        (&["-tagfocus=tenant:t0"], |filter| filter.tagfocus = "tenant:t0".into()),
        (&["-tagfocus=tenant,t1"], |filter| filter.tagfocus = "tenant,t1".into()),
        (&["-tagignore=t1"], |filter| filter.tagignore = "t1".into()),
        (&["-tagfocus=bytes=64:512"], |filter| filter.tagfocus = "bytes=64:512".into()),
        (&["-tagfocus=1kb:"], |filter| filter.tagfocus = "1kb:".into()),
        (&["-tagignore=:64b"], |filter| filter.tagignore = ":64b".into()),
        (&["-tagfocus=3072b"], |filter| filter.tagfocus = "3072b".into()),
        (&["-tagroot=tenant"], |filter| filter.tagroot = "tenant".into()),
        (&["-tagleaf=bytes,route"], |filter| filter.tagleaf = "bytes,route".into()),
        (&["-tagroot=tenant", "-focus=t1", "-taghide=tenant"], |filter| {
            filter.tagroot = "tenant".into();
            filter.focus = "t1".into();
            filter.taghide = "tenant".into();
        }),
    ];
    cases
        .into_iter()
        .map(|(flags, set)| {
            let mut filter = Filter::default();
            set(&mut filter);
            (flags.to_vec(), filter)
        })
        .collect()
}

/// The files of that name, of one version of Go or of all.
fn named(name: &str) -> impl Iterator<Item = PathBuf> + use<> {
    let wide = std::env::var_os("GOMEM_PARITY").is_some();
    let versions: &[&str] = if wide { &["1.21.13", "1.24.11", "1.26.8", "1.27.3"] } else { &["1.26.8"] };
    let name = name.to_owned();
    versions.iter().map(move |version| root().join(format!("testdata/go{version}/profiles/{name}")))
}

fn incidents() -> impl Iterator<Item = PathBuf> {
    ["heap-1.pb.gz", "heap-3.pb.gz", "cpu.pb.gz", "goroutine.pb.gz"]
        .into_iter()
        .map(|name| root().join("examples/incident/before").join(name))
}

/// As `go tool pprof` answers, where the two differ on purpose.
fn decode(path: &Path) -> Profile {
    let options = DecodeOptions::default().with_strict(true).with_pprof_compat(true);
    Profile::decode_with(&std::fs::read(path).unwrap(), &options).unwrap()
}

fn named_unit(kind: &SampleType) -> (&str, &str) {
    (kind.name(), kind.unit())
}

fn sums(profile: &Profile, options: &TopOptions) -> Sums {
    let mut sums = Sums::new();
    for row in profile.top(options).rows() {
        add(&mut sums, row.name(), (row.flat, row.cum));
    }
    sums
}

const PROFILES: [&str; 9] = [
    "heap-2.pb.gz",
    "allocs.pb.gz",
    "allocs-delta.pb.gz",
    "cpu.pb.gz",
    "block.pb.gz",
    "mutex.pb.gz",
    "goroutine.pb.gz",
    "threadcreate.pb.gz",
    "custom.pb.gz",
];

const GRANULARITIES: [(Granularity, &str); 5] = [
    (Granularity::Function, "-functions"),
    (Granularity::FileFunction, "-filefunctions"),
    (Granularity::File, "-files"),
    (Granularity::Line, "-lines"),
    (Granularity::Address, "-addresses"),
];
