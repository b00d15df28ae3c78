//! What findings of allocation sites say, on inputs as small as they can be.

#![allow(clippy::unwrap_used)]

use gomem_escape::EscapeLog;
use gomem_finding::Confidence;
use gomem_finding::Severity;
use gomem_postmortem::{Artifact, AttributeOptions, Bundle, Finding, FindingKind, Report, Site, attribute};
use gomem_pprof::Profile;
use gomem_testkit::root;

/// Address, function and line. What has the address of the next was inlined into it.
type Frame<'a> = (u32, &'a str, &'a str);

/// Objects and bytes of a record, and its stack.
type Record<'a> = (i64, i64, &'a [Frame<'a>]);

/// A heap profile of objects that are all dead. A `rate` of 1 keeps every object.
fn heap(rate: u32, records: &[Record<'_>]) -> String {
    let objects: i64 = records.iter().map(|(objects, ..)| objects).sum();
    let bytes: i64 = records.iter().map(|(_, bytes, _)| bytes).sum();
    // The runtime writes twice the rate.
    let rate = 2 * rate;
    let mut text = format!("heap profile: 0: 0 [{objects}: {bytes}] @ heap/{rate}\n");
    for (objects, bytes, stack) in records {
        let mut addresses: Vec<String> = stack.iter().map(|(address, ..)| format!(" {:#x}", address + 1)).collect();
        addresses.dedup();
        text += &format!("0: 0 [{objects}: {bytes}] @{}\n", addresses.concat());
        for (address, function, place) in *stack {
            text += &format!("#\t{address:#x}\t{function}+0x10\t{place}\n");
        }
        text += "\n";
    }
    text
}

fn report(heap: &str, log: &str) -> Report {
    let artifact = |name: &str, text: &str| Artifact { name: name.to_owned(), bytes: text.into(), modified_ms: None };
    let files = [artifact("heap.txt", heap), artifact("escape.log", log)];
    Report::from_bundle(&Bundle::from_artifacts("b", files.into_iter().filter(|file| !file.bytes.is_empty()).collect()))
}

fn at<'a>(report: &'a Report, place: &str) -> &'a Finding {
    let is_there = |finding: &&Finding| finding.place.as_ref().is_some_and(|found| found.short() == place);
    report.findings().iter().find(is_there).unwrap()
}

fn site_at<'a>(sites: &'a [Site], place: &str) -> &'a Site {
    sites.iter().find(|site| site.place.short() == place).unwrap()
}

/// Two conversions of `main.normalise`, inlined into one call: the log has both at the call's position.
const TWO_CONVERSIONS: &str = "# example.com/app
./main.go:11:6: can inline normalise with cost 71 as: func([]byte) []byte { s := string(body); return ([]byte)(s) }
./main.go:21:17: inlining call to normalise
./main.go:14:16: ([]byte)(s) escapes to heap in normalise:
./main.go:14:16:   flow: ~r0 ← &{storage for ([]byte)(s)}:
./main.go:14:16:     from ([]byte)(s) (spill) at ./main.go:14:16
./main.go:14:16:     from return ([]byte)(s) (return) at ./main.go:14:2
./main.go:12:14: string(body) does not escape
./main.go:14:16: ([]byte)(s) escapes to heap
./main.go:21:17: ([]byte)(s) escapes to heap in quote:
./main.go:21:17:   flow: ~r0 ← &{storage for ([]byte)(s)}:
./main.go:21:17:     from ([]byte)(s) (spill) at ./main.go:21:17
./main.go:21:17:     from ~r0 = ([]byte)(s) (assign-pair) at ./main.go:21:17
./main.go:21:17: string(body) does not escape
./main.go:21:17: ([]byte)(s) escapes to heap
";

#[test]
fn lines_inlined_into_one_call_have_their_own_records() {
    let call = "/src/app/main.go:21";
    let [first, second] = [(0x40_1000, "/src/app/main.go:12"), (0x40_1100, "/src/app/main.go:14")]
        .map(|(address, line)| [(address, "main.normalise", line), (address, "main.quote", call)]);
    let heap = heap(1, &[(100, 614_400, &first), (100, 614_400, &second)]);
    let profile = Profile::decode(heap.as_bytes()).unwrap();
    let log = EscapeLog::decode(TWO_CONVERSIONS.as_bytes()).unwrap();
    let sites = attribute(&profile, Some(&log), &AttributeOptions::default());
    let [first, second] = ["app/main.go:12", "app/main.go:14"].map(|place| site_at(&sites, place));
    assert_eq!(first.inlined_into.as_ref().unwrap().line, 21);
    for site in [first, second] {
        assert_eq!(site.reason.unwrap().name(), "string_conversion");
        assert_eq!(site.reason_confidence, Some(Confidence::High));
    }
    assert_eq!(first.decision, None, "it does not escape, and is too large for the stack");
    assert_eq!(second.compiler_message().unwrap(), "([]byte)(s) escapes to heap");
}

