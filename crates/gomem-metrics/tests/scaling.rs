//! What an input costs grows with its size, whatever is in it.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;

use gomem_metrics::{DiagnoseOptions, Diagnosis, Format, GcTrace, Metrics, MetricsOptions, MetricsReader};
use gomem_testkit::assert_linear;

/// An input by its size.
type Input = fn(usize) -> String;

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

fn push(text: &String) {
    let mut metrics = Metrics::new();
    metrics.push(0, text.as_bytes()).unwrap();
    std::hint::black_box(metrics.series().len());
}

#[test]
fn text_of_every_kind() {
    let kinds: [(&str, Input); 7] = [
        ("times that fall", |count| lines(count, |at| format!("a 1 {}\n", 10_000_000 - at))),
        ("times that alternate", |count| {
            lines(count, |at| format!("a 1 {}\n", if at % 2 == 0 { at } else { 9_000_000 - at }))
        }),
        ("lines that are none", |count| format!("a 1\n{}", lines(count, |_| "x\n".to_owned()))),
        ("new series", |count| lines(count, |at| format!("a{{b=\"{at}\"}} 1\n"))),
        ("types", |count| format!("a 1\n{}", lines(count, |at| format!("# TYPE a{at} gauge\n")))),
        ("labels of one sample", |count| format!("a{{{}}} 1\n", lines(count, |at| format!("l{at}=\"v\",")))),
        ("one label", |count| format!("a{{b=\"{}\"}} 1\n", "\\\\".repeat(count))),
    ];
    for (name, input) in kinds {
        assert_linear(name, 10_000, input, push);
    }
}

#[test]
fn strict_text() {
    let kinds: [(&str, Input); 4] = [
        ("label sets", |count| lines(count, |at| format!("a{{b=\"{at}\"}} 1\n"))),
        ("labels of one sample", |count| format!("a{{{}}} 1\n", lines(count, |at| format!("l{at}=\"v\",")))),
        ("families", |count| lines(count, |at| format!("# TYPE a{at} gauge\na{at} 1\n"))),
        ("buckets", |count| {
            let buckets = lines(count, |at| format!("a_bucket{{le=\"{at}\"}} 1\n"));
            format!("# TYPE a histogram\n{buckets}a_bucket{{le=\"+Inf\"}} 1\na_sum 1\na_count 1\n")
        }),
    ];
    for (name, input) in kinds {
        assert_linear(&format!("strict: {name}"), 5_000, input, |text| {
            let mut metrics = Metrics::with_options(MetricsOptions::default().with_strict(true));
            let _ = metrics.push(0, text.as_bytes());
        });
    }
}

#[test]
fn scrapes_one_after_the_other() {
    /// The time of a scrape by its number and how many there are.
    type Order = fn(i64, i64) -> i64;
    let orders: [(&str, Order); 3] = [
        ("in the order of time", |at, _| at),
        ("from the last to the first", |at, count| count - at),
        ("in any order", |at, count| at * 7_919 % count),
    ];
    for (name, time) in orders {
        let read = |&count: &i64| {
            let mut reader = MetricsReader::default();
            (0..count).for_each(|at| reader.read(time(at, count), b"a 1\nb 2\n").unwrap());
            std::hint::black_box(reader.finish());
        };
        assert_linear(&format!("scrapes {name}"), 10_000, |count| count as i64, read);
    }
}

