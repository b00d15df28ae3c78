//! Whole pages: what is in them, and what cannot get into them.

#![allow(clippy::unwrap_used)]

use gomem_postmortem::{Artifact, Bundle, Report};
use gomem_report::{html, text};
use gomem_testkit::{file, inflated, root};

const DUMP: &str = "goroutine 1 [running]:\nmain.main()\n\t/src/app/main.go:10 +0x1\n\n";

fn artifact(name: &str, bytes: impl Into<Vec<u8>>) -> Artifact {
    Artifact { name: name.to_owned(), bytes: bytes.into(), modified_ms: None }
}

fn report(files: Vec<Artifact>) -> Report {
    Report::from_bundle(&Bundle::from_artifacts("b", files))
}

#[test]
fn the_html_needs_nothing_else() {
    let html = html(&Report::from_bundle(&Bundle::open(&root().join("examples/incident/before")).unwrap()));
    for marker in ["src=", "<link", "@import", "url(", "http://", "https://", "fetch(", "XMLHttpRequest"] {
        assert!(!html.contains(marker), "{marker}");
    }
    for text in [
        "event/line.go:34",
        "buf escapes to heap",
        "store/sessions.go:43",
        "Flame graph",
        "The heap around each GC cycle",
    ] {
        assert!(html.contains(text), "{text}");
    }
}

#[test]
fn a_core_shows_who_keeps_the_heap() {
    let page = html(&Report::from_bundle(&Bundle::open(&root().join("examples/holders-core")).unwrap()));
    for text in ["Who keeps the heap", "<code>main.audit</code>", "holders/main.go:32", "retained_space"] {
        assert!(page.contains(text), "{text}");
    }
    let without = html(&Report::from_bundle(&Bundle::open(&root().join("examples/leak/series")).unwrap()));
    assert!(!without.contains("Who keeps the heap"));
}

#[test]
fn one_profile_makes_a_flame_graph() {
    let bundle = Bundle::open(&root().join("examples/incident/before/heap-1.pb.gz")).unwrap();
    assert!(html(&Report::from_bundle(&bundle)).contains("Flame graph"));
}

#[test]
fn rules_are_told_and_what_they_would_need() {
    let leak = report(vec![artifact("m", inflated("testdata/incidents/goroutines_slow.prom.gz"))]);
    assert!(text(&leak, 100).contains("goroutine_leak") || text(&leak, 100).contains("Goroutines are started"));
    let one = report(vec![artifact("1700000000000.prom", "go_goroutines 1\n")]);
    assert!(text(&one, 100).contains("What could not be judged"));
    assert!(html(&one).contains("what it would take"));
    // Without scrapes it would take some, whichever metrics the rules need.
    let traced = text(&report(vec![artifact("gc.log", file("examples/incident/before/gctrace.log"))]), 100);
    let told =
        traced.split_once("What could not be judged").unwrap().1.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(told.matches("take scrapes of /metrics").count(), 1, "{told}");
    assert!(!told.contains("enable go_"), "{told}");
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let heap = file("examples/incident/before/heap-3.pb.gz");
    for part in [0, 1, 2, 3, 5, 8, 9] {
        let cut = artifact("cut.pb.gz", &heap[..heap.len() * part / 10]);
        let damaged = report(vec![cut, artifact("1700000000000.prom", "go_goroutines 1\n")]);
        assert!(html(&damaged).contains("cut.pb.gz") && text(&damaged, 100).contains("cut.pb.gz"), "at {part}0 %");
    }
}

#[test]
fn markup_in_names_stays_text() {
    let evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\u{202e}\"'`&lt;";
    let named = |word: &str| {
        let dump = format!("{DUMP}goroutine 2 [{word}]:\nexample.com/a.{word}()\n\t/src/{word}/a.go:3 +0x1\n\n");
        let heap = format!(
            "heap profile: 1: 64 [9: 9000000] @ heap/1048576\n1: 64 [9: 9000000] @ 0x1 0x2\n\
             #\t0x0\texample.com/a.{word}+0x1\t/srv/{word}.go:3\n#\t0x1\tmain.main+0x1\t/srv/main.go:7\n\n"
        );
        let log = format!(
            "# example.com/a\n./{word}.go:3:2: {word} escapes to heap in f:\n./{word}.go:3:2:   flow: {{heap}} ← &{{storage \
             for {word}}}:\n./{word}.go:3:2:     from {word} (spill) at ./{word}.go:3:2\n./{word}.go:3:2: {word} escapes to heap\n"
        );
        report(vec![
            artifact(&format!("{word}.log"), dump),
            artifact(word, "nothing"),
            artifact(&format!("{word}.heap"), heap),
            artifact(&format!("{word}.escape"), log),
            artifact(&format!("{word}.gctrace"), file("examples/incident/before/gctrace.log")),
            artifact(&format!("{word}.metrics"), inflated("testdata/incidents/goroutines_slow.prom.gz")),
        ])
    };
    let (report, harmless) = (named(evil), named("harmless"));
    assert!(!report.sites().is_empty() && html(&report).contains("&lt;script&gt;"));
    for tag in ["<script", "</script", "<img", "<style", "</style", "<title", "<svg"] {
        let count = |report: &Report| html(report).matches(tag).count();
        assert_eq!(count(&report), count(&harmless), "{tag}");
    }
    assert!(report.to_json().contains("alert(1)"));
    assert!(!html(&report).contains('\u{202e}'));
}

