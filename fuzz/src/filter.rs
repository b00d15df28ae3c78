//! Any text as the expressions of a filter, one a line, on a profile with labels.

use std::cell::OnceCell;

use gomem_pprof::{Filter, Profile};
use gomem_table::ToTable;

pub fn filter(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut filter = Filter::default();
    for (option, line) in Filter::OPTIONS.iter().zip(text.split('\n')) {
        line.clone_into(option.of(&mut filter));
    }
    thread_local! {
        static PROFILE: OnceCell<Profile> = const { OnceCell::new() };
    }
    PROFILE.with(|profile| {
        let profile = profile.get_or_init(|| Profile::decode(LABELLED).expect("a profile that Go wrote"));
        if let Ok(kept) = profile.filter(&filter) {
            assert!(kept.samples().len() <= profile.samples().len());
            let _ = kept.samples().to_table();
        }
    });
}

const LABELLED: &[u8] = include_bytes!("../corpus/pprof/seed-goroutine.pb.gz");