#[test]
fn json_with_large_labels() {
    let points = |count| lines(count, |at| format!("{}[{at},\"1\"]", if at == 0 { "" } else { "," }));
    let matrix = |count: usize| {
        let label = "x".repeat(count);
        format!(
            r#"{{"data":{{"resultType":"matrix","result":[{{"metric":{{"__name__":"a","b":"{label}"}},"values":[{}]}}]}}}}"#,
            points(count)
        )
    };
    assert_linear("a label beside as many values", 10_000, matrix, push);
    let point = |at: usize| format!("{{\"timestamp\":{},\"go_goroutines\":1}}", 1_700_000_000 + at);
    let points = |count: usize| (0..count).map(point).collect::<Vec<_>>().join(",");
    let host = |count: usize| format!("{{\"host\":\"{}\",\"points\":[{}]}}", "h".repeat(count), points(count));
    assert_linear("a host above as many points", 1_000, host, push);
    let hosts = |count: usize| {
        let hosts = lines(count, |at| format!(",\"a{at}.host\":\"h\""));
        format!("{{\"points\":[{}]{hosts}}}", points(count))
    };
    assert_linear("hosts above as many points", 1_000, hosts, push);
    let named = |count: usize| {
        let value = |at: usize| format!("{{\"timestamp\":{},\"value\":1}}", 1_700_000_000 + at);
        let values = (0..count).map(value).collect::<Vec<_>>().join(",");
        let known = "{\"metric\":\"go_goroutines\",\"points\":[{\"timestamp\":1700000000,\"value\":1}]}";
        format!("[{known},{{\"metric\":\"{}\",\"points\":[{values}]}}]", "m".repeat(count))
    };
    assert_linear("a name above as many values", 1_000, named, push);
    let headed = |count: usize| {
        let rows = lines(count, |at| format!("{},go_goroutines,{at},a\n", 1_700_000_000 + at));
        format!("time,metric,value,{}.host\n{rows}", "h".repeat(count))
    };
    assert_linear("a heading above as many rows", 1_000, headed, push);
}

#[test]
fn gc_traces() {
    let cycle = |number: usize, start: usize| {
        format!(
            "gc {number} @{start}.0s 1%: 0.1+1+0.1 ms clock, 0.1+0.1/0.1/0.1+0.1 ms cpu, 4->4->2 MB, 4 MB goal, 0 MB stacks, \
             0 MB globals, 4 P\n"
        )
    };
    let decode = |text: &String| drop(GcTrace::decode(text.as_bytes()));
    let one_line = |count| lines(count, |_| "gc 1 @0.1s 1%: ".to_owned());
    assert_linear("beginnings of cycles in one line", 10_000, one_line, decode);
    assert_linear("cycles", 5_000, |count| lines(count, |at| cycle(at + 1, at)), decode);
    assert_linear("processes of one cycle", 2_000, |count| lines(count, |_| cycle(1, 1)), decode);
    assert_linear("falling cycles", 2_000, |count| lines(count, |at| cycle(10_000_000 - at, 1)), decode);
    let origins = |count| {
        let mut text = String::new();
        (0..count).for_each(|at| write!(text, "pod-{at} | {}", cycle(at + 1, at)).unwrap());
        text
    };
    assert_linear("as many pods as cycles", 2_000, origins, decode);
}

#[test]
fn many_programs_and_containers() {
    let judge = |text: &String| {
        // The beginning of a file that is one long line is not known for line protocol.
        let format = text.starts_with("a b=7").then_some(Format::InfluxLines);
        let mut metrics = Metrics::with_options(MetricsOptions::default().with_format(format));
        metrics.push(0, text.as_bytes()).unwrap();
        std::hint::black_box(Diagnosis::from_state(&metrics.state(), DiagnoseOptions::default()));
    };
    let containers = |count| {
        lines(count, |at| {
            let labels = format!("{{pod=\"p-{at}\",container=\"api\"}}");
            format!("container_memory_working_set_bytes{labels} {at}1\ncontainer_spec_memory_limit_bytes{labels} 9e9\n")
        })
    };
    let kinds: [(&str, Input); 3] = [
        ("programs of line protocol", |count| {
            lines(count, |at| format!("prometheus,url=u{at} go_goroutines={at},go_threads=7 1663184060000000000\n"))
        }),
        ("lines of as many fields as tags", |count| {
            let part = |at: usize, word: &str| lines(at, |at| format!(",{word}{at}=7"));
            lines(count / 50, |at| format!("a{at}{} b=7{} 1663184060\n", part(50, "t"), part(50, "f")))
        }),
        ("tags and fields of one line", |count| {
            let part = |word: &str| lines(count, |at| format!(",{word}{at}=7"));
            format!("a b=7 1663184060\na{} b=7{} 1663184060\n", part("t"), part("f"))
        }),
    ];
    for (name, input) in kinds {
        assert_linear(name, 200, input, judge);
    }
    assert_linear("containers", 200, containers, judge);
    let beside = |count| {
        let programs = lines(count, |at| format!("go_goroutines{{job=\"api\",instance=\"i{at}\"}} 7\n"));
        format!("{programs}{}", containers(count))
    };
    assert_linear("containers beside programs without pods", 100, beside, judge);
}
