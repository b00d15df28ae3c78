//! Sums that 64 bits do not hold are exact inside, and null in tables, everywhere alike.

#![allow(clippy::unwrap_used)]

use gomem_pprof::{Flaw, Profile, TopOptions, UsageError};
use gomem_table::{Cell, Table, ToTable};

/// One sample a function, named `f0`, `f1` and so on.
fn counts(values: &[i64]) -> Profile {
    let mut text = "heap profile: 0: 0 [0: 0] @ heapprofile/1\n".to_owned();
    for (at, value) in values.iter().enumerate() {
        text += &format!("1: {value} [0: 0] @ 0x{:x}\n#\t0x{:x}\tf{at}+0x1\t/f.go:1\n", at + 2, at + 1);
    }
    Profile::decode(text.as_bytes()).unwrap()
}

fn large(profile: &Profile) -> bool {
    profile.diagnostics().iter().any(|found| found.flaw == Flaw::Sum { sample_type: 1 })
}

fn int64s(table: &Table, name: &str) -> Vec<Option<i64>> {
    let column = table.column(name).unwrap();
    let value = |row| match column.cell(row) {
        Cell::Int64(value) => Some(value),
        _ => None,
    };
    (0..table.rows()).map(value).collect()
}

#[test]
fn what_fits_alone_is_told_and_has_no_share_of_what_does_not() {
    let profile = counts(&[i64::MAX, i64::MAX, 5]);
    assert!(large(&profile));
    assert_eq!(profile.check_sums(), Err(UsageError::LargeSums));
    let top = profile.top(&TopOptions::new(1));
    assert_eq!(top.total(), 2 * i128::from(i64::MAX) + 5);
    assert_eq!(top.rows()[0].flat, i128::from(i64::MAX));
    assert_eq!(top.fraction(top.rows()[2].flat), None);
    let mut flat = int64s(&top.to_table(), "flat");
    flat.sort_unstable();
    assert_eq!(flat, [Some(5), Some(i64::MAX), Some(i64::MAX)]);
    let mean = profile.top(&TopOptions::new(1).with_mean(true));
    assert_eq!(mean.total(), (2 * i128::from(i64::MAX) + 5) / 3, "a mean fits");
}

#[test]
fn a_merge_loses_nothing() {
    let one = counts(&[i64::MAX]);
    assert!(!large(&one) && one.check_sums().is_ok());
    let merged = Profile::merge([&one, &one, &one]).unwrap();
    assert!(large(&merged));
    assert_eq!(merged.total(1), 3 * i128::from(i64::MAX));
    let top = merged.top(&TopOptions::new(1));
    assert_eq!((top.rows().len(), top.rows()[0].flat), (1, 3 * i128::from(i64::MAX)));
    assert_eq!(int64s(&top.to_table(), "flat"), [None]);
    let again = Profile::decode(&merged.encode()).unwrap();
    assert_eq!(again.total(1), merged.total(1), "written and read");
    // Folded stacks and speedscope's JSON are text: they have the number itself.
    let sum = (3 * i128::from(i64::MAX)).to_string();
    assert!(merged.flame(1).to_folded().ends_with(&format!(" {sum}\n")));
    assert!(merged.to_speedscope("sum").contains(&format!("\"endValue\":{sum}")));
}

#[test]
fn a_difference_of_extremes_is_no_small_number() {
    let (least, most) = (counts(&[i64::MIN]), counts(&[i64::MAX]));
    let diff = most.diff(&least, false).unwrap();
    let delta = i128::from(i64::MAX) - i128::from(i64::MIN);
    assert_eq!(diff.top(&TopOptions::new(1)).rows()[0].delta().0, delta);
    assert_eq!(int64s(&diff.top(&TopOptions::new(1)).to_table(), "delta"), [None]);
    assert_eq!(diff.difference().top(&TopOptions::new(1)).rows()[0].flat, delta);
    assert_eq!(least.diff(&least, false).unwrap().difference().top(&TopOptions::new(1)).rows().len(), 0);
}
