//! The formats that metrics come in, and how each announces itself.

use memchr::memmem;

use super::{
    api,
    export::{json_records, long_csv, panel_csv},
    exposition::Dialect,
    go_metrics, influx, json, mem_stats, mem_stats_log,
    observation::Observations,
    otlp, promtool, protobuf, runtime_metrics, victoria,
};
use crate::error::Error;

/// A format that metrics come in.
///
/// ```
/// # let log = b"gc 7 @1.250s 3%: 0.02+1.5+0.01 ms clock, 0.04+0.3/1.1/0+0.02 ms cpu, 12->13->7 MB, 14 MB goal, \
/// #             0 MB stacks, 0 MB globals, 2 P\n";
/// use gomem_metrics::Format;
///
/// assert_eq!(Format::detect(b"go_goroutines 12\n"), Format::Prometheus);
/// assert_eq!(Format::from_name(Format::Prometheus.name()), Some(Format::Prometheus));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// The Prometheus text format; also what `promtool tsdb dump` prints.
    Prometheus,
    /// OpenMetrics 1.0; also what `promtool tsdb dump-openmetrics` prints.
    OpenMetrics,
    /// The JSON of Prometheus' `/api/v1/query` and `/api/v1/query_range`.
    Api,
    /// What `promtool query instant` and `promtool query range` print.
    Promtool,
    /// The JSON of `/debug/vars`, with `runtime.MemStats` in it.
    Expvar,
    /// The `runtime.MemStats` at the end of `/debug/pprof/heap?debug=1`.
    MemStats,
    /// Names and values of `runtime/metrics`: a JSON object, or a line each.
    RuntimeMetrics,
    /// The lines of JSON that VictoriaMetrics' `/api/v1/export` gives.
    VictoriaMetrics,
    /// Prometheus' protobuf format, each family after its length.
    Protobuf,
    /// What a panel of Grafana exports as CSV: a row a time, a column a series.
    PanelCsv,
    /// `runtime.MemStats` in the lines of a log, each with its time.
    MemStatsLog,
    /// InfluxDB's line protocol, as Telegraf writes it.
    InfluxLines,
    /// OpenTelemetry's metrics as JSON (OTLP), an export a line.
    OtlpJson,
    /// Gauges of HashiCorp's go-metrics, as a server answers or logs them.
    GoMetrics,
    /// What dashboards, APM tools and clouds export as JSON: values with their times.
    JsonRecords,
    /// The same as a table: a row a value, with its time and its metric.
    LongCsv,
}

