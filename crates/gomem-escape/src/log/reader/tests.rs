use gomem_table::{Row, ToTable};
use proptest::prelude::*;

use super::*;
use crate::{Cause, Certainty, HeapDecision, Record, Variant};

fn only(log: &str) -> HeapDecision {
    let log = EscapeLog::decode(log.as_bytes()).unwrap();
    assert_eq!(log.heap_decisions().len(), 1, "{:#?}", log.heap_decisions());
    log.heap_decisions()[0].clone()
}

#[test]
fn header_flow_and_final_line_are_one_decision() {
    let decision = only(
        "# example.com/p [example.com/p.test]\n\
         ./a.go:9:2: ev escapes to heap in (*H).decode:\n\
         ./a.go:9:2:   flow: {storage for func literal} ← &ev:\n\
         ./a.go:9:2:     from ev (captured by a closure) at ./a.go:12:49\n\
         ./a.go:9:2:     from ev (reference) at ./a.go:12:49\n\
         ./a.go:9:2: ev escapes to heap in (*H).decode:\n\
         ./a.go:9:2:   flow: {heap} ← &ev:\n\
         ./a.go:9:2:     from ev (address-of) at ./a.go:13:1\n\
         ./a.go:9:2: moved to heap: ev\n",
    );
    assert_eq!((&*decision.package, decision.variant), ("example.com/p", Variant::Test));
    assert_eq!((&*decision.file, decision.line, decision.column), ("a.go", Some(9), Some(2)));
    assert_eq!((decision.cause, decision.alloc_certainty), (Cause::ClosureCapture, Certainty::Yes));
    assert_eq!(decision.function.as_deref(), Some("(*H).decode"));
    assert_eq!((decision.steps.len(), decision.steps[1].line), (2, Some(12)));
    assert_eq!(decision.message(), "moved to heap: ev");
}

#[test]
fn what_is_appended_keeps_its_own_flow_beside_others() {
    let log = EscapeLog::decode(
        b"# p
./a.go:22:34: append(c.frames, ~r0) escapes to heap in ingest:
./a.go:22:34:   flow: {heap} = &{storage for append(c.frames, ~r0)}:
./a.go:22:34:     from append(c.frames, ~r0) (spill) at ./a.go:22:34
./a.go:22:34:     from c.frames = append(c.frames, ~r0) (assign) at ./a.go:22:34
./a.go:22:34: &clip{} escapes to heap in ingest:
./a.go:22:34:   flow: {heap} = &{storage for &clip{}}:
./a.go:22:34:     from all[id] = &clip{} (assign) at ./a.go:22:54
./a.go:22:34: &clip{} escapes to heap
./a.go:22:34: append escapes to heap
",
    )
    .unwrap();
    let appended = log.heap_decisions().iter().find(|decision| &*decision.subject == "append").unwrap();
    assert_eq!(appended.steps.last().map(|step| &*step.from), Some("c.frames = append(c.frames, ~r0)"));
}

#[test]
fn what_a_call_stores_is_said_to_be_stored_by_it() {
    let stored_by = |calls: &str, step: &str| {
        let log = format!(
            "# example.com/p\n{calls}\
             ./a.go:4:78: &job{{}} escapes to heap in push:\n\
             ./a.go:4:78:   flow: {{heap}} = &{{storage for &job{{}}}}:\n\
             ./a.go:4:78:     from {step} at ./a.go:4:77\n\
             ./a.go:4:78: &job{{}} escapes to heap\n"
        );
        only(&log).stored_by.map(|call| call.to_string())
    };
    let list = "./a.go:3:9: inlining call to list.(*List).Init\n./a.go:4:77: inlining call to (*queue).push\n\
                ./a.go:4:77: inlining call to list.(*List).PushBack\n./a.go:4:77: inlining call to list.(*List).Init\n";
    assert_eq!(stored_by(list, "list.e.prev.next = list.e (assign)").as_deref(), Some("list.(*List).PushBack"));
    let errorf = "./a.go:4:77: inlining call to fmt.Errorf\n";
    assert_eq!(stored_by(errorf, "fmt.errorf(fmt.format, fmt.a...) (call parameter)").as_deref(), Some("fmt.Errorf"));
    assert_eq!(stored_by(errorf, "fmt.Fprintln(w, &job{}) (call parameter)"), None, "the program's own call");
    assert_eq!(stored_by(list, "queue.jobs[id] = &job{} (assign)"), None, "the program's own statement");
}

