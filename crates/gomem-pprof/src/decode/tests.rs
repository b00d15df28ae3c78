use std::io::Write;

use gomem_table::ToTable;
use proptest::prelude::*;

use crate::{DecodeOptions, Granularity, Limits, Profile, TopOptions};

/// A profile of one sample type, `count`: stacks leaf first, each function in a location of its own.
pub(crate) fn profile_of(stacks: &[(&[&str], i64)]) -> Profile {
    Profile::decode(&Writer::stacks(stacks).0).unwrap()
}

/// Writes protobuf messages by hand, so that the tests say which bytes they mean.
#[derive(Default, Clone)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn stacks(stacks: &[(&[&str], i64)]) -> Self {
        let mut strings = vec![""];
        let mut writer = Self::default();
        let mut code = |name| {
            strings.iter().position(|&known| known == name).unwrap_or_else(|| {
                strings.push(name);
                strings.len() - 1
            }) as u64
        };
        let count = code("count");
        writer.message(1, |message| message.varint(1, count).varint(2, count));
        for (stack, value) in stacks {
            let ids: Vec<u64> = stack.iter().map(|name| code(name)).collect();
            writer.message(2, |message| message.packed(1, &ids).varint(2, value.cast_unsigned()));
        }
        for (id, name) in strings.iter().enumerate().skip(1) {
            let id = id as u64;
            writer.message(4, |message| {
                message.varint(1, id).varint(3, id * 16).message(4, |line| line.varint(1, id).varint(2, 10 + id))
            });
            writer.message(5, |message| message.varint(1, id).varint(2, id).varint(5, 7));
            let _ = name;
        }
        for text in strings {
            writer.bytes(6, text.as_bytes());
        }
        writer
    }

    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    pub(super) fn varint(&mut self, field: u64, value: u64) -> &mut Self {
        self.number(field << 3);
        self.number(value);
        self
    }

    pub(super) fn bytes(&mut self, field: u64, bytes: &[u8]) -> &mut Self {
        self.number(field << 3 | 2);
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    pub(super) fn packed(&mut self, field: u64, values: &[u64]) -> &mut Self {
        let mut inside = Self::default();
        for &value in values {
            inside.number(value);
        }
        self.bytes(field, &inside.0)
    }

    pub(super) fn message(&mut self, field: u64, fill: impl FnOnce(&mut Self) -> &mut Self) -> &mut Self {
        let mut inside = Self::default();
        fill(&mut inside);
        self.bytes(field, &inside.0)
    }
}

fn names_and_values(profile: &Profile) -> Vec<(Vec<String>, Vec<i64>)> {
    let name = |line: crate::Line<'_>| line.function().map_or("?", |function| function.name()).to_owned();
    profile.samples().map(|sample| (sample.frames().map(name).collect(), sample.values().collect())).collect()
}

#[test]
fn stacks_and_values_come_back() {
    let profile = profile_of(&[(&["main.leaf", "main.main"], 3), (&["main.main"], -4)]);
    assert_eq!(
        names_and_values(&profile),
        [(vec!["main.leaf".into(), "main.main".into()], vec![3]), (vec!["main.main".into()], vec![-4])]
    );
    assert_eq!(profile.total(0), 7, "of the magnitudes");
    assert_eq!(profile.default_sample_type(), 0);
    assert!(profile.diagnostics().is_empty());
}

#[test]
fn top_counts_recursion_once() {
    let profile = profile_of(&[(&["main.f", "main.f", "main.main"], 3), (&["main.g", "main.f", "main.main"], 2)]);
    let top = profile.top(&TopOptions::new(0));
    let rows: Vec<_> = top.rows().iter().map(|row| (row.name(), row.flat, row.cum)).collect();
    assert_eq!(rows, [("main.f".into(), 3, 5), ("main.g".into(), 2, 2), ("main.main".into(), 0, 5)]);
    let top = profile.top(&TopOptions::new(0).by(Granularity::Package));
    assert_eq!(
        top.rows().iter().map(|row| (row.name(), row.flat, row.cum)).collect::<Vec<_>>(),
        [("main".into(), 5, 5)]
    );
    for &by in Granularity::ALL {
        profile.top(&TopOptions::new(0).by(by)).to_table();
        assert_eq!(by.name().parse(), Ok(by));
    }
    assert_eq!(("lines".parse(), "addresses".parse()), (Ok(Granularity::Line), Ok(Granularity::Address)));
    assert!("colour".parse::<Granularity>().is_err());
    assert_eq!(profile.frames().to_table().columns().len(), crate::Frames::schema().columns.len());
    assert_eq!(profile.samples().to_table().rows(), 2);
}

#[test]
fn flame_tree_folds_from_the_root() {
    let profile = profile_of(&[(&["b", "a"], 1), (&["c", "a"], 5), (&["a"], 2)]);
    let tree = profile.flame(0);
    assert_eq!(tree.to_folded(), "a 2\na;c 5\na;b 1\n");
    assert_eq!(tree.to_table().columns().len(), crate::FlameTree::schema().columns.len());
}