impl Format {
    /// All formats.
    pub const ALL: &'static [Self] = &[
        Self::Prometheus,
        Self::OpenMetrics,
        Self::Api,
        Self::Promtool,
        Self::Expvar,
        Self::MemStats,
        Self::RuntimeMetrics,
        Self::VictoriaMetrics,
        Self::Protobuf,
        Self::PanelCsv,
        Self::MemStatsLog,
        Self::InfluxLines,
        Self::OtlpJson,
        Self::GoMetrics,
        Self::JsonRecords,
        Self::LongCsv,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Prometheus => "prometheus",
            Self::OpenMetrics => "openmetrics",
            Self::Api => "api",
            Self::Promtool => "promtool",
            Self::Expvar => "expvar",
            Self::MemStats => "memstats",
            Self::RuntimeMetrics => "runtime_metrics",
            Self::VictoriaMetrics => "victoriametrics",
            Self::Protobuf => "protobuf",
            Self::PanelCsv => "panel_csv",
            Self::MemStatsLog => "memstats_log",
            Self::InfluxLines => "influx_lines",
            Self::OtlpJson => "otlp_json",
            Self::GoMetrics => "go_metrics",
            Self::JsonRecords => "json_records",
            Self::LongCsv => "long_csv",
        }
    }

    /// The format of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.name() == name)
    }

    /// Which of the text formats it is, if it is one.
    pub(crate) fn dialect(self) -> Option<Dialect> {
        match self {
            Self::Prometheus => Some(Dialect::Prometheus),
            Self::OpenMetrics => Some(Dialect::OpenMetrics),
            _ => None,
        }
    }

    /// What a file holds that is in none of the text formats.
    pub(crate) fn decode(self, bytes: &[u8]) -> Result<Observations, Error> {
        match self {
            Self::Api => api::decode(bytes),
            Self::Expvar => json::expvar(bytes),
            Self::MemStats => mem_stats::decode(bytes),
            Self::RuntimeMetrics => runtime_metrics::decode(bytes),
            Self::VictoriaMetrics => victoria::decode(bytes),
            Self::Protobuf => protobuf::decode(bytes),
            Self::PanelCsv => panel_csv::decode(bytes),
            Self::MemStatsLog => mem_stats_log::decode(bytes),
            Self::InfluxLines => influx::decode(bytes),
            Self::OtlpJson => otlp::decode(bytes),
            Self::GoMetrics => go_metrics::decode(bytes),
            Self::JsonRecords => json_records::decode(bytes),
            Self::LongCsv => long_csv::decode(bytes),
            Self::Promtool | Self::Prometheus | Self::OpenMetrics => Ok(promtool::decode(bytes)),
        }
    }

    /// The format that the bytes announce. Text that announces nothing is read as Prometheus' own.
    #[must_use]
    pub fn detect(bytes: &[u8]) -> Self {
        if protobuf::is_scrape(bytes) {
            return Self::Protobuf;
        }
        let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes).trim_ascii_start();
        let head = &text[..text.len().min(HEAD)];
        let has = |needle: &str| memmem::find(head, needle.as_bytes()).is_some();
        if text.starts_with(b"[") {
            // A list, or the time of a line in brackets.
            return if go_metrics::is_log(head) {
                Self::GoMetrics
            } else if json_records::may_be(head) && !has("\"metric\":{") {
                Self::JsonRecords
            } else {
                Self::Api
            };
        }
        // `{"go.goroutine.count",…} 1` and `{__name__="x"} 1` begin with a brace too; after a key of JSON comes a colon.
        if text.starts_with(b"{") && is_json_object(text) {
            let first = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
            let in_first = |needle: &str| memmem::find(first, needle.as_bytes()).is_some();
            return if has("\"resourceMetrics\"") {
                Self::OtlpJson
            } else if go_metrics::is_answer(head) {
                Self::GoMetrics
            } else if has("\n{") && mem_stats_log::is_log(head) {
                Self::MemStatsLog
            } else if in_first("\"metric\"") && in_first("\"timestamps\"") && in_first("\"values\"") {
                Self::VictoriaMetrics
            } else if has("\"resultType\"") || has("\"errorType\"") || has("\"status\"") && !json_records::may_be(head)
            {
                Self::Api
            } else if json_records::may_be(head) && !has("\"/gc/") && !has("\"/memory/classes/") {
                Self::JsonRecords
            } else if has("\"/") && !has("\"memstats\"") {
                Self::RuntimeMetrics
            } else {
                Self::Expvar
            };
        }
        if memmem::find(text, b"# runtime.MemStats").is_some() {
            return Self::MemStats;
        }
        if is_promtool(head) {
            return Self::Promtool;
        }
        if long_csv::is_table(head) {
            return Self::LongCsv;
        }
        if panel_csv::is_panel(head) {
            return Self::PanelCsv;
        }
        if influx::is_lines(head) {
            return Self::InfluxLines;
        }
        if mem_stats_log::is_log(head) {
            return Self::MemStatsLog;
        }
        if go_metrics::is_log(head) {
            return Self::GoMetrics;
        }
        if runtime_metrics::is_lines(head) {
            return Self::RuntimeMetrics;
        }
        match Dialect::detect(bytes) {
            Dialect::OpenMetrics => Self::OpenMetrics,
            Dialect::Prometheus => Self::Prometheus,
        }
    }
}

