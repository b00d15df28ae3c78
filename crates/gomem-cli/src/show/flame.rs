//! Flame graphs of whole profiles.

use gomem_pprof::Profile;
use gomem_report::FlameHtml;

/// All sample types, so that the picture can switch; `first` is shown first.
pub(crate) fn whole_flame(title: &str, profile: &Profile, first: usize) -> FlameHtml {
    let mut shown: Vec<usize> = (0..profile.sample_types().len()).collect();
    shown.sort_by_key(|&index| index != first);
    FlameHtml::from_profile(title, profile, &shown)
}
