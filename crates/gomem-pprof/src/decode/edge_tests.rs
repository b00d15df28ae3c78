//! Profiles at the edges of what the wire format allows. What a strict reading takes and refuses is what `go tool pprof`
//! takes and refuses, which is asked where Go is installed.

use super::tests::Writer;
use gomem_testkit::Pprof;

use crate::{DecodeOptions, Diagnostic, Flaw, Profile, wire::Wire};

type Build = fn(&mut Writer);

/// A profile of one sample of one frame, and what is put behind it.
fn profile(build: Build) -> Vec<u8> {
    let mut writer = Writer::stacks(&[(&["main.main"], 3)]);
    build(&mut writer);
    writer.0
}

/// What is read like any other profile.
const SOUND: &[(&str, Build)] = &[
    ("nothing unusual", |_| ()),
    ("packed and unpacked ids in one stack", |writer| {
        _ = writer.message(2, |sample| sample.varint(1, 1).packed(1, &[1, 2]).varint(1, 1).varint(2, 1));
    }),
    ("unpacked values", |writer| _ = writer.message(2, |sample| sample.packed(1, &[1]).varint(2, 1))),
    ("an empty stack", |writer| _ = writer.message(2, |sample| sample.packed(1, &[]).varint(2, 1))),
    ("the largest ids", |writer| {
        _ = writer.message(5, |function| function.varint(1, u64::MAX).varint(2, 1));
        _ = writer.message(4, |location| {
            location.varint(1, u64::MAX).message(4, |line| line.varint(1, u64::MAX).varint(2, 7))
        });
        _ = writer.message(2, |sample| sample.packed(1, &[u64::MAX, 1]).varint(2, 1));
    }),
    ("ids that fit 32 bits by one", |writer| {
        _ = writer.message(4, |location| location.varint(1, u64::from(u32::MAX)));
        _ = writer.message(2, |sample| sample.packed(1, &[u64::from(u32::MAX), 1]).varint(2, 1));
    }),
    ("the last scalar wins", |writer| {
        _ = writer.message(4, |location| location.varint(1, 0).varint(1, 77).varint(3, 1).varint(3, 2));
    }),
    ("unknown fields of every type", |writer| {
        _ = writer.varint(77, 1).varint(0, 1).bytes(78, b"abc");
        writer.0.extend([0xf9, 0x04, 1, 2, 3, 4, 5, 6, 7, 8]);
        writer.0.extend([0xfd, 0x04, 1, 2, 3, 4]);
        _ = writer.message(2, |sample| sample.varint(50, 9).packed(1, &[1]).varint(2, 1).bytes(51, b"?"));
    }),
    ("text that is not UTF-8", |writer| _ = writer.bytes(6, b"main.\xff\xfe")),
    ("a location without lines", |writer| {
        _ = writer.message(4, |location| location.varint(1, 70).varint(3, 0x1000));
        _ = writer.message(2, |sample| sample.packed(1, &[70]).varint(2, 1));
    }),
    ("a function without a name", |writer| {
        _ = writer.message(5, |function| function.varint(1, 70));
        _ = writer.message(4, |location| location.varint(1, 70).message(4, |line| line.varint(1, 70)));
        _ = writer.message(2, |sample| sample.packed(1, &[70]).varint(2, 1));
    }),
    ("negative values", |writer| _ = writer.message(2, |sample| sample.packed(1, &[1]).varint(2, u64::MAX))),
    ("a number padded with zeros", |writer| writer.0.extend([0x60, 0x85, 0x80, 0x80, 0x80, 0x00])),
    ("a number of ten bytes", |writer| {
        writer.0.extend([0x60, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
    }),
    ("labels of one key, with text and number", |writer| {
        _ = writer.message(2, |sample| {
            sample
                .packed(1, &[1])
                .varint(2, 1)
                .message(3, |label| label.varint(1, 1).varint(2, 1))
                .message(3, |label| label.varint(1, 1).varint(3, 5).varint(4, 1))
        });
    }),
    ("several mappings", |writer| {
        for id in 1..4 {
            _ = writer.message(3, |mapping| mapping.varint(1, id).varint(2, id * 4096).varint(3, id * 4096 + 4096));
        }
        _ = writer.message(4, |location| location.varint(1, 70).varint(2, 3));
    }),
    ("a mapping that is not there", |writer| _ = writer.message(4, |location| location.varint(1, 70).varint(2, 9))),
    ("a comment and drop frames", |writer| _ = writer.packed(13, &[1, 2]).varint(13, 1).varint(7, 1).varint(8, 2)),
    ("an empty message", |writer| _ = writer.bytes(11, b"")),
];

/// What a strict reading refuses, with what it says of it.
const UNSOUND: &[(&str, Build, &str)] = &[
    ("a location with id 0", |writer| _ = writer.message(4, |location| location.varint(3, 1)), "location id 0"),
    ("a location twice", |writer| _ = writer.message(4, |location| location.varint(1, 1)), "location id 1"),
    ("a function with id 0", |writer| _ = writer.message(5, |function| function.varint(2, 1)), "function id 0"),
    ("a function twice", |writer| _ = writer.message(5, |function| function.varint(1, 1)), "function id 1"),
    ("a mapping with id 0", |writer| _ = writer.message(3, |mapping| mapping.varint(2, 1)), "mapping id 0"),
    (
        "a mapping twice",
        |writer| _ = writer.message(3, |mapping| mapping.varint(1, 5)).message(3, |mapping| mapping.varint(1, 5)),
        "mapping id 5",
    ),
    (
        "a stack of what is not there",
        |writer| _ = writer.message(2, |sample| sample.packed(1, &[1, 99]).varint(2, 1)),
        "no location has id 99",
    ),
    (
        "a stack of a very large id that is not there",
        |writer| _ = writer.message(2, |sample| sample.packed(1, &[u64::MAX - 1]).varint(2, 1)),
        "no location has id 18446744073709551614",
    ),
    (
        "a stack of id 0",
        |writer| _ = writer.message(2, |sample| sample.packed(1, &[0]).varint(2, 1)),
        "no location has id 0",
    ),
    (
        "a line of what is not there",
        |writer| _ = writer.message(4, |location| location.varint(1, 70).message(4, |line| line.varint(1, 99))),
        "no function has id 99",
    ),
    (
        "a line of no function",
        |writer| _ = writer.message(4, |location| location.varint(1, 70).message(4, |line| line.varint(2, 9))),
        "no function has id 0",
    ),
    ("no values", |writer| _ = writer.message(2, |sample| sample.packed(1, &[1])), "0 values for 1 sample types"),
    (
        "too many values",
        |writer| _ = writer.message(2, |sample| sample.packed(1, &[1]).packed(2, &[1, 2, 3])),
        "3 values for 1 sample types",
    ),
    (
        "another sample type than values",
        |writer| _ = writer.message(1, |kind| kind.varint(1, 1)),
        "1 values for 2 sample types",
    ),
    (
        "a sample type's name that is not there",
        |writer| _ = writer.message(11, |kind| kind.varint(1, 99)),
        "no string has index 99",
    ),
    (
        "a function's name before the table",
        |writer| _ = writer.message(5, |function| function.varint(1, 70).varint(2, u64::MAX)),
        "no string has index -1",
    ),
    (
        "a label's key that is not there",
        |writer| {
            _ = writer.message(2, |sample| {
                sample.packed(1, &[1]).varint(2, 1).message(3, |label| label.varint(1, 99).varint(3, 1))
            });
        },
        "no string has index 99",
    ),
    (
        "a label's text that is far away",
        |writer| {
            _ = writer.message(2, |sample| {
                sample.packed(1, &[1]).varint(2, 1).message(3, |label| label.varint(1, 1).varint(2, 1 << 40))
            });
        },
        "no string has index 1099511627776",
    ),
    ("a comment that is not there", |writer| _ = writer.varint(13, 99), "no string has index 99"),
    ("drop frames that are not there", |writer| _ = writer.varint(7, 99), "no string has index 99"),
    ("two times", |writer| _ = writer.varint(9, 5).varint(9, 6), "two profiles are written one after the other"),
];

/// What no reading takes, with what is said of it.
const BROKEN: &[(&str, Build, &str)] = &[
    ("a group", |writer| writer.0.extend([0x0b]), "unknown wire type"),
    ("the end of a group", |writer| writer.0.extend([0x64]), "unknown wire type"),
    (
        "a number of eleven bytes",
        |writer| writer.0.extend([0x60, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]),
        "a number of more than ten bytes",
    ),
    ("an end inside a number", |writer| writer.0.extend([0x60, 0xff]), "ends inside field 12 of a profile"),
    ("an end inside a message", |writer| writer.0.extend([0x12, 0x05, 1]), "ends inside field 2 of a profile"),
    ("an end inside a fixed number", |writer| writer.0.extend([0xfd, 0x04, 1, 2]), "ends inside field 79 of a profile"),
    ("a sample that is a number", |writer| writer.0.extend([0x10, 1]), "field 2 of a profile has another type"),
    ("a time that is text", |writer| writer.0.extend([0x4a, 0]), "field 9 of a profile has another type"),
    (
        "an id that is text",
        |writer| _ = writer.message(4, |location| location.bytes(1, b"x")),
        "field 1 of a location has another type",
    ),
    (
        "a value cut short",
        |writer| writer.0.extend([0x12, 0x05, 0x0a, 1, 1, 0x10, 0x80]),
        "ends inside field 2 of a sample",
    ),
];

#[test]
fn strict_readings_agree_with_go_tool_pprof() {
    let pprof = Pprof::find();
    let strict = DecodeOptions::default().with_strict(true);
    for (name, build) in SOUND {
        let bytes = profile(*build);
        Profile::decode_with(&bytes, &strict).unwrap_or_else(|err| panic!("{name}: {err}"));
        assert!(pprof.as_ref().is_none_or(|pprof| takes(pprof, &bytes)), "{name}");
    }
    for (name, build, problem) in UNSOUND.iter().chain(BROKEN) {
        let bytes = profile(*build);
        let err = Profile::decode_with(&bytes, &strict).unwrap_err();
        assert!(err.to_string().contains(problem), "{name}: {err}");
        assert!(err.offset().is_some_and(|offset| offset <= bytes.len() as u64), "{name}: {err}");
        assert!(pprof.as_ref().is_none_or(|pprof| !takes(pprof, &bytes)), "{name}");
    }
}

#[test]
fn lenient_readings_repair_and_tell() {
    for (name, build) in SOUND {
        let profile = Profile::decode(&profile(*build)).unwrap();
        let is_note = |found: &Diagnostic| matches!(found.flaw, Flaw::NoMapping { .. });
        assert!(profile.diagnostics().iter().all(is_note), "{name}");
    }
    for (name, build, problem) in UNSOUND {
        let profile = Profile::decode(&profile(*build)).unwrap();
        assert!(profile.diagnostics()[0].flaw.to_string().contains(problem), "{name}");
        assert!(profile.samples().any(|sample| sample.value(0) == 3), "{name}: what is sound is kept");
        let strict = DecodeOptions::default().with_strict(true);
        Profile::decode_with(&profile.encode(), &strict).unwrap_or_else(|err| panic!("{name}: written: {err}"));
    }
    for (name, build, problem) in BROKEN {
        let err = Profile::decode(&profile(*build)).unwrap_err();
        assert!(err.to_string().contains(problem), "{name}: {err}");
    }
}

#[test]
fn the_string_table_may_be_anywhere() {
    let whole = profile(|_| ());
    let mut wire = Wire::new(&whole);
    let (mut strings, mut others) = (Vec::new(), Vec::new());
    let mut begin = 0;
    while let Some(field) = wire.field().unwrap() {
        let bytes = whole[begin..wire.offset()].to_vec();
        begin = wire.offset();
        if field == 6 { strings.push(bytes) } else { others.push(bytes) }
    }
    let names = |bytes: &[u8]| {
        let profile = Profile::decode(bytes).unwrap();
        assert!(profile.diagnostics().is_empty());
        profile.top(&crate::TopOptions::new(0)).rows().iter().map(crate::TopRow::name).collect::<Vec<_>>()
    };
    others.reverse();
    for parts in [[strings.concat(), others.concat()], [others.concat(), strings.concat()]] {
        assert_eq!(names(&parts.concat()), names(&whole));
    }
}

fn takes(pprof: &Pprof, bytes: &[u8]) -> bool {
    let path = std::env::temp_dir().join(format!("gomem-edge-{}.pb", std::process::id()));
    std::fs::write(&path, bytes).unwrap();
    let output = pprof.try_run(&["-raw"], &path);
    std::fs::remove_file(path).unwrap();
    output.is_ok()
}
