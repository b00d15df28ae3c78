//! What is and what is not a text of either format: the cases of `testdata/exposition`.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

use gomem_metrics::{Dialect, Exposition, Format, Metrics, MetricsOptions};
use gomem_testkit::testdata;

#[test]
fn strict_reading_accepts_and_rejects() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (dialect, file) in [(Dialect::Prometheus, "prometheus.tsv"), (Dialect::OpenMetrics, "openmetrics.tsv")] {
        for (line, verdict, text) in cases(file) {
            let flaw = Exposition::check(&text, dialect);
            if flaw.is_none() != (verdict == "accept") {
                wrong.push(format!("{file}:{line}: {verdict} {:?}: {flaw:?}", String::from_utf8_lossy(&text)));
            }
            count += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 200, "{count} cases");
}

/// Whatever is legal is read whole without strictness too, and what is not never ends in more than an error.
#[test]
fn lenient_reading_keeps_all_that_is_legal() {
    let mut wrong = Vec::new();
    for (format, file) in [(Format::Prometheus, "prometheus.tsv"), (Format::OpenMetrics, "openmetrics.tsv")] {
        for (line, verdict, text) in cases(file) {
            let options = MetricsOptions::default().with_format(Some(format));
            let mut metrics = Metrics::with_options(options);
            let read = metrics.push(0, &text);
            let skipped = metrics.diagnostics().iter().any(|found| found.diagnostic.skipped);
            if verdict == "accept" && (read.is_err() || skipped) {
                wrong.push(format!("{file}:{line}: {read:?} {:?}", metrics.diagnostics()));
            }
            let strict = Metrics::with_options(options.with_strict(true)).push(0, &text);
            if strict.is_ok() != (verdict == "accept") {
                wrong.push(format!("{file}:{line}: strict {strict:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn cases(file: &str) -> Vec<(usize, String, Vec<u8>)> {
    let table = String::from_utf8(testdata(format!("exposition/{file}"))).unwrap();
    let rows = table.lines().enumerate().skip(1);
    rows.map(|(line, row)| {
        let mut fields = row.splitn(3, '\t');
        let verdict = fields.next().unwrap().to_owned();
        (line + 1, verdict, unescaped(fields.nth(1).unwrap()))
    })
    .collect()
}

fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match (byte, (byte == b'\\').then(|| rest.next()).flatten()) {
            (_, Some(b'n')) => b'\n',
            (_, Some(b't')) => b'\t',
            (_, Some(b'r')) => b'\r',
            (_, Some(b'x')) => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            (_, Some(other)) => other,
            (byte, None) => byte,
        });
    }
    bytes
}
