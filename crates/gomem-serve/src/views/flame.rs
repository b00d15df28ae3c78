//! The flame graph, of all sample types.

use gomem_report::FlameHtml;

use crate::{
    chosen::Chosen,
    query::{LIST, Query},
    view::View,
    views::shown::{Question, Shown},
};

pub(crate) fn flame_view(question: &Question<'_>, chosen: &Chosen<'_>) -> Shown {
    let title = chosen.headline(false);
    let flame = flame(&title, chosen).with_links(&links(question.query, View::Flame));
    Shown::body(flame.fragment())
}

/// Red and blue where an earlier profile is subtracted.
pub(super) fn flame(title: &str, chosen: &Chosen<'_>) -> FlameHtml {
    match &chosen.diff {
        Some(diff) => FlameHtml::new(title, &diff.flame(chosen.sample_type)),
        None => {
            let profile = chosen.profile();
            let mut shown: Vec<usize> = (0..profile.sample_types().len()).collect();
            shown.sort_by_key(|&index| index != chosen.sample_type);
            FlameHtml::from_profile(title, profile, &shown)
        }
    }
}

/// What can be asked of a frame: its source, and the same page of its stacks alone, or without them. An expression for its
/// function goes at the end of each address.
pub(super) fn links(query: &Query, view: View) -> Vec<(&'static str, String)> {
    let asking = |view: View, name: &'static str| {
        // Parameters that are empty are left out of addresses, and this one comes last.
        let address = query.with(name, "").address(view.path());
        format!("{address}{}{name}=", if address.contains('?') { '&' } else { '?' })
    };
    vec![
        ("Source", asking(View::List, LIST)),
        ("Focus", asking(view, "focus")),
        ("Ignore", asking(view, "ignore")),
        ("Show from", asking(view, "show_from")),
    ]
}
