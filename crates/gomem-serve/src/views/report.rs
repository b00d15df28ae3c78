//! The report of what the filters keep.

use std::collections::BTreeSet;

use gomem_postmortem::{Contents, Finding, Site};
use gomem_pprof::Sample;
use gomem_report::{FlameHtml, ReportView, html_with};

use crate::{
    chosen::Chosen,
    refusal::Refusal,
    view::View,
    views::{
        flame::{flame, links},
        shown::Question,
        sites::sites,
    },
};

/// What of a report the filters keep. What is not about a stack, such as metrics and GC cycles, stays as it is.
#[derive(Debug, Default)]
pub(crate) struct Narrowed {
    /// Whether each finding is kept, where the filters say.
    kept: Option<Vec<bool>>,
    /// Those of a profile that is not the report's own, or of a part of it.
    sites: Option<Vec<Site>>,
    flame: Option<(String, FlameHtml)>,
    /// What to know about it.
    pub(crate) note: Option<String>,
}

impl Narrowed {
    pub(crate) fn new(question: &Question<'_>, chosen: &Chosen<'_>) -> Result<Self, Refusal> {
        let Question { report, query, .. } = *question;
        let is_filtered = !query.filters().is_empty();
        let is_whole = report.latest_heap().is_some_and(|heap| heap.name == chosen.named.name);
        let is_as_it_is = !is_filtered && chosen.earlier.is_none() && is_whole;
        let title = chosen.headline(is_filtered);
        let flame = flame(&title, chosen).with_links(&links(query, View::Report));
        let mut narrowed = Self { flame: Some((chosen.named.name.clone(), flame)), ..Self::default() };
        if is_as_it_is {
            return Ok(narrowed);
        }
        if chosen.named.contents == Contents::Heap {
            narrowed.sites = Some(sites(question, chosen)?);
        }
        if is_filtered {
            let kept = kept(report.findings(), chosen);
            let count = kept.iter().filter(|is_kept| **is_kept).count();
            narrowed.note = Some(format!(
                "{count} of {} findings are at lines in stacks that pass the filters. Their numbers, the metrics and the GC are of the \
                 whole {}.",
                kept.len(),
                if query.has_window() { "window" } else { "run" }
            ));
            narrowed.kept = Some(kept);
        }
        Ok(narrowed)
    }

    /// A window in which metrics were observed, and no profile that can be shown was taken.
    pub(crate) fn without_profile(refusal: &Refusal) -> Self {
        Self { note: Some(format!("{}.", refusal.message)), ..Self::default() }
    }

    /// The page, with something above.
    pub(crate) fn html(self, report: &gomem_postmortem::Report, above: &str) -> String {
        let mut view = ReportView::default().with_above(above);
        if let Some(kept) = &self.kept {
            view = view.with_findings(kept);
        }
        if let Some(sites) = &self.sites {
            view = view.with_sites(sites);
        }
        if let Some((name, flame)) = self.flame {
            view = view.with_flame(name, flame);
        }
        html_with(report, view)
    }
}

/// A finding is kept when its line is in a stack that is kept.
fn kept(findings: &[Finding], chosen: &Chosen<'_>) -> Vec<bool> {
    let profile = chosen.profile();
    let counts = |sample: &Sample<'_>| (0..profile.sample_types().len()).any(|index| sample.value(index) != 0);
    let frames = profile.samples().filter(counts).flat_map(Sample::frames);
    let lines: BTreeSet<(&str, i64)> =
        frames.filter_map(|frame| Some((frame.function()?.name(), frame.line()))).collect();
    let is_kept =
        |finding: &Finding| finding.place.as_ref().is_some_and(|place| lines.contains(&(place.function(), place.line)));
    findings.iter().map(is_kept).collect()
}