#[test]
fn sources_are_folded_into_the_first_finding_about_them() {
    let service = root().join("examples/incident/service");
    let tree = gomem_source::SourceTree::open(&[service]).unwrap();
    let bundle = Bundle::open(&root().join("examples/incident/before")).unwrap();
    assert!(!html(&Report::from_bundle(&bundle)).contains("class=\"code\""));
    let report = Report::from_bundle(&bundle.with_sources(Some(tree)));
    let page = html(&report);
    let folds = page.matches("<details class=\"code\"").count();
    assert_eq!(folds, report.sources().unwrap().listings.len());
    assert!(folds >= 5 && !page.contains("class=\"code\" open"));
    for part in
        ["t.byID[ev.Session] = &amp;Session{", "id=\"source-1-43\"", "<a href=\"#source-1-43\">", "buf escapes to heap"]
    {
        assert!(page.contains(part), "{part}");
    }
    // Every link leads to something.
    for link in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(page.contains(&format!("id=\"{link}\"")), "{link}");
    }
    for marker in ["src=", "<link", "@import", "url(", "http://", "https://"] {
        assert!(!page.contains(marker), "{marker}");
    }
}

#[test]
fn sources_stay_text() {
    let evil = "</pre></script><script>alert(1)</script>\u{202e}";
    let heap = "heap profile: 1: 64 [9: 9000000] @ heap/1048576\n1: 64 [9: 9000000] @ 0x1 0x2\n\
                #\t0x0\texample.com/a.f+0x1\t/srv/a/a.go:4\n#\t0x1\tmain.main+0x1\t/srv/main.go:7\n\n";
    let source = format!("package a\n\nfunc f() {{\n\tg(`{evil}`)\n}}\n");
    let page = html(&report(vec![artifact("heap", heap), artifact("src/srv/a/a.go", source)]));
    assert!(page.contains("class=\"code\"") && page.contains("&lt;script&gt;alert(1)"));
    assert!(!page.contains("<script>alert") && !page.contains('\u{202e}'));
}

#[test]
fn a_trace_names_its_worst_stalls() {
    let trace = gomem_trace::Trace::decode(&file("examples/checkout/recording/trace.out")).unwrap();
    let html = gomem_report::trace_html(&trace, "shop <b>");
    for part in
        ["The heap and its goal", "How long goroutines stood still", "main.render:22", "checkout: render invoice"]
    {
        assert!(html.contains(part), "{part}");
    }
    assert_eq!(html.matches("<td>helped the GC</td>").count() + html.matches("<td>the world stood still").count(), 20);
    assert!(html.contains("shop &lt;b&gt;") && !html.contains("shop <b>"));
    for marker in ["src=", "<link", "@import", "url(", "http://", "https://", "<script"] {
        assert!(!html.contains(marker), "{marker}");
    }
    let page = html_of_recording();
    assert!(page.contains("Who paid for the GC") && page.contains("checkout: render invoice"));
    let without = report(vec![artifact("1700000000000.prom", "go_goroutines 1\n")]);
    assert!(!gomem_report::html(&without).contains("Who paid for the GC"));
}

fn html_of_recording() -> String {
    html(&report(vec![artifact("trace.out", file("examples/checkout/recording/trace.out"))]))
}

#[test]
fn a_trace_without_anything_is_a_page() {
    let empty = gomem_trace::Trace::decode(b"go 1.26 trace\0\0\0").unwrap();
    assert!(gomem_report::trace_html(&empty, "empty").contains("No goroutine stood still"));
}