#[test]
fn a_package_that_the_log_lacks_is_told() {
    let stack = [(0x40_2000, "example.com/app/store.Remember", "/src/app/store/store.go:26")];
    let report = report(&heap(1, &[(100, 61_400, &stack)]), TWO_CONVERSIONS);
    let summary = &at(&report, "store/store.go:26").summary;
    assert!(summary.contains("Not logged") && summary.contains("all=-m=2"), "{summary}");
}

#[test]
fn functions_of_one_name_are_listed_once() {
    let main = (0x40_3000, "main.work", "/src/app/main.go:30");
    let stacks = [(0x50_0000, 94), (0x50_0100, 95), (0x50_0200, 101)].map(|(address, line)| (address, line, main));
    let places: Vec<String> =
        stacks.iter().map(|(_, line, _)| format!("/usr/local/go/src/net/http/header.go:{line}")).collect();
    let stacks: Vec<_> = stacks
        .iter()
        .zip(&places)
        .map(|((address, _, main), place)| [(*address, "net/http.Header.Clone", place.as_str()), *main])
        .collect();
    let records: Vec<Record<'_>> = stacks.iter().map(|stack| (100, 6400, stack.as_slice())).collect();
    let report = report(&heap(1, &records), "");
    let summary = &at(&report, "app/main.go:30").summary;
    assert!(summary.contains("Inside: http.Header.Clone 100.0 % (reason not known)."), "{summary}");
}

#[test]
fn a_few_samples_are_no_warning() {
    let stack = [(0x40_4000, "main.work", "/src/app/main.go:40")];
    for (objects, bytes, severity) in [(3, 3 << 19, Severity::Info), (400, 400 << 19, Severity::Warning)] {
        let report = report(&heap(512 << 10, &[(objects, bytes, &stack)]), "");
        let finding = at(&report, "app/main.go:40");
        assert_eq!(finding.severity, severity, "{}", finding.title);
        assert_eq!(finding.summary.contains("only a few samples"), severity == Severity::Info, "{}", finding.summary);
    }
    // Every object is kept: however few they are, they are all.
    let report = report(&heap(1, &[(3, 3 << 19, &stack)]), "");
    assert_eq!(at(&report, "app/main.go:40").severity, Severity::Warning);
}

#[test]
fn what_the_library_makes_for_itself_is_not_the_programs_to_change() {
    let serve = (0x50_2000, "net/http.(*conn).serve", "/usr/local/go/src/net/http/server.go:1900");
    let buffer = [(0x50_3000, "bufio.NewReaderSize", "/usr/local/go/src/bufio/bufio.go:57"), serve];
    let start = [(0x50_4000, "runtime.allocm", "/usr/local/go/src/runtime/proc.go:2000")];
    let report = report(&heap(1, &[(100_000, 409_600_000, &buffer), (100_000, 409_600_000, &start)]), "");
    for (place, whose, inside) in [
        ("http/server.go:1900", "in goroutines of http.(*conn).serve", "Inside: bufio.NewReaderSize 50.0 %"),
        ("runtime/proc.go:2000", "in the runtime itself, from runtime.allocm", "the runtime makes it for itself"),
    ] {
        let finding = at(&report, place);
        assert_eq!((finding.kind, finding.severity), (FindingKind::Background, Severity::Info), "{}", finding.title);
        assert!(finding.title.contains(whose), "{}", finding.title);
        assert!(finding.summary.contains(inside), "{}", finding.summary);
        assert!(finding.action.is_empty() && finding.saving.is_none(), "{}", finding.action);
    }
    assert!(report.sites().iter().all(|site| site.advice().is_none() && !site.is_pool_candidate()));
}

