//! Goroutines that are more in each profile of `testdata/goroutines`, without metrics.

#![allow(clippy::unwrap_used)]

use gomem_postmortem::{Artifact, Bundle, Finding, FindingKind, Report};
use gomem_testkit::root;

#[test]
fn goroutines_that_nobody_answers_are_a_leak() {
    let folder = root().join("testdata/goroutines/go1.27.3");
    let report = Report::from_bundle(&Bundle::open(&folder).unwrap());
    let is_rising = |finding: &&Finding| finding.kind == FindingKind::Leak && finding.title.contains("more goroutines");
    let finding = report.findings().iter().find(is_rising).unwrap();
    assert_eq!(finding.place.as_ref().unwrap().line, 17, "{}", finding.title);
    for text in ["100 → 200 → 300", "main.request", "chan send"] {
        assert!(finding.summary.contains(text), "{}", finding.summary);
    }
    // Those that wait for a ticker stay as many.
    assert_eq!(report.findings().iter().filter(|finding| finding.title.contains("more goroutines")).count(), 1);
}

#[test]
fn two_profiles_are_too_few() {
    let folder = root().join("testdata/goroutines/go1.27.3");
    let two = ["goroutines-1.pb.gz", "goroutines-3.pb.gz"].map(|name| Artifact {
        name: name.to_owned(),
        bytes: std::fs::read(folder.join(name)).unwrap(),
        modified_ms: None,
    });
    let report = Report::from_bundle(&Bundle::from_artifacts("two", two.into()));
    assert!(report.findings().iter().all(|finding| !finding.title.contains("more goroutines")));
}

#[test]
fn goroutines_in_the_system_or_in_c_can_leak_too() {
    for leaf in ["syscall.Flock", "runtime.cgocall", "runtime.notetsleepg"] {
        let report = Report::from_bundle(&Bundle::from_artifacts("system", rising(&[leaf, "main.worker"])));
        let titles: Vec<&str> = report.findings().iter().map(|finding| &*finding.title).collect();
        assert!(titles.iter().any(|title| title.starts_with("Leak: 4900 more goroutines")), "{leaf}: {titles:?}");
    }
    let running = Report::from_bundle(&Bundle::from_artifacts("running", rising(&["main.spin", "main.worker"])));
    assert!(running.findings().iter().all(|finding| finding.kind != FindingKind::Leak));
    let crowd = running.findings().iter().find(|finding| finding.title.contains("5000 of 5001")).unwrap();
    assert!(!crowd.summary.contains("takes three profiles"), "there are three: {}", crowd.summary);
}

#[test]
fn a_level_minute_says_nothing_of_the_hours_before() {
    let scrapes = |begin: i64, every: i64| {
        (0..61).map(move |number| {
            let name = format!("{}.prom", begin + every * number);
            Artifact { name, bytes: b"go_goroutines 5001\n".to_vec(), modified_ms: None }
        })
    };
    let leaks = |scrapes: Vec<Artifact>| {
        let profiles = rising(&["runtime.chanrecv1", "main.worker"]);
        let report =
            Report::from_bundle(&Bundle::from_artifacts("level", profiles.into_iter().chain(scrapes).collect()));
        report.findings().iter().any(|finding| finding.title.contains("more goroutines"))
    };
    assert!(leaks(scrapes(BEGIN_MS + 2 * HOUR_MS - 60_000, 1_000).collect()), "the last minute");
    assert!(!leaks(scrapes(BEGIN_MS, 2 * HOUR_MS / 60).collect()), "all the time");
}

const BEGIN_MS: i64 = 1_790_000_000_000;
const HOUR_MS: i64 = 3_600_000;

/// Three profiles an hour apart: 100, 2000 and 5000 goroutines of one stack, leaf first, beside one that sleeps.
fn rising(stack: &[&str]) -> Vec<Artifact> {
    let profile = |(hour, count): (i64, u64)| Artifact {
        name: format!("goroutine-{hour}.pb"),
        bytes: goroutines(
            (BEGIN_MS + hour * HOUR_MS) * 1_000_000,
            &[(stack, count), (&["time.Sleep", "main.main"], 1)],
        ),
        modified_ms: None,
    };
    [(0, 100), (1, 2_000), (2, 5_000)].map(profile).into()
}

/// A goroutine profile, as the runtime writes it.
fn goroutines(nanos: i64, stacks: &[(&[&str], u64)]) -> Vec<u8> {
    let mut texts = vec!["".to_owned(), "goroutine".to_owned(), "count".to_owned(), "/app/main.go".to_owned()];
    let mut profile = message(1, &[number(1, 1), number(2, 2)].concat());
    let mut id = 0;
    for (stack, count) in stacks {
        let ids: Vec<u64> = (id + 1..).take(stack.len()).collect();
        let locations: Vec<u8> = ids.iter().flat_map(|id| number(1, *id)).collect();
        profile.extend(message(2, &[locations, number(2, *count)].concat()));
        for (id, function) in ids.iter().zip(*stack) {
            let line = message(4, &[number(1, *id), number(2, 10 + id)].concat());
            profile.extend(message(4, &[number(1, *id), line].concat()));
            let name = number(2, texts.len() as u64);
            texts.push((*function).to_owned());
            profile.extend(message(5, &[number(1, *id), name, number(4, 3)].concat()));
        }
        id += ids.len() as u64;
    }
    profile.extend(texts.iter().flat_map(|text| message(6, text.as_bytes())));
    profile.extend(number(9, nanos as u64));
    profile
}

/// A field of a protobuf message that is a number.
fn number(field: u8, value: u64) -> Vec<u8> {
    let mut bytes = vec![field << 3];
    let mut rest = value;
    while rest >= 0x80 {
        bytes.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    bytes
}

/// A field that is a message or a text.
fn message(field: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = number(field, content.len() as u64);
    bytes[0] |= 2;
    bytes.extend(content);
    bytes
}
