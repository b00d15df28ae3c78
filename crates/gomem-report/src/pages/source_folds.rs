//! The sources of a report, each in a fold of the first finding about it.

use gomem_postmortem::{Finding, Listing, Place, Report, SourceView};
use minijinja::{Value, context};

use crate::pages::listing::{Anchors, function_html};

/// The sources of a report: folds, and the links that lead to them.
pub(super) struct SourceFolds<'a> {
    report: &'a Report,
    view: Option<&'a SourceView>,
}

impl<'a> SourceFolds<'a> {
    pub(super) fn new(report: &'a Report) -> Self {
        Self { report, view: report.sources() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.view.is_none_or(|view| view.listings.is_empty())
    }

    /// What is folded into a finding: the function that it is about, unless an earlier one has it.
    pub(super) fn of_finding(&self, finding: usize) -> Option<Value> {
        let view = self.view?;
        let at = view.of_finding(finding)?;
        if (0..finding).any(|earlier| view.of_finding(earlier) == Some(at)) {
            return None;
        }
        let listing = view.listings.get(at)?;
        let function = listing.functions.first()?;
        let about = self.report.findings().iter().enumerate().filter(|(other, _)| view.of_finding(*other) == Some(at));
        let marked = about.filter_map(|(_, finding)| Some(finding.place.as_ref()?.line)).collect();
        let id = anchor(at);
        let html = function_html(listing, function, &Anchors { id: id.clone(), marked });
        Some(context! {
            id => id,
            function => function.short_function(),
            counts => listing.sample_type.clone(),
            html => Value::from_safe_string(html),
        })
    }

    /// The anchor of the line that a finding is about.
    pub(super) fn link_of(&self, index: usize, finding: &Finding) -> Option<String> {
        self.line_in(self.view?.of_finding(index)?, finding.place.as_ref()?)
    }

    /// The anchor of a function, by its name.
    pub(super) fn link_to_function(&self, name: &str) -> Option<String> {
        let is_named = |listing: &Listing| listing.functions.iter().any(|function| function.function == name);
        self.view?.listings.iter().position(is_named).map(anchor)
    }

    /// The anchor of a place's line, where a finding is about its function.
    pub(super) fn link_to(&self, place: &Place) -> Option<String> {
        self.line_in(self.view?.of_place(place)?, place)
    }

    /// Only some lines of a long function are there.
    fn line_in(&self, at: usize, place: &Place) -> Option<String> {
        let lines = &self.view?.listings.get(at)?.functions.first()?.lines;
        let is_there = lines.iter().any(|line| line.line == place.line);
        Some(if is_there { format!("{}-{}", anchor(at), place.line) } else { anchor(at) })
    }
}

/// The id of a listing's fold.
pub(super) fn anchor(at: usize) -> String {
    format!("source-{}", at + 1)
}
