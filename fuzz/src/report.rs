//! Any bytes as the files of a bundle, up to the report.

use gomem_postmortem::Report;
use gomem_table::ToTable;

pub fn report(bytes: &[u8]) {
    let report = Report::from_bundle(&crate::bundle::read(bytes));
    let _ =
        (report.findings().to_table(), report.sites().to_table(), report.gogc().to_table(), report.rules().to_table());
    let _ = (gomem_report::text(&report, 100), report.to_json());
    let page = gomem_report::html(&report);
    // What the page runs is its own: text that came from a file is escaped.
    assert!(page.matches("<script").count() <= OWN_SCRIPTS && page.matches("</script>").count() <= OWN_SCRIPTS);
}

/// That of the flame graph, and that of the findings.
const OWN_SCRIPTS: usize = 2;