#[test]
fn a_pool_is_advised_for_objects_of_one_size_only() {
    let log = "# example.com/app
./main.go:50:13: make([]byte, n) escapes to heap
./main.go:14:16: string(b) escapes to heap
";
    let is_advised = |frame: Frame<'_>, sizes: &[i64]| {
        let stack = [frame];
        let records: Vec<Record<'_>> = sizes.iter().map(|size| (100_000, 100_000 * size, &stack[..])).collect();
        let report = report(&heap(1, &records), log);
        let advised = report.findings().iter().any(|finding| finding.action.contains("sync.Pool of pointers would"));
        assert_eq!(advised, report.sites().iter().any(Site::is_pool_candidate));
        advised
    };
    let made = (0x40_5000, "main.work", "/src/app/main.go:50");
    assert!(is_advised(made, &[4096]));
    assert!(!is_advised(made, &[4096, 8192]), "two sizes");
    assert!(!is_advised((0x40_5100, "main.text", "/src/app/main.go:14"), &[4096]), "a text");
}

/// The subscribers of the example keep what a line makes.
#[test]
fn a_line_that_leaks_is_not_told_to_reuse() {
    let series = root().join("examples/leak/series");
    let report = Report::from_bundle(&Bundle::open(&series).unwrap());
    let leak = report.findings().iter().find(|finding| finding.kind == FindingKind::Leak).unwrap();
    let is_same = |finding: &&Finding| finding.kind == FindingKind::AllocationSite && finding.place == leak.place;
    let site = report.findings().iter().find(is_same).unwrap();
    assert!(site.action.contains("as the leak's finding says"), "{}", site.action);
}

/// The profiler keeps 128 frames of a stack: what a deep recursion allocates lacks the line that began it.
#[test]
fn stacks_that_were_cut_are_charged_where_whole_ones_begin() {
    let eval = |depth: u32| {
        (0x50_0000 + depth, "github.com/lib/engine.eval", "/go/pkg/mod/github.com/lib/engine@v1.2.0/eval.go:10")
    };
    let leaf = (0x51_0000, "github.com/lib/engine.node", "/go/pkg/mod/github.com/lib/engine@v1.2.0/node.go:5");
    let own = |address, line| (address, "main.run", line);
    let whole: Vec<Frame<'_>> = [leaf, eval(1), own(0x40_0100, "/src/app/main.go:60")].into();
    let cut: Vec<Frame<'_>> = std::iter::once(leaf).chain((0..127).map(|_| eval(1))).collect();
    let other: Vec<Frame<'_>> = [leaf, eval(1), own(0x40_0200, "/src/app/main.go:70")].into();
    let bytes_at = |records: &[Record<'_>], place: &str| {
        let report = report(&heap(1, records), "");
        let of = report.findings().iter().filter(|finding| finding.kind == FindingKind::Call);
        of.filter(|finding| finding.place.as_ref().unwrap().short() == place)
            .filter_map(|finding| finding.bytes)
            .sum::<i64>()
    };
    assert_eq!(bytes_at(&[(10, 1000, &whole), (90, 9000, &cut)], "app/main.go:60"), 10_000);
    // Whole stacks that begin at two lines tell nothing of the cut ones.
    let both = [(10, 1000, &whole[..]), (10, 1000, &other[..]), (90, 9000, &cut[..])];
    assert_eq!(bytes_at(&both, "app/main.go:60"), 1000);
    let report = report(&heap(1, &both), "");
    let unknown = report.findings().iter().find(|finding| finding.kind == FindingKind::Background).unwrap();
    assert!(unknown.title.contains("in stacks that the profiler cut"), "{}", unknown.title);
    assert_eq!(unknown.bytes, Some(9000));
}

/// Time grows with the calls of a line, not with their square: this one would take minutes.
#[test]
fn a_line_may_call_the_allocator_ever_so_often() {
    let calls: Vec<[Frame<'_>; 1]> =
        (0..20_000).rev().map(|call| [(0x40_0000 + 16 * call, "main.work", "/src/app/main.go:50")]).collect();
    let records: Vec<Record<'_>> =
        (100..).zip(&calls).map(|(objects, stack)| (objects, 48 * objects, stack.as_slice())).collect();
    let log = "# example.com/app\n./main.go:50:13: &T{...} escapes to heap\n";
    let report = report(&heap(1, &records), log);
    assert_eq!(at(&report, "app/main.go:50").bytes, Some(records.iter().map(|(_, bytes, _)| bytes).sum()));
}
