//! What a bundle costs grows with its size, whatever is in it.

#![allow(clippy::unwrap_used)]

use std::{fmt::Write as _, hint::black_box};

use gomem_escape::EscapeLog;
use gomem_postmortem::{Artifact, AttributeOptions, Bundle, Report, attribute};
use gomem_pprof::Profile;
use gomem_testkit::assert_linear;

fn artifact(name: String, bytes: impl Into<Vec<u8>>) -> Artifact {
    Artifact { name, bytes: bytes.into(), modified_ms: None }
}

fn report(count: usize, file: impl Fn(usize) -> Artifact) {
    let bundle = Bundle::from_artifacts("b", (0..count).map(file).collect());
    black_box(Report::from_bundle(&bundle));
}

/// A heap profile as text: samples of a size and the frames of each, leaf first.
fn heap(samples: impl Iterator<Item = (usize, Vec<String>)>) -> Profile {
    let mut text = "heap profile: 1: 1 [2: 2] @ heap/1048576\n".to_owned();
    for (number, (size, frames)) in samples.enumerate() {
        let address = |at: usize| 0x1000 + 16 * number + at;
        let bytes = 1000 * size;
        write!(text, "1000: {bytes} [1000: {bytes}] @").unwrap();
        (0..frames.len()).for_each(|at| write!(text, " 0x{:x}", address(at) + 1).unwrap());
        text.push('\n');
        for (at, frame) in frames.iter().enumerate() {
            writeln!(text, "#\t0x{:x}\t{frame}", address(at)).unwrap();
        }
    }
    Profile::decode(text.as_bytes()).unwrap()
}

#[test]
fn decisions_at_one_line_and_sizes_allocated_there() {
    let input = |count: usize| {
        let decisions: String =
            (0..count).map(|at| format!("./a.go:7:{}: &T{at}{{...}} escapes to heap\n", at + 1)).collect();
        let log = EscapeLog::decode(format!("# example.com/app\n{decisions}").as_bytes()).unwrap();
        let frame = || vec!["main.f+0x1\t/src/app/a.go:7".to_owned(), "main.main+0x1\t/src/app/a.go:3".to_owned()];
        (heap((0..count).map(|at| (16 + 8 * at, frame()))), log)
    };
    assert_linear("decisions × sizes", 200, input, |(profile, log)| {
        black_box(attribute(profile, Some(log), &AttributeOptions::default()));
    });
}

#[test]
fn chains_of_explanations() {
    let input = |count: usize| {
        let explained = |at: usize| {
            let next = at + 1;
            format!(
                "./a.go:9:8: x{at} escapes to heap in f:\n\
                 ./a.go:9:8:   flow: {{storage for x{next}}} ← &{{storage for x{at}}}:\n\
                 ./a.go:9:8:     from x{at} (spill) at ./a.go:9:8\n\
                 ./a.go:9:8: x{at} escapes to heap\n"
            )
        };
        let decided: String = (0..count).map(|at| format!("./a.go:9:8: x{at} escapes to heap\n")).collect();
        format!("# example.com/app\n{decided}{}", (0..count).rev().map(explained).collect::<String>())
    };
    assert_linear("places one after the other", 250, input, |log: &String| {
        black_box(EscapeLog::decode(log.as_bytes()).unwrap());
    });
}

#[test]
fn library_sites_charged_to_one_line() {
    let input = |count: usize| {
        let frames = |at: usize| {
            vec![
                format!("github.com/x/lib.f{at}+0x1\t/go/pkg/mod/github.com/x/lib@v1.0.0/f.go:{}", at + 1),
                "main.main+0x1\t/src/app/a.go:3".to_owned(),
            ]
        };
        heap((0..count).map(|at| (64, frames(at))))
    };
    assert_linear("library sites", 300, input, |profile| {
        black_box(attribute(profile, None, &AttributeOptions::default()));
    });
}

fn cycle(number: usize, second: usize) -> String {
    format!(
        "gc {number} @{second}.0s 1%: 0.1+1+0.1 ms clock, 0.1+0.1/0.1/0.1+0.1 ms cpu, 4->4->2 MB, 4 MB goal, 0 MB stacks, \
         0 MB globals, 4 P\n"
    )
}

#[test]
fn gc_traces_of_a_bundle() {
    type OfFile = fn(usize) -> String;
    let kinds: [(&str, OfFile); 4] = [
        ("the same", |_| (1..8).map(|number| cycle(number, number)).collect()),
        ("distinct", |file| (1..8).map(|number| cycle(number, file + number)).collect()),
        ("parts of one", |file| (1..8).map(|number| cycle(7 * file + number, 7 * file + number)).collect()),
        ("ends that no part goes on from", |file| cycle(1 + file % 2, if file % 2 == 0 { 1000 + file } else { 1 })),
    ];
    for (kind, of) in kinds {
        let files = |&count: &usize| report(count, |file| artifact(format!("{file:06}.log"), of(file)));
        assert_linear(&format!("GC traces: {kind}"), 100, |count| count, files);
    }
    let backwards =
        |count: usize| report(count, |file| artifact(format!("{file:06}.log"), cycle(count - file, count - file)));
    assert_linear("GC traces: parts from the last on", 400, |count| count, |&count| backwards(count));
}