#[test]
fn the_same_place_from_another_package_is_a_copy() {
    let decision = only("# p\n./s/a.go:1:2: x escapes to heap\n# q\ns/a.go:1:2: x escapes to heap\n");
    assert_eq!((decision.copies, &*decision.package), (2, "p"));
}

#[test]
fn storage_is_chased_to_where_it_goes() {
    let decision = only(
        "# p\n\
         a.go:1:2: ... argument escapes to heap:\n\
         a.go:1:2:   flow: {heap} = &{storage for ... argument}:\n\
         a.go:1:2:     from ... argument (spill) at a.go:1:2\n\
         a.go:1:2: x escapes to heap:\n\
         a.go:1:2:   flow: {storage for ... argument} = &{storage for x}:\n\
         a.go:1:2:     from x (spill) at a.go:1:2\n\
         a.go:1:2:     from ... argument (slice-literal-element) at a.go:1:2\n\
         a.go:1:2: x escapes to heap\n",
    );
    assert_eq!((&*decision.sink, decision.cause), ("{heap}", Cause::InterfaceBoxing));
}

#[test]
fn events_of_go_build_json_carry_the_log() {
    let decision = only(
        "{\"ImportPath\":\"p\",\"Action\":\"build-output\",\"Output\":\"# p\\n./a.go:1:2: \\u0026T{...} escapes to heap\\n\"}\n\
         {\"ImportPath\":\"p\",\"Action\":\"build-fail\"}\n",
    );
    assert_eq!(decision.message(), "&T{...} escapes to heap");
}

#[test]
fn every_line_is_accounted_for() {
    let text = "noise\n# p\n./a.go:1:2: x escapes to heap\n./a.go:3:1: declared and not used: y\n";
    let log = EscapeLog::decode(text.as_bytes()).unwrap();
    assert_eq!(log.coverage(), Coverage { lines: 4, parsed: 2, unknown: 1, skipped: 1 });
    assert_eq!(log.unknown_lines(), [4]);
}

#[test]
fn nothing_found_and_limits_are_errors() {
    let err = EscapeLog::decode(b"hello\n./a.go:1:2: undefined: x\n").unwrap_err();
    assert!(err.to_string().starts_with("line 2: no compiler diagnostics in 2 lines"), "{err}");
    let limits = Limits { decisions: 1, ..Limits::default() };
    let err = EscapeLog::decode_with(b"# p\na.go:1:2: x escapes to heap\na.go:1:3: x escapes to heap\n", &limits)
        .unwrap_err();
    assert!(err.is_limit());
    assert_eq!(err.to_string(), "line 3: more than 1 heap decisions");
}

#[test]
fn the_table_fits_its_schema() {
    let log = EscapeLog::decode(b"# p\na.go:1:2: x escapes to heap\n").unwrap();
    let table = log.heap_decisions().to_table();
    let names: Vec<_> = HeapDecision::schema().columns.into_iter().map(|column| column.name).collect();
    assert_eq!(table.columns().iter().map(gomem_table::Column::name).collect::<Vec<_>>(), names);
}

proptest! {
    #[test]
    fn no_bytes_panic_and_counts_add_up(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(log) = EscapeLog::decode(&bytes) {
            let coverage = log.coverage();
            prop_assert_eq!(coverage.parsed + coverage.unknown + coverage.skipped, coverage.lines);
        }
    }

    #[test]
    fn odd_messages_render_back(line in "(\\./a\\.go:[0-9]{1,3}(:[0-9]{1,3})?: )?( {0,4})[ -~←]{0,40}( escapes to heap:?| \\(x\\) at a\\.go:1)?") {
        prop_assert_eq!(Record::parse(&line).render(), line);
    }
}
