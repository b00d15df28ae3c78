//! What of a report a page shows.

use gomem_postmortem::Site;

use crate::flame::FlameHtml;

/// What of a report a page shows, and what stands above it. By default it is all of it, below nothing.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [30000: 122880000] @ heap/1048576\n\
/// #             1: 4096 [30000: 122880000] @ 0x401000\n\
/// #             #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\n".to_vec();
/// # let artifact = gomem_postmortem::Artifact { name: "heap.txt".into(), bytes: text, modified_ms: None };
/// # let bundle = gomem_postmortem::Bundle::from_artifacts("incident", vec![artifact]);
/// # let report = gomem_postmortem::Report::from_bundle(&bundle);
/// use gomem_report::{ReportView, html_with};
///
/// // Only the findings of one package.
/// let of_app = |place: &gomem_postmortem::Place| place.short().starts_with("app/");
/// let findings = report.findings();
/// let kept: Vec<bool> = findings.iter().map(|finding| finding.place.as_ref().is_some_and(of_app)).collect();
/// let page = html_with(&report, ReportView::default().with_findings(&kept));
/// assert!(page.contains("app/parse.go:12"));
/// let none = vec![false; findings.len()];
/// assert!(html_with(&report, ReportView::default().with_findings(&none)).len() < page.len());
/// ```
#[derive(Debug, Clone, Default)]
pub struct ReportView<'a> {
    pub(super) above: &'a str,
    pub(super) kept: Option<&'a [bool]>,
    pub(super) sites: Option<&'a [Site]>,
    pub(super) flame: Option<(String, FlameHtml)>,
}

impl<'a> ReportView<'a> {
    /// Puts HTML above the report, as it is.
    #[must_use]
    pub fn with_above(self, above: &'a str) -> Self {
        Self { above, ..self }
    }

    /// Shows those findings alone that are kept, by their order.
    #[must_use]
    pub fn with_findings(self, kept: &'a [bool]) -> Self {
        Self { kept: Some(kept), ..self }
    }

    /// Shows these sites instead of the report's own.
    #[must_use]
    pub fn with_sites(self, sites: &'a [Site]) -> Self {
        Self { sites: Some(sites), ..self }
    }

    /// Shows this flame graph, of the file that is called so, instead of the report's own.
    #[must_use]
    pub fn with_flame(self, name: String, flame: FlameHtml) -> Self {
        Self { flame: Some((name, flame)), ..self }
    }

    pub(super) fn is_kept(&self, finding: usize) -> bool {
        self.kept.is_none_or(|kept| kept.get(finding).copied().unwrap_or(false))
    }
}