fn is_json_object(text: &[u8]) -> bool {
    let inside = text[1..].trim_ascii_start();
    if inside.starts_with(b"}") {
        return text.trim_ascii_end().len() == text.len() - inside.len() + 1;
    }
    let Some(key) = inside.strip_prefix(b"\"") else { return false };
    let mut escaped = false;
    let end = key.iter().position(|&byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    });
    end.is_some_and(|end| key[end + 1..].trim_ascii_start().starts_with(b":"))
}

/// `name{…} =>`, and times as `@[…]`, on the first line that says anything.
fn is_promtool(head: &[u8]) -> bool {
    let line = head.split(|&byte| byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    memmem::find(line, b" =>").is_some_and(|at| {
        let after = line[at + 3..].trim_ascii();
        after.is_empty() || after.ends_with(b"]")
    })
}

/// What announces a format stands near its beginning.
const HEAD: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_announce_themselves() {
        for (text, format) in [
            ("", Format::Prometheus),
            ("go_goroutines 1\n", Format::Prometheus),
            ("{__name__=\"a\", b=\"c\"} 1 1700000000000\n", Format::Prometheus),
            ("{\"go.goroutine.count\"} 1\n", Format::Prometheus),
            ("# TYPE a gauge\na 1\n# EOF\n", Format::OpenMetrics),
            ("{\"status\":\"success\",\"data\":{}}", Format::Api),
            ("\n{ \"status\" : \"error\"}", Format::Api),
            ("up{job=\"x\"} =>\n1 @[1700000000]\n", Format::Promtool),
            ("up => 1 @[1700000000.123]\n", Format::Promtool),
            ("{\"cmdline\":[],\"memstats\":{\"Alloc\":1}}", Format::Expvar),
            ("heap profile: 0: 0\n\n# runtime.MemStats\n# Alloc = 1\n", Format::MemStats),
            ("{\"/gc/heap/live:bytes\":1}", Format::RuntimeMetrics),
            ("Time,go_goroutines\n2026-11-28 10:00:00,12\n", Format::PanelCsv),
            ("2026/11/28 10:00:00 Alloc = 3 MiB TotalAlloc = 6 MiB NumGC = 1\n", Format::MemStatsLog),
            (
                "{\"msg\":\"up\"}\n{\"ts\":\"2026-11-28T10:00:00Z\",\"heap_alloc\":4,\"next_gc\":8,\"num_gc\":1}\n",
                Format::MemStatsLog,
            ),
            ("runtime,host=a Alloc=1i,NumGC=2i 1663184060000000000\n", Format::InfluxLines),
            ("/gc/gogc:percent: 100\n/gc/heap/live:bytes: 1\n/gc/heap/goal:bytes: 2\n", Format::RuntimeMetrics),
            ("[2026-11-28 10:00:00 +0000 UTC][G] 'vault.runtime.alloc_bytes': 1.000\n", Format::GoMetrics),
            ("{\"time\":1795860000,\"go_goroutines\":1}", Format::JsonRecords),
            ("[{\"time\":1795860000,\"go_goroutines\":1}]", Format::JsonRecords),
            ("[{\"metric\":{\"__name__\":\"go_goroutines\"},\"value\":[1,\"2\"],\"time\":1}]", Format::Api),
            ("time,metric,value\n1795860000,go_goroutines,12\n", Format::LongCsv),
            ("{\"resourceMetrics\":[]}\n{\"resourceMetrics\":[]}\n", Format::OtlpJson),
            ("{\"metric\":{},\"values\":[1],\"timestamps\":[1]}\n{}", Format::VictoriaMetrics),
        ] {
            assert_eq!(Format::detect(text.as_bytes()), format, "{text}");
        }
        for &format in Format::ALL {
            assert_eq!(Format::from_name(format.name()), Some(format));
        }
    }
}
