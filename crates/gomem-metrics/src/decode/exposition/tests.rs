use super::*;

fn one(text: &str) -> Sample<'_> {
    let exposition = Exposition::decode(text.as_bytes());
    assert_eq!(exposition.diagnostics(), [], "{text}");
    exposition.samples()[0].clone()
}

fn flaw(text: &[u8]) -> (u32, &str) {
    let exposition = Exposition::decode(text);
    assert_eq!(exposition.samples(), [], "{text:?}");
    let diagnostic = &exposition.diagnostics()[0];
    match &diagnostic.problem {
        std::borrow::Cow::Borrowed(problem) => (diagnostic.column, problem),
        std::borrow::Cow::Owned(problem) => panic!("{problem}"),
    }
}

#[test]
fn names_labels_values_and_times() {
    let sample = one("http_requests{code=\"200\", path=\"a\\\"b,}\",} 1.5e+3 -12\n");
    assert_eq!((sample.name.as_ref(), sample.value, sample.timestamp_ms), ("http_requests", 1500.0, Some(-12)));
    let labels: Vec<_> = sample.labels().collect();
    assert_eq!(labels, [("code".into(), "200".into()), ("path".into(), "a\"b,}".into())]);
    assert!(one("a +Inf\n").value.is_infinite());
    assert!(one("a NaN\n").value.is_nan());
    assert_eq!(one("  a\t1\n").value, 1.0);
    assert_eq!(one("{\"go.goroutine.count\",job=\"x\"} 3\n").name, "go.goroutine.count");
}

#[test]
fn a_bad_line_costs_only_itself_and_says_where() {
    assert_eq!(flaw(b"a{b=\"c} 1\n"), (5, "quote is not closed"));
    assert_eq!(flaw(b"a{b=\"c\\"), (5, "quote is not closed"));
    assert_eq!(flaw(b"a{b} 1\n"), (4, "expected = after a label name"));
    assert_eq!(flaw(b"a{b=\"c\";} 1\n"), (8, "expected , or } after a label"));
    assert_eq!(flaw(b"a one\n"), (3, "expected a number"));
    assert_eq!(flaw(b"a 1 2 3\n"), (7, "unexpected text after the sample"));
    assert_eq!(flaw(b"a 1 2.5\n"), (5, "expected a timestamp in whole milliseconds"));
    assert_eq!(flaw(b"{a=\"b\"} 1\n"), (1, "expected a metric name"));
    assert_eq!(flaw(b"a\xff 1\n"), (2, "not UTF-8"));
    let text = b"a 1\nb\nc 3\n# TYPE c bogus\n";
    let exposition = Exposition::decode(text);
    assert_eq!(exposition.samples().len(), 2);
    let lines: Vec<u64> = exposition.diagnostics().iter().map(|diagnostic| diagnostic.line).collect();
    assert_eq!(lines, [2, 4]);
    assert_eq!(exposition.lines(), 4);
}

#[test]
fn types_are_kept() {
    let exposition = Exposition::decode(b"# HELP a text\n# TYPE a counter\na 1\n# TYPE \"b.c\" gauge\n");
    assert_eq!(exposition.types(), [("a".into(), MetricType::Counter), ("b.c".into(), MetricType::Gauge)]);
}

#[test]
fn the_last_line_tells_the_format_and_the_format_the_unit_of_time() {
    let text = "a_total 1 1500000000.5 # {id=\"x\"} 1 1500000000\n# EOF\n";
    assert_eq!(Dialect::detect(text.as_bytes()), Dialect::OpenMetrics);
    let sample = one(text);
    assert_eq!(sample.timestamp_ms, Some(1_500_000_000_500));
    assert_eq!(sample.extra, Extra::Exemplar("{id=\"x\"} 1 1500000000"));
    assert_eq!(Dialect::detect(b"a 1\n# EOFx"), Dialect::Prometheus);
    assert_eq!(Dialect::detect(b"a 1 # EOF"), Dialect::Prometheus);
}

#[test]
fn what_was_read_with_a_reservation_is_told_once() {
    let exposition = Exposition::decode(b"\xef\xbb\xbfa 1 1700000000\r\nb 2 1700000000\r\n");
    assert_eq!(exposition.samples().len(), 2);
    let told: Vec<_> = exposition.diagnostics().iter().map(|told| (told.line, told.skipped)).collect();
    assert_eq!(told, [(1, false), (1, false), (1, false)]);
}

#[test]
fn dumps_put_the_name_among_the_labels_and_keep_native_histograms() {
    let sample = one("{__name__=\"go_goroutines\", job=\"x\"} 12 1700000000123\n");
    assert_eq!((sample.name.as_ref(), sample.timestamp_ms), ("go_goroutines", Some(1_700_000_000_123)));
    assert_eq!(sample.labels().collect::<Vec<_>>(), [("job".into(), "x".into())]);
    let sample = one("{__name__=\"h\"} {count:3, sum:1.5, (0.5,1]:3} 1700000000123\n");
    assert_eq!(sample.extra, Extra::Histogram("{count:3, sum:1.5, (0.5,1]:3}"));
    assert!(sample.value.is_nan());
}

#[test]
fn a_scrape_that_was_cut_is_told() {
    let told = |text: &str, dialect| {
        let exposition = Exposition::decode_as(text.as_bytes(), dialect);
        exposition.diagnostics().iter().map(|told| (told.line, told.problem.to_string())).collect::<Vec<_>>()
    };
    let has = |text: &str, dialect, line: u64, words: &str| {
        let told = told(text, dialect);
        assert!(told.len() == 1 && told[0].0 == line && told[0].1.contains(words), "{text}: {told:?}");
    };
    use Dialect::{OpenMetrics, Prometheus};
    assert_eq!(told("a 5.68133128e+08\n", Prometheus), []);
    assert_eq!(told("a 1\n# EOF\n", OpenMetrics), []);
    assert_eq!(told("a 1\n# EOF", OpenMetrics), []);
    has("b 1\na 5.6813312", Prometheus, 2, "ends within a line");
    has("a 1\n", OpenMetrics, 1, "without # EOF");
    has("# TYPE a_bytes gauge\n# UNIT a_bytes bytes\na_bytes 1\n", Prometheus, 3, "without # EOF");
    has("a 1\n# EOF\nb 1\n# EOF\n", OpenMetrics, 3, "samples after # EOF");
    has("a 1\n# EOF\nb 1\n", Prometheus, 3, "samples after # EOF");
    has("a{x=\"1\",x=\"2\"} 1\n", Prometheus, 1, "a label of this name stands there already");
    has("a{\"b\"} 1\n", Prometheus, 1, "a second metric name");
    has("a{__name__=\"b\"} 1\n", Prometheus, 1, "a second metric name");
}

/// Time grows with the number of labels, and not with its square.
#[test]
fn many_labels_of_one_sample() {
    for count in [1_000, 200_000] {
        let labels: Vec<String> = (0..count).map(|label| format!("l{label}=\"\"")).collect();
        let text = format!("a{{{}}} 1\n", labels.join(","));
        assert_eq!(one(&text).labels().count(), count);
    }
}
