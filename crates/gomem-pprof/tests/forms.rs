//! What is written in other forms, on real profiles.

#![allow(clippy::unwrap_used)]

use gomem_pprof::{Filter, Merger, Profile, TopOptions};
use gomem_table::ToTable;
use gomem_testkit::testdata;

fn profile(name: &str) -> Profile {
    Profile::decode(&testdata(format!("go1.26.8/profiles/{name}"))).unwrap()
}

#[test]
fn encoding_loses_nothing() {
    for name in ["heap-2.pb.gz", "cpu.pb.gz", "goroutine.pb.gz", "heap-2.txt.gz", "goroutines.txt"] {
        let before = profile(name);
        let after = Profile::decode(&before.encode()).unwrap();
        assert_eq!(before.sample_types(), after.sample_types());
        assert_eq!(
            (before.time_nanos(), before.duration_nanos(), before.period(), before.period_type()),
            (after.time_nanos(), after.duration_nanos(), after.period(), after.period_type())
        );
        for (before, after) in before.samples().zip(after.samples()) {
            assert!(before.values().eq(after.values()));
            assert!(before.labels().eq(after.labels()));
        }
        assert_eq!(
            format!("{:?}", before.frames().to_table().columns()),
            format!("{:?}", after.frames().to_table().columns()),
            "{name}"
        );
        assert_eq!(after.encode_raw(), Profile::decode(&after.encode_raw()).unwrap().encode_raw(), "{name}");
    }
}

#[test]
fn merging_is_associative_and_a_difference_to_itself_is_nothing() {
    let (one, two, three) = (profile("heap-1.pb.gz"), profile("heap-2.pb.gz"), profile("allocs.pb.gz"));
    let tops = |profile: &Profile| {
        let top = profile.top(&TopOptions::new(1));
        top.rows().iter().map(|row| (row.name(), row.flat, row.cum)).collect::<Vec<_>>()
    };
    let left = Profile::merge([&Profile::merge([&one, &two]).unwrap(), &three]).unwrap();
    let right = Profile::merge([&one, &Profile::merge([&two, &three]).unwrap()]).unwrap();
    assert_eq!(tops(&left), tops(&right));
    assert_eq!(left.samples().len(), right.samples().len());
    let diff = two.diff(&two, false).unwrap();
    assert!(diff.top(&TopOptions::new(1)).rows().iter().all(|row| row.delta() == (0, 0)));
    let cancelled = Profile::merge([diff.difference()]).unwrap();
    assert_eq!(cancelled.top(&TopOptions::new(1)).rows().len(), 0);
    assert!(Merger::new().finish().is_err());
    assert!(Profile::merge([&one, &profile("cpu.pb.gz")]).is_err(), "nothing in common");
}

#[test]
fn counters_are_differenced_and_gauges_kept() {
    let (earlier, later) = (profile("heap-1.pb.gz"), profile("heap-2.pb.gz"));
    let since = later.since(&earlier).unwrap().unwrap();
    for (index, kind) in later.sample_types().iter().enumerate() {
        let expected = match kind.name().starts_with("inuse") {
            true => later.total(index),
            false => later.total(index) - earlier.total(index),
        };
        let found: i128 = since.samples().map(|sample| i128::from(sample.value(index))).sum();
        assert_eq!(found, expected, "{}", kind.name());
    }
    assert!(earlier.since(&later).unwrap().is_none(), "the counters went back");
}

#[test]
fn speedscope_and_callgrind_add_up() {
    let profile = profile("heap-2.pb.gz");
    let speedscope: serde_json::Value = serde_json::from_str(&profile.to_speedscope("heap")).unwrap();
    for (index, kind) in profile.sample_types().iter().enumerate() {
        let shown = &speedscope["profiles"][index];
        assert_eq!(shown["name"], kind.name());
        assert_eq!(i128::from(shown["endValue"].as_i64().unwrap()), profile.total(index));
        assert_eq!(shown["samples"].as_array().unwrap().len(), shown["weights"].as_array().unwrap().len());
    }
    let callgrind = profile.to_callgrind(1);
    let mut flat = 0;
    let mut is_call = false;
    for line in callgrind.lines() {
        let numbers = line.split_once(' ').and_then(|(_, value)| value.parse::<i128>().ok());
        if let Some(value) = numbers.filter(|_| line.starts_with(|c: char| c.is_ascii_digit()) && !is_call) {
            flat += value;
        }
        is_call = line.starts_with("calls=");
    }
    assert_eq!(flat, profile.total(1));
}

#[test]
fn labels_are_summed() {
    let profile = profile("cpu.pb.gz");
    let tags = profile.tags(1);
    let tenants: Vec<_> = tags.rows().iter().filter(|tag| tag.key == "tenant").collect();
    assert_eq!(tenants.len(), 2);
    assert!(tenants.iter().all(|tag| tag.weight > 0 && tag.number.is_none()));
    assert_eq!(tags.to_table().rows(), tags.rows().len());
}

#[test]
fn fractions_are_of_the_whole_profile_unless_relative() {
    let profile = profile("heap-2.pb.gz");
    let mut filter = Filter::default();
    filter.focus = "main.tree".into();
    let focused = profile.filter(&filter).unwrap();
    let options = TopOptions::new(1);
    assert_eq!(focused.top(&options).total(), profile.total(1));
    let relative = focused.top(&options.with_relative(true));
    assert!(relative.total() < profile.total(1));
    assert_eq!(relative.total(), relative.rows().iter().map(|row| row.flat).sum::<i128>());
}

#[test]
fn a_wrong_expression_is_told() {
    let mut filter = Filter::default();
    filter.focus = "a(".into();
    let err = profile("heap-2.pb.gz").filter(&filter).unwrap_err();
    assert_eq!(err.to_string(), "focus: `a(`: unclosed group");
}

#[test]
fn differences_know_how_sure_they_are() {
    let diff = profile("heap-2.pb.gz").diff(&profile("heap-1.pb.gz"), false).unwrap();
    let top = diff.top(&TopOptions::new(1));
    let rows = top.rows();
    assert!(rows.iter().any(|row| row.deviation.is_some_and(|deviation| deviation > 0.0)));
    let table = top.to_table();
    assert_eq!(table.rows(), rows.len());
    let tree = diff.flame(1);
    assert!(tree.is_diff() && tree.sample_types().len() == 2);
}