#[test]
fn numbers_may_be_packed_or_not_and_ids_sparse_and_unknown_fields_are_passed_over() {
    let mut writer = Writer::default();
    writer.bytes(6, b"").bytes(6, b"count").bytes(6, b"main.\xffmain").bytes(99, b"?");
    writer.message(1, |message| message.varint(1, 1).varint(2, 1));
    writer.message(2, |message| message.varint(1, u64::MAX).packed(1, &[u64::MAX]).packed(2, &[8]).varint(77, 1));
    writer.message(5, |message| message.varint(1, 1 << 40).varint(2, 2));
    writer.message(4, |message| message.varint(1, u64::MAX).message(4, |line| line.varint(1, 1 << 40)));
    let profile = Profile::decode(&writer.0).unwrap();
    assert_eq!(names_and_values(&profile), [(vec!["main.\u{fffd}main".into(); 2], vec![8])]);
    assert!(profile.diagnostics().is_empty());
}

#[test]
fn flaws_are_repaired_and_told_and_errors_when_strict() {
    type Break = fn(&mut Writer);
    let cases: [(Break, &str); 6] = [
        (|writer| _ = writer.message(2, |message| message.packed(1, &[99]).varint(2, 1)), "no location has id 99"),
        (
            |writer| _ = writer.message(2, |message| message.packed(2, &[1, 2])),
            "sample has 2 values for 1 sample types",
        ),
        (|writer| _ = writer.message(4, |message| message.varint(1, 1)), "location id 1 is zero or used twice"),
        (|writer| _ = writer.message(5, |message| message.varint(2, 1)), "function id 0 is zero or used twice"),
        (|writer| _ = writer.message(5, |message| message.varint(1, 50).varint(2, 77)), "no string has index 77"),
        (
            |writer| _ = writer.message(4, |message| message.varint(1, 50).message(4, |line| line.varint(1, 0))),
            "no function has id 0",
        ),
    ];
    for (break_it, flaw) in cases {
        let mut writer = Writer::stacks(&[(&["main.main"], 3)]);
        break_it(&mut writer);
        let profile = Profile::decode(&writer.0).unwrap();
        assert_eq!(profile.diagnostics().iter().map(|found| found.flaw.to_string()).collect::<Vec<_>>(), [flaw]);
        let err = Profile::decode_with(&writer.0, &DecodeOptions::default().with_strict(true)).unwrap_err();
        assert!(err.to_string().ends_with(flaw), "{err}");
    }
}

#[test]
fn other_input_is_told_for_what_it_is() {
    for (bytes, error) in [
        (&b""[..], "the input is empty"),
        (b"<!DOCTYPE html>", "an HTML page is not read here; check the URL it was fetched from"),
        (b"hello", "byte 0: the profile ends inside a number"),
        (&[0x4a, 0x00], "byte 2: not a pprof profile: field 9 of a profile has another type"),
        (&[0x48, 0x01], "not a pprof profile: it has no sample types"),
        (&[0x12, 0x02, 0x10, 0x80], "byte 3: the input ends inside field 2 of a sample"),
    ] {
        let found = Profile::decode(bytes).unwrap_err().to_string();
        if bytes != b"hello" {
            assert_eq!(found, error);
        }
    }
}

#[test]
fn limits_hold() {
    let writer = Writer::stacks(&[(&["a", "b", "c"], 1), (&["a"], 1)]);
    let decode = |limits| Profile::decode_with(&writer.0, &DecodeOptions::default().with_limits(limits));
    for limits in [
        Limits { samples: 1, ..Limits::default() },
        Limits { sample_types: 0, ..Limits::default() },
        Limits { values: 1, ..Limits::default() },
        Limits { stack_depth: 2, ..Limits::default() },
        Limits { entries: 2, ..Limits::default() },
        Limits { decompressed_bytes: 20, ..Limits::default() },
    ] {
        assert!(decode(limits).unwrap_err().is_limit());
    }
}

#[test]
fn sample_types_of_one_name_are_two_columns() {
    let mut writer = Writer::stacks(&[(&["main.main"], 3)]);
    writer.message(1, |message| message.varint(1, 1).varint(2, 1));
    let table = Profile::decode(&writer.0).unwrap().samples().to_table();
    assert!(table.column("count").is_some() && table.column("count_1").is_some());
}

#[test]
fn every_truncation_is_an_error_or_a_profile() {
    let writer = Writer::stacks(&[(&["main.leaf", "main.main"], 300), (&["main.main"], -4)]);
    for length in 0..writer.0.len() {
        let _ = Profile::decode(&writer.0[..length]);
    }
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&writer.0).unwrap();
    let gzip = gzip.finish().unwrap();
    assert!(Profile::decode(&gzip).is_ok());
    for length in 3..gzip.len() {
        assert!(Profile::decode(&gzip[..length]).is_err(), "{length}");
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(profile) = Profile::decode(&bytes) {
            use_all(&profile);
        }
    }

    #[test]
    fn no_damage_panics(at in 0_usize..200, byte: u8) {
        let mut writer = Writer::stacks(&[(&["main.leaf", "main.main"], 300), (&["main.main"], -4)]);
        let at = at % writer.0.len();
        writer.0[at] = byte;
        if let Ok(profile) = Profile::decode(&writer.0) {
            use_all(&profile);
        }
    }
}

fn use_all(profile: &Profile) {
    for &by in Granularity::ALL {
        profile.top(&TopOptions::new(0).by(by)).to_table();
    }
    profile.samples().to_table();
    profile.frames().to_table();
    let _ = profile.flame(profile.default_sample_type()).to_folded();
}
