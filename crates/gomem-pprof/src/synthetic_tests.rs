//! Profiles made up at random, with all that the format allows and Go does not write, beside `go tool pprof`.

use std::path::{Path, PathBuf};

use gomem_testkit::{Calls, Pprof, Sums, add, add_call};
use prost::Message;

use crate::{DecodeOptions, Filter, Granularity, Profile, TopOptions, wire::proto};

#[test]
fn made_up_profiles_are_summed_alike() {
    let Some(pprof) = Pprof::find() else { return };
    let wide = std::env::var_os("GOMEM_PARITY").is_some();
    let folder = std::env::temp_dir().join(format!("gomem-synthetic-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut compared = 0;
    for seed in 0..if wide { 60 } else { 4 } {
        compared += compare(&pprof, &folder, seed);
    }
    std::fs::remove_dir_all(folder).unwrap();
    println!("{compared} comparisons");
}

fn compare(pprof: &Pprof, folder: &Path, seed: u64) -> usize {
    let mut random = fastrand::Rng::with_seed(seed);
    let (base_path, path) = (folder.join("base.pb"), folder.join("current.pb"));
    let (base, current) = (written(&base_path, &mut random), written(&path, &mut random));
    let mut compared = 0;
    for (by, flag) in GRANULARITIES {
        for (index, kind) in current.sample_types().iter().enumerate() {
            let mut check = |profile: &Profile, options: TopOptions, flags: &[&str]| {
                let flags: Vec<&str> = flags.iter().copied().chain([flag]).collect();
                let expected = pprof.top(&path, (kind.name(), kind.unit()), &flags);
                assert_eq!(sums(profile, &options.by(by)), expected, "seed {seed}, {} {flags:?}", kind.name());
                compared += 1;
            };
            let options = TopOptions::new(index);
            check(&current, options, &[]);
            let (flags, filter) = any_filter(&mut random);
            let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
            check(&current.filter(&filter).unwrap(), options, &flags);
            check(&current, options.with_mean(true), &["-mean"]);
            let base_path = base_path.display().to_string();
            let base_flag = format!("-diff_base={base_path}");
            check(current.diff(&base, false).unwrap().difference(), options, &[&base_flag]);
            check(current.diff(&base, true).unwrap().difference(), options, &[&base_flag, "-normalize"]);
            check(
                &current.diff(&base, false).unwrap().difference().filter(&filter).unwrap(),
                options,
                &[&flags[..], &[&base_flag]].concat(),
            );
            check(&Profile::merge([&current, &base]).unwrap(), options, &[&base_path]);
            // The other way round, as the first profile of a sum gives what is not summed.
            let copy = Profile::merge([&current]).unwrap();
            assert_eq!(sums(&copy, &options.by(by)), sums(&current, &options.by(by)), "seed {seed}");
        }
    }
    for (index, kind) in current.sample_types().iter().enumerate() {
        let mut found = Calls::new();
        for edge in current.edges(&TopOptions::new(index)).rows() {
            let names = (edge.caller.to_string(), edge.callee.to_string());
            add_call(&mut found, names, (edge.weight, edge.inlined));
        }
        assert_eq!(found, pprof.calls(&path, (kind.name(), kind.unit())), "seed {seed}, calls of {}", kind.name());
        compared += 1;
    }
    compared
}

fn any_filter(random: &mut fastrand::Rng) -> (Vec<String>, Filter) {
    let mut filter = Filter::default();
    let mut flags = Vec::new();
    for _ in 0..random.usize(1..4) {
        let option = random.choice(OPTIONS).unwrap();
        let values = match option {
            &"tagfocus" | &"tagignore" => TAGS,
            &"tagroot" | &"tagleaf" => KEYS,
            _ => NAMES,
        };
        let value = *random.choice(values).unwrap();
        let target = match *option {
            "focus" => &mut filter.focus,
            "ignore" => &mut filter.ignore,
            "hide" => &mut filter.hide,
            "show" => &mut filter.show,
            "show_from" => &mut filter.show_from,
            "prune_from" => &mut filter.prune_from,
            "tagfocus" => &mut filter.tagfocus,
            "tagignore" => &mut filter.tagignore,
            "tagroot" => &mut filter.tagroot,
            _ => &mut filter.tagleaf,
        };
        if target.is_empty() {
            value.clone_into(target);
            flags.push(format!("-{option}={value}"));
        }
    }
    if random.u8(0..5) == 0 {
        filter.noinlines = true;
        flags.push("-noinlines".to_owned());
    }
    (flags, filter)
}

/// Writes a profile, and reads it as the reference does.
fn written(path: &PathBuf, random: &mut fastrand::Rng) -> Profile {
    let bytes = message(random).encode_to_vec();
    std::fs::write(path, &bytes).unwrap();
    let options = DecodeOptions::default().with_strict(true).with_pprof_compat(true);
    Profile::decode_with(&bytes, &options).unwrap()
}

fn message(random: &mut fastrand::Rng) -> proto::Profile {
    let mut strings: Vec<Vec<u8>> = vec![Vec::new()];
    let mut text = |text: &str| {
        let known = strings.iter().position(|known| known == text.as_bytes());
        known.unwrap_or_else(|| {
            strings.push(text.as_bytes().to_vec());
            strings.len() - 1
        }) as i64
    };
    let kinds = [("samples", "count"), ("delay", "nanoseconds")];
    let sample_type = kinds.map(|(kind, unit)| proto::ValueType { kind: text(kind), unit: text(unit) }).to_vec();
    let mapping: Vec<proto::Mapping> = (1..4_u64)
        .map(|id| proto::Mapping {
            id,
            memory_start: id << 20 | random.u64(0..4) << 30,
            memory_limit: (id << 20 | 0x8_0000) + (4 << 30),
            filename: text(["/bin/app", "/lib/libc.so", ""][id as usize - 1]),
            build_id: text(["b1", "", "b3"][id as usize - 1]),
            ..proto::Mapping::default()
        })
        .collect();
    let function: Vec<proto::Function> = (1..20_u64)
        .map(|id| {
            let number = random.u8(0..8);
            let name = match random.u8(0..8) {
                0 => String::new(),
                1 => format!("main.(*T{number}).M"),
                2 => format!("lib::F{number}(int)"),
                _ => format!("main.F{number}"),
            };
            proto::Function {
                id,
                name: text(&name),
                system_name: text(&name),
                filename: text(random.choice(FILES).unwrap()),
                start_line: random.i64(0..3),
            }
        })
        .collect();
    let location: Vec<proto::Location> = (1..40_u64)
        .map(|id| {
            let mapping_id = random.u64(0..4);
            let start =
                mapping.iter().find(|mapping| mapping.id == mapping_id).map_or(0, |mapping| mapping.memory_start);
            let lines = random.usize(0..4);
            proto::Location {
                id,
                mapping_id,
                address: if random.u8(0..9) == 0 { 0 } else { start + random.u64(0..30) * 16 },
                line: (0..lines)
                    .map(|_| proto::Line {
                        function_id: random.u64(1..20),
                        line: random.i64(0..6),
                        column: random.i64(0..3),
                    })
                    .collect(),
                is_folded: random.u8(0..12) == 0,
            }
        })
        .collect();
    let sample = (0..random.usize(5..60))
        .map(|_| proto::Sample {
            location_id: (0..random.usize(0..9)).map(|_| random.u64(1..40)).collect(),
            value: kinds.iter().map(|_| if random.bool() { random.i64(-50..500) } else { 0 }).collect(),
            label: (0..random.usize(0..4))
                .map(|_| match random.u8(0..3) {
                    0 => {
                        let value = format!("t{}", random.u8(0..3));
                        proto::Label { key: text("tenant"), str: text(&value), ..proto::Label::default() }
                    }
                    1 => proto::Label {
                        key: text("size"),
                        num: random.i64(1..5000),
                        num_unit: text("bytes"),
                        ..proto::Label::default()
                    },
                    _ => proto::Label { key: text("request"), num: random.i64(1..900), ..proto::Label::default() },
                })
                .collect(),
        })
        .collect();
    let (drop_frames, keep_frames) = match random.u8(0..4) {
        0 => (text("lib::.*|main\\.F[0-2]"), text("main.F1")),
        1 => (text("main\\.F[3-5]"), 0),
        _ => (0, 0),
    };
    proto::Profile {
        sample_type,
        sample,
        mapping,
        location,
        function,
        drop_frames,
        keep_frames,
        time_nanos: random.i64(1..1000),
        duration_nanos: random.i64(0..1000),
        period: 1,
        string_table: strings,
        ..proto::Profile::default()
    }
}

fn sums(profile: &Profile, options: &TopOptions) -> Sums {
    let mut sums = Sums::new();
    for row in profile.top(options).rows() {
        add(&mut sums, row.name(), (row.flat, row.cum));
    }
    sums
}

const GRANULARITIES: [(Granularity, &str); 5] = [
    (Granularity::Function, "-functions"),
    (Granularity::FileFunction, "-filefunctions"),
    (Granularity::File, "-files"),
    (Granularity::Line, "-lines"),
    (Granularity::Address, "-addresses"),
];

const OPTIONS: &[&str] =
    &["focus", "ignore", "hide", "show", "show_from", "prune_from", "tagfocus", "tagignore", "tagroot", "tagleaf"];
const NAMES: &[&str] = &["main", "F1", "lib", "a\\.go", "b.go$", "\\.so", "zzz", "T.\\)", "main.F[0-3]", "^main.F2$"];
const TAGS: &[&str] =
    &["tenant=t1", "t[02]", "size=1kb:", ":512b", "bytes", "tenant:t0,x", "64b:2kb", "request=10:600"];
/// Not `size`: its frames are named in the unit that values are asked for.
const KEYS: &[&str] = &["tenant", "request", "request,tenant", "none"];
const FILES: &[&str] = &["/src/a.go", "/src/./a.go", "/src/x/../b.go", "b.go", "", "/src/lib/c.cc"];
