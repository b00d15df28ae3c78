//! What holds for any profiles: sums do not depend on their order, differences with oneself are zero, round trips lose nothing.

#![allow(clippy::unwrap_used)]

use gomem_pprof::{Granularity, Merger, Profile, TopOptions};
use gomem_table::ToTable;
use proptest::prelude::*;

/// A heap profile as `debug=1` writes it, unsampled: counts and sizes over stacks of a few functions.
fn profile() -> impl Strategy<Value = Profile> {
    let sample = (1_i64..1000, 0_i64..1000, proptest::collection::vec(1_u64..9, 1..6));
    proptest::collection::vec(sample, 1..12).prop_map(|samples| {
        let mut text = String::from("heap profile: 1: 1 [1: 1] @ heap/2\n");
        for (count, freed, stack) in samples {
            let (all, stack) = (count + freed, stack.iter().map(|pc| format!(" {:#x}", pc * 16)).collect::<String>());
            text.push_str(&format!("{count}: {} [{all}: {}] @{stack}\n", count * 48, all * 48));
        }
        Profile::decode(text.as_bytes()).unwrap()
    })
}

fn merged(profiles: &[&Profile]) -> Profile {
    let mut merger = Merger::new();
    for profile in profiles {
        merger.add(profile).unwrap();
    }
    merger.finish().unwrap()
}

/// Flat and cum of every sample type by stack and by address, which is all there is in such a profile.
fn sums(profile: &Profile) -> Vec<(String, i128, i128)> {
    let types = 0..profile.sample_types().len();
    types
        .flat_map(|index| {
            let top = profile.top(&TopOptions::new(index).by(Granularity::Address));
            let mut rows: Vec<_> =
                top.rows().iter().map(|row| (format!("{index} {}", row.key), row.flat, row.cum)).collect();
            rows.sort();
            rows
        })
        .collect()
}

proptest! {
    #[test]
    fn merging_is_associative_and_commutative(a in profile(), b in profile(), c in profile()) {
        let all = sums(&merged(&[&a, &b, &c]));
        prop_assert_eq!(&sums(&merged(&[&merged(&[&a, &b]), &c])), &all);
        prop_assert_eq!(&sums(&merged(&[&a, &merged(&[&b, &c])])), &all);
        prop_assert_eq!(&sums(&merged(&[&c, &b, &a])), &all);
    }

    #[test]
    fn one_profile_merged_is_itself(a in profile()) {
        prop_assert_eq!(sums(&merged(&[&a])), sums(&a));
    }

    #[test]
    fn a_difference_with_itself_is_zero(a in profile(), normalize: bool) {
        let diff = a.diff(&a, normalize).unwrap();
        for index in 0..a.sample_types().len() {
            prop_assert!(diff.top(&TopOptions::new(index)).rows().iter().all(|row| row.delta() == (0, 0)));
        }
    }

    #[test]
    fn what_is_written_reads_back(a in profile()) {
        for bytes in [a.encode(), a.encode_raw()] {
            let read = Profile::decode(&bytes).unwrap();
            prop_assert_eq!(sums(&read), sums(&a));
            prop_assert_eq!(read.samples().len(), a.samples().len());
            prop_assert_eq!(read.encode_raw(), a.encode_raw(), "a second time the bytes are the same");
        }
    }
}

#[test]
fn names_of_sample_types_are_names_of_columns_whatever_they_hold() {
    // A string table of "", "a\0b", "count"; two sample types of that name; no samples.
    let string = |text: &[u8]| [&[0x32, text.len() as u8], text].concat();
    let bytes = [
        &[0x0a, 4, 0x08, 1, 0x10, 2, 0x0a, 4, 0x08, 1, 0x10, 2][..],
        &string(b""),
        &string(b"a\0b"),
        &string(b"count"),
    ]
    .concat();
    let table = Profile::decode(&bytes).unwrap().samples().to_table();
    let names: Vec<&str> = table.columns().iter().map(gomem_table::Column::name).collect();
    assert!(names.contains(&"a\u{fffd}b") && names.contains(&"a\u{fffd}b_1"), "{names:?}");
    assert!(!names.iter().any(|name| name.contains('\0')));
}
