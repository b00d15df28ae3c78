//! Scrapes of the runtime's metrics, with numbers and times that no runtime gives.

use arbitrary::{Result, Unstructured};

use super::{name, number, several};

/// As the target `metrics` takes it: the first byte says the format.
pub(super) fn metrics(from: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let body = if from.ratio(1, 4)? { answer(from)? } else { scrape(from)? };
    Ok([&[from.int_in_range(0..=9_u8)?], body.as_bytes()].concat())
}

pub(super) fn scrape(from: &mut Unstructured<'_>) -> Result<String> {
    const NAMES: [&str; 10] = [
        "go_goroutines",
        "go_memstats_next_gc_bytes",
        "go_memstats_alloc_bytes_total",
        "go_gc_duration_seconds_count",
        "go_memstats_heap_inuse_bytes",
        "process_resident_memory_bytes",
        "go_gc_gogc_percent",
        "go_gc_gomemlimit_bytes",
        "go_memstats_last_gc_time_seconds",
        "go_sched_latencies_seconds_bucket",
    ];
    let lines = several(from, 24, |from| {
        let metric = *from.choose(&NAMES)?;
        if from.ratio(1, 8)? {
            return Ok(format!("# TYPE {metric} {}\n", from.choose(&["gauge", "counter", "histogram", "x"])?));
        }
        let labels = several(from, 3, |from| {
            Ok(format!("{}={:?}", from.choose(&["instance", "le", "pod", "l"])?, name(from)?))
        })?;
        let value = value(from)?;
        let time = if from.ratio(1, 4)? { format!(" {}", number(from)?) } else { String::new() };
        Ok(format!("{metric}{{{}}} {value}{time}\n", labels.join(",")))
    })?;
    Ok(lines.concat() + from.choose(&["", "", "# EOF\n", "go_goroutines 1"])?)
}

fn answer(from: &mut Unstructured<'_>) -> Result<String> {
    let series = several(from, 4, |from| {
        let points = several(from, 8, |from| Ok(format!("[{},\"{}\"]", number(from)?, value(from)?)))?;
        let label = json_text(&name(from)?);
        let list = from.choose(&["values", "value", "histograms"])?;
        Ok(format!(
            "{{\"metric\":{{\"__name__\":\"go_goroutines\",\"job\":{label}}},\"{list}\":[{}]}}",
            points.join(",")
        ))
    })?;
    let kind = from.choose(&["matrix", "vector", "scalar", "string"])?;
    Ok(format!("{{\"status\":\"success\",\"data\":{{\"resultType\":\"{kind}\",\"result\":[{}]}}}}", series.join(",")))
}

fn value(from: &mut Unstructured<'_>) -> Result<String> {
    const ODD: [&str; 8] = ["NaN", "+Inf", "-Inf", "1e308", "-0", "1.8446744073709552e+19", "1e-320", "x"];
    if from.ratio(1, 4)? { Ok((*from.choose(&ODD)?).to_owned()) } else { Ok(number(from)?.to_string()) }
}

/// A string of JSON.
fn json_text(text: &str) -> String {
    let escaped: String = text.chars().map(|char| format!("\\u{:04x}", u32::from(char).min(0xd7ff))).collect();
    format!("\"{escaped}\"")
}
