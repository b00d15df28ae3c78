//! What a profile costs grows with its size, whatever is in it.

#![allow(clippy::unwrap_used)]

use std::{fmt::Write as _, hint::black_box};

use gomem_pprof::{Granularity, Profile, TopOptions};
use gomem_testkit::assert_linear;

/// An input by its size.
type Input = fn(usize) -> String;

const HEAP: &str = "heap profile: 0: 0 [0: 0] @ heapprofile/1\n";

/// A sample of so many bytes with this stack, leaf first.
fn sample(text: &mut String, bytes: i64, stack: impl Iterator<Item = usize> + Clone) {
    write!(text, "1: {bytes} [0: 0] @").unwrap();
    stack.clone().for_each(|at| write!(text, " 0x{:x}", at + 2).unwrap());
    text.push('\n');
    stack.for_each(|at| writeln!(text, "#\t0x{:x}\tp.f{at}+0x1\t/f{at}.go:1", at + 1).unwrap());
}

fn samples(count: usize, bytes: i64, stack: fn(usize) -> std::ops::Range<usize>) -> String {
    let mut text = HEAP.to_owned();
    (0..count).for_each(|at| sample(&mut text, bytes, stack(at)));
    text
}

/// All that is made of a profile.
fn everything(text: &String) {
    let profile = Profile::decode(text.as_bytes()).unwrap();
    let merged = Profile::merge([&profile, &profile]).unwrap();
    black_box((
        merged.top(&TopOptions::new(1).by(Granularity::Line)),
        merged.edges(&TopOptions::new(1)),
        merged.flame(1).to_folded(),
        merged.tags(1),
        merged.to_speedscope("s"),
        merged.diff(&profile, false).unwrap().top(&TopOptions::new(1)),
        Profile::decode(&merged.encode()).unwrap(),
    ));
}

#[test]
fn text_profiles() {
    let kinds: [(&str, usize, Input); 7] = [
        ("distinct stacks", 400, |count| samples(count, 8, |at| at..at + 4)),
        ("one stack", 400, |count| samples(count, 8, |_| 0..4)),
        ("one stack whose sum does not fit", 400, |count| samples(count, i64::MAX, |_| 0..4)),
        ("one deep stack", 300, |count| {
            let mut text = HEAP.to_owned();
            sample(&mut text, 8, 0..count);
            text
        }),
        ("inlined frames of one address", 300, |count| {
            let frames: String = (0..count).map(|at| format!("#\t0x1\tp.f{at}+0x1\t/f.go:1\n")).collect();
            format!("{HEAP}1: 8 [0: 0] @ 0x2\n{frames}")
        }),
        ("mapped files beside as many addresses outside of them", 400, |count| {
            let samples: String =
                (0..count).map(|at| format!("1: 8 [0: 0] @ 0x{:x}\n", 0x7f00_0000_0010 + at)).collect();
            let maps = (0..count).map(|at| format!("{:x}-{0:x}fff r-xp 0000 00:00 1 /lib/{at}\n", at + 1));
            format!("{HEAP}{samples}MAPPED_LIBRARIES:\n{}", maps.collect::<String>())
        }),
        ("paths that are made of each other", 400, |count| {
            let names = (0..count.min(60)).map(|at| format!("a{at}_=$a{}_$a{}_\n", at.max(1) - 1, at.max(1) - 1));
            format!(
                "{HEAP}MAPPED_LIBRARIES:\n{}{}",
                names.collect::<String>(),
                "1-2 r-xp 0 00:00 1 $a59_\n".repeat(count)
            )
        }),
    ];
    for (name, smallest, input) in kinds {
        assert_linear(name, smallest, input, everything);
    }
}

#[test]
fn goroutine_dumps() {
    let kinds: [(&str, Input); 5] = [
        ("goroutines", |count| {
            (1..=count).map(|at| format!("goroutine {at} [select]:\nmain.f()\n\t/f.go:{at} +0x1\n\n")).collect()
        }),
        ("frames of one goroutine", |count| {
            let frames: String = (0..count).map(|at| format!("main.f{at}()\n\t/f.go:1 +0x1\n")).collect();
            format!("goroutine 1 [select]:\n{frames}\n")
        }),
        ("labels of one goroutine", |count| {
            let labels: Vec<String> = (0..count).map(|at| format!("\"k{at}\":\"v\"")).collect();
            format!("goroutine 1 [select] {{{}}}:\nmain.f()\n\t/f.go:1 +0x1\n\n", labels.join(", "))
        }),
        ("labels of one count", |count| {
            let labels: Vec<String> = (0..count).map(|at| format!("\"k{at}\":\"v\"")).collect();
            format!("goroutine profile: total 1\n1 @ 0x43a\n# labels: {{{}}}\n", labels.join(", "))
        }),
        ("frames of one count", |count| {
            let frame = |at| format!("#\t{:#x}\tmain.f{at}+{at:#x}\t/a.go:{at}\n", 0x10_0000 + at);
            format!("goroutine profile: total 1\n1 @ 0x43a\n{}", (0..count).map(frame).collect::<String>())
        }),
    ];
    for (name, input) in kinds {
        assert_linear(name, 2_000, input, |text| {
            let profile = Profile::decode(text.as_bytes()).unwrap();
            black_box(profile.goroutines());
        });
    }
}