#[test]
fn files_of_a_bundle() {
    let program = |at: usize| {
        let frame = format!("main.f{at}+0x1\t/src/p{at}/a.go:7");
        artifact(format!("{at}.pb"), heap(std::iter::once((64, vec![frame]))).encode())
    };
    assert_linear("programs", 100, |count| count, |&count| report(count, program));
    let junk = |at: usize| artifact(format!("{at}.bin"), vec![1, 2, 3]);
    assert_linear("other files", 200, |count| count, |&count| report(count, junk));
    let scrape = |at: usize| {
        let counters = format!("go_goroutines {}\ngo_memstats_alloc_bytes_total {}\n", 10 + at % 7, 1000 * at);
        let text =
            format!("{counters}go_gc_duration_seconds_count {at}\ngo_memstats_next_gc_bytes {}\n", 5_000_000 + at);
        artifact(format!("{}.prom", 1_700_000_000_000 + 5000 * at as u64), text)
    };
    assert_linear("scrapes", 500, |count| count, |&count| report(count, scrape));
    let growing = |lines: usize| {
        report(3, |step| {
            let bytes = (step + 1) << 24;
            let line = |at: usize| {
                let address = 0x1000 + 16 * at;
                format!(
                    "1000: {bytes} [1000: {bytes}] @ {address:#x}\n#\t{address:#x}\tmain.f{at}+0x1\t/src/a.go:7\n\n"
                )
            };
            let lines: String = (0..lines).map(line).collect();
            let last_gc = 1_700_000_000_000_000_000_u64 + step as u64 * 60_000_000_000;
            let stats = format!("# runtime.MemStats\n# LastGC = {last_gc}\n");
            artifact(format!("heap-{step}.txt"), format!("heap profile: 1: 1 [2: 2] @ heap/1048576\n{lines}{stats}"))
        });
    };
    assert_linear("lines that grow", 100, |count| count, |&count| growing(count));
}

/// What people paste: objects that nothing closes, profiles, listings, blocks that are set apart.
#[test]
fn parts_of_a_text() {
    for (kind, part) in [
        ("objects that nothing closes", "{ \"Alloc\": 1,\n"),
        ("profiles", "heap profile: 1: 1 [1: 1] @ heap/1\n1: 1 [1: 1] @ 0x1\n"),
        ("samples without a header and frames", "1 @ 0x1\n"),
        ("headers of goroutine profiles", "goroutine profile: total 5\n1 @ 0x1\n"),
        ("listings", "ROUTINE ======== main.f in /src/a.go\n 1MB 2MB (flat, cum) 1% of Total\n . 1MB 12: x\n"),
        ("fences", "```\nAlloc: 1\n```\n"),
        ("rows of pprof", " 2MB 50.00% 50.00% 2MB 50.00% main.f\n"),
        (
            "tables of pprof",
            "(pprof) alloc_space\nShowing nodes accounting for 1MB, 1% of 4MB total\n 1MB 1% 1% 1MB 1% main.f\nx\n",
        ),
        ("rows of pprof between words", " 1MB 1% 1% 1MB 1% main.f\nx\n"),
        ("panics", "panic: x\ngoroutine 1 [running]:\n"),
        ("rows of a listing", " . 12MB 13:\tparse(a)\n"),
        ("kills", "[1.5] Killed process 7 (api) total-vm:9kB, anon-rss:8kB\n"),
        ("containers", "api-7d9   12m   345Mi\n"),
        ("areas", "000000c000000000 65536 40960 40960 rw---   [ anon ]\n"),
        ("processes", "app 7 1.0 9.0 300000 204800 ? Ssl 10:00 0:01 /usr/bin/api\n"),
        ("files of a control group", "```\n$ cat memory.current\n104857600\n$ cat memory.max\n```\n209715200\n"),
        ("goroutines in words", "we have 5000 goroutines that are blocked on a send, or 6,000\n"),
        ("tables of free", "total used free shared buff/cache available\nMem: 7821 7102 121 14 597 431\n"),
        ("benchmarks whose program starts again", "BenchmarkA-8 100 250 ns/op 64 B/op 3 allocs/op\nPASS\n"),
        ("benchmarks", "BenchmarkA{n}-8 100 250 ns/op 64 B/op 3 allocs/op\n"),
        ("words", "the pod uses 700 MB if the heap has 20 MB, but\n"),
    ] {
        let parts = |count: usize| (0..count).map(|at| part.replace("{n}", &at.to_string())).collect::<String>();
        let text = |count: usize| format!("It grows.\n{}", parts(count));
        assert_linear(kind, 1000, text, |text| report(1, |_| artifact("issue.md".to_owned(), text.as_str())));
    }
}

/// One long line, as whoever pastes a page without line breaks has it.
#[test]
fn parts_of_a_line() {
    for (kind, part) in
        [("tags that nothing closes", "<code "), ("signs before the last tag's end", "<x "), ("slashes", "</")]
    {
        let text = |count: usize| format!("It grows.\n<pre>\n{}>\n</pre>\n", part.repeat(count));
        assert_linear(kind, 1000, text, |text| report(1, |_| artifact("issue.md".to_owned(), text.as_str())));
    }
}
