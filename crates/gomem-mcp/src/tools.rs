//! The tools there are. A row says what a tool takes and which command answers.

use crate::{
    argument::{Kind, Parameter},
    tool::{Answer, Tool},
};

/// The tools, in the order in which they are asked for.
pub(crate) const TOOLS: &[Tool] = &[
    Tool {
        name: "files",
        title: "What there is",
        doc: "Lists the files below the folders that may be read, with what each looks like (a profile, the compiler's log, metrics, \
              a GC trace, a heap dump, a core, an execution trace). Begin here when you do not know the paths. A folder with \
              several of them is a bundle: ask `postmortem` of it.",
        answer: Answer::Files,
        parameters: &[Parameter::placed("folder", Kind::Path, "Only below this folder.")],
        columns: &[],
    },
    Tool {
        name: "postmortem",
        title: "What is wrong, ranked",
        doc: "Joins all that a Go program left behind in a folder (profiles, the compiler's log, metrics, GC trace, dumps) into \
              findings, ranked by what they cost: the line, its share of the bytes, the cause. Ask this first of a bundle; \
              then `findings` for advice, savings and evidence. Other parts: `sites` (what one place allocates for one \
              reason), `lines`, `rules` (27 verdicts on the runtime's metrics), `waterfall` (where the memory is), `gogc`, \
              `sources` (the lines, where the bundle has them), `benchmarks` and `benchmark_lines`, `files` and `unused_files` (what was read).",
        answer: Answer::Report(&[
            "findings",
            "overview",
            "sites",
            "lines",
            "rules",
            "waterfall",
            "gogc",
            "files",
            "sources",
            "benchmarks",
            "benchmark_lines",
            "remarks",
            "unused_files",
        ]),
        parameters: &[BUNDLE],
        columns: &[
            "rank",
            "severity",
            "kind",
            "place",
            "callee",
            "short_function",
            "bytes_fraction",
            "bytes",
            "reason",
            "confidence",
            "title",
            "rule",
            "verdict",
            "inuse_bytes",
        ],
    },
    Tool {
        name: "findings",
        title: "What to do about it",
        doc: "The findings of a bundle with their advice (`action`), what a fix saves in GC cycles with its 90 % interval \
              (`gc_cycles_saved_fraction` and its `_low` and `_high`), the compiler's message, and who keeps leaked memory. \
              where {\"rank\": 1} is the first alone; columns [\"*\"] has the evidence of each number as well.",
        answer: Answer::Report(&["findings"]),
        parameters: &[BUNDLE],
        columns: &[
            "rank",
            "severity",
            "kind",
            "place",
            "bytes_fraction",
            "cause",
            "gc_cycles_saved_fraction",
            "gc_cycles_saved_fraction_low",
            "gc_cycles_saved_fraction_high",
            "confidence",
            "title",
            "action",
            "summary",
            "compiler_message",
        ],
    },
    Tool {
        name: "attribute",
        title: "Which line allocates most, and why",
        doc: "Where one heap profile allocates, the largest first, with the compiler's reason for each place and what to change. \
              Give the log of the same build (go build -gcflags=all=-m=2) for reasons, and a GC trace for what each site would \
              save. `by` line sums up the lines of the user's own code.",
        answer: Answer::Rows(&["attribute", "--format=ndjson", "--named-only"]),
        parameters: &[
            Parameter::needed("profile", Kind::Path, "A heap profile (heap or allocs, .pb.gz)."),
            Parameter::placed(
                "logs",
                Kind::Paths,
                "The compiler's logs of the same build, or the folder of -json=0,DIR.",
            ),
            Parameter::option(
                "gctrace",
                "--gctrace",
                Kind::Path,
                "A log with GODEBUG=gctrace=1 lines, or a bundle: adds savings.",
            ),
            Parameter::option(
                "trace",
                "--trace",
                Kind::Path,
                "An execution trace of the same build: adds help given to the GC.",
            ),
            Parameter::option(
                "cpu",
                "--cpu",
                Kind::Path,
                "A CPU profile of the same run: proves what the log does not say.",
            ),
            Parameter::option("binary", "--binary", Kind::Path, "The program: proves what every line calls."),
            GO_VERSION,
            Parameter::option("own", "--own", Kind::Texts, "Whose code is the user's own, as example.com/app/...."),
            Parameter::option("by", "--by", Kind::Choice(&["site", "line"]), "What a row is; without it, a site."),
            Parameter::option(
                "sample_type",
                "--sample-type",
                Kind::Choice(&["alloc_space", "alloc_objects", "inuse_space", "inuse_objects"]),
                "What sites are ranked by, not with `by`; without it, bytes allocated over the program's life.",
            ),
        ],
        columns: &[
            "place",
            "own_place",
            "short_function",
            "callee",
            "bytes_fraction",
            "bytes",
            "objects",
            "inuse_bytes",
            "reason",
            "cause",
            "certainty",
            "compiler_message",
            "explanation",
            "advice",
            "gc_cycles_saved_fraction",
        ],
    },
    Tool {
        name: "list",
        title: "A function, line by line",
        doc: "Functions whose names match, line by line: what each line allocates itself (flat) and with what it calls (cum), as \
              `go tool pprof -list` has them, and what the compiler decided on it. With `source`, the text of each line.",
        answer: Answer::Rows(&["list", "--format=ndjson"]),
        parameters: &[
            Parameter::needed(
                "pattern",
                Kind::Text,
                "A regular expression of Go's syntax: store\\.\\(\\*Sessions\\)\\.touch.",
            ),
            Parameter::needed("profile", Kind::Path, "The profile."),
            Parameter::placed("logs", Kind::Paths, "The compiler's logs of the same build."),
            Parameter::option(
                "source",
                "--source",
                Kind::Paths,
                "Folders with the sources: a checkout, a module cache.",
            ),
            SAMPLE_TYPE,
            GO_VERSION,
            Parameter::option("focus", "--focus", Kind::Text, "Only stacks with a frame that matches."),
            Parameter::option("ignore", "--ignore", Kind::Text, "No stack with a frame that matches."),
        ],
        columns: &["function", "line", "flat", "cum", "text", "bytes", "objects", "decisions", "file", "note"],
    },
    Tool {
        name: "growth",
        title: "Which site leaks",
        doc: "How the memory of each line goes over a series of heap profiles of one process: what grows, how fast, how sure that \
              is, and whether it fills up like a cache. Give three profiles or more, minutes apart.",
        answer: Answer::Rows(&["growth", "--format=ndjson"]),
        parameters: &[
            Parameter::needed("profiles", Kind::Paths, "Heap profiles of one program, in any order."),
            Parameter::option("sample_type", "--sample-type", Kind::Text, "What to follow; without it, inuse_space."),
        ],
        columns: &[],
    },
    Tool {
        name: "diff",
        title: "What differs between two profiles",
        doc: "What is different between two profiles, before a change and after it: the difference of each key, with the interval \
              that the sampling leaves (delta_low, delta_high). An interval with 0 in it shows no change.",
        answer: Answer::Rows(&["diff", "--format=ndjson"]),
        parameters: &[
            Parameter::needed("base", Kind::Path, "The earlier profile."),
            Parameter::needed("current", Kind::Path, "The later one."),
            Parameter::option(
                "by",
                "--by",
                Kind::Choice(&["function", "filefunction", "file", "line", "package", "module", "origin"]),
                "What is compared; without it, functions.",
            ),
            SAMPLE_TYPE,
            Parameter::option(
                "normalize",
                "--normalize",
                Kind::Flag,
                "Scale the later profile to the earlier one's totals.",
            ),
        ],
        columns: &[],
    },
    Tool {
        name: "bench",
        title: "What a change does to benchmarks",
        doc: "Compares what `go test -bench -benchmem` printed before a change and after it, with the statistics of benchstat; \
              `verdict` `same` is nothing shown, `unsure` so few runs do not tell. With memory profiles of the same runs \
              (-memprofile, -memprofilerate=1, -benchtime=1000x) `show` lines says at which lines allocations changed, with \
              logs why. One output alone is summed up; with its profile, `show` lines says where it allocates.",
        answer: Answer::Rows(&["bench", "--format=ndjson"]),
        parameters: &[
            Parameter::needed("outputs", Kind::Paths, "What it printed: before and after, or one."),
            Parameter::option("profile_before", "--profile-before", Kind::Paths, "Memory profiles of the runs before."),
            Parameter::option("profile", "--profile", Kind::Paths, "Memory profiles of the runs after, or of the one."),
            Parameter::option("escapes_before", "--escapes-before", Kind::Path, "The compiler's log before."),
            Parameter::option("escapes", "--escapes", Kind::Path, "The compiler's log after, or of the one."),
            Parameter::option(
                "show",
                "--show",
                Kind::Choice(&["benchmarks", "runs", "lines"]),
                "Without it, benchmarks.",
            ),
        ],
        columns: &[
            "benchmark",
            "unit",
            "base",
            "current",
            "delta_fraction",
            "verdict",
            "value",
            "place",
            "callee",
            "allocs_delta",
            "bytes_delta",
            "allocs",
            "bytes",
            "reason",
            "compiler_message",
            "is_new_decision",
        ],
    },
    Tool {
        name: "escape",
        title: "What goes to the heap, and why",
        doc: "What the compiler's log says goes to the heap: the line, the cause, whether it allocates, and what to change. With \
              `before`, only what is new or gone since an earlier log, wherever lines moved to. A log has many rows: narrow \
              it by `where`, as {\"file\": \"store/\"}.",
        answer: Answer::Rows(&["escape", "--format=ndjson"]),
        parameters: &[
            Parameter::needed("logs", Kind::Paths, "Logs of one build (-gcflags=-m=2), or the folder of -json=0,DIR."),
            Parameter::option("before", "--diff", Kind::Path, "An earlier log of the same code."),
            Parameter::option(
                "show",
                "--show",
                Kind::Choice(&["escapes", "leaks", "inlining", "stack_buffers"]),
                "What to list, not with `before`; without it, escapes.",
            ),
        ],
        columns: &[
            "status",
            "file",
            "line",
            "column",
            "function",
            "subject",
            "message",
            "cause",
            "alloc_certainty",
            "advice",
            "param",
            "to",
            "callee",
            "can_inline",
            "cost",
            "reason",
            "copies",
        ],
    },
    Tool {
        name: "gogc",
        title: "What GOGC and GOMEMLIMIT do",
        doc: "What other settings of GOGC and GOMEMLIMIT would do to a recorded run: GC cycles, peak heap and GC CPU, each with a \
              90 % interval. A `refusal` says why a setting is not predicted. With `recommend`, settings ranked for a \
              container of that much memory.",
        answer: Answer::Rows(&["gogc", "--format=ndjson"]),
        parameters: &[
            Parameter::needed(
                "recording",
                Kind::Path,
                "A log with GODEBUG=gctrace=1 lines, a scrape, or a bundle of both.",
            ),
            Parameter::option("gogc", "--gogc", Kind::Texts, "Values to try, as [\"50\", \"200\", \"off\"]."),
            Parameter::option(
                "memory_limit",
                "--memory-limit",
                Kind::Texts,
                "GOMEMLIMITs to try, as [\"512MiB\", \"2GiB\"].",
            ),
            Parameter::option("alloc_scale", "--alloc-scale", Kind::Number, "0.5 when a fix halves what is allocated."),
            Parameter::option(
                "recorded_gogc",
                "--recorded-gogc",
                Kind::Text,
                "What it ran with, where metrics do not tell.",
            ),
            Parameter::option("recorded_memory_limit", "--recorded-memory-limit", Kind::Text, "Likewise, as 2GiB."),
            Parameter::option(
                "recommend",
                "--recommend",
                Kind::Text,
                "Rank settings for a container of this much memory.",
            ),
            Parameter::option(
                "objective",
                "--objective",
                Kind::Choice(&["balanced", "throughput", "latency", "memory"]),
                "What to rank by, with `recommend`.",
            ),
            Parameter::option("leaking", "--leaking", Kind::Flag, "The program leaks: GOGC=off is not offered."),
        ],
        columns: &[],
    },
    Tool {
        name: "diagnose",
        title: "What the metrics say",
        doc: "27 rules on a Go program's metrics: each fired, is clear, or had too little evidence (insufficient, not_evaluable, \
              with the metrics it needs in `missing`). where {\"verdict\": \"fired\"} is what is wrong.",
        answer: Answer::Rows(&["diagnose", "--format=ndjson"]),
        parameters: &[
            Parameter::needed("metrics", Kind::Paths, "Files of metrics, or folders of <unix milliseconds>.prom."),
            Parameter::option(
                "gctrace",
                "--gctrace",
                Kind::Path,
                "A log with GODEBUG=gctrace=1 lines of the same program.",
            ),
            Parameter::option("memory_limit", "--memory-limit", Kind::Number, "The container's memory in bytes."),
            Parameter::option("prefix", "--prefix", Kind::Text, "What stands before the runtime's names, as myapp_."),
        ],
        columns: &["rule", "verdict", "severity", "confidence", "summary", "action", "missing"],
    },
    Tool {
        name: "heap",
        title: "Who keeps it alive",
        doc: "Who keeps memory alive, by a heap dump or a core: each byte by the global variable, goroutine, timer or finalizer \
              that holds it. Give the program's file: it names variables and types, and a core needs it. `path_to` says \
              in steps what one holder keeps. Contents are never shown.",
        answer: Answer::Rows(&["heap", "--format=ndjson"]),
        parameters: &[
            Parameter::needed("dump", Kind::Path, "What debug.WriteHeapDump wrote, or a core; gzipped or not."),
            Parameter::option("binary", "--binary", Kind::Path, "The program's file, with symbols."),
            Parameter::option("by", "--by", Kind::Choice(&["holder", "site", "type", "goroutine"]), "What a row is."),
            Parameter::option("path_to", "--path-to", Kind::Text, "What this holder keeps, in steps."),
            Parameter::option("windows", "--windows", Kind::Flag, "Small slices that keep a large buffer alive."),
            Parameter::option("maps", "--maps", Kind::Flag, "Maps and how full they are."),
            Parameter::option("before", "--before", Kind::Path, "An earlier dump: what changed since."),
            Parameter::option(
                "roots",
                "--roots",
                Kind::Choice(&["preferred", "all"]),
                "Which roots may keep an object.",
            ),
        ],
        columns: &[],
    },
    Tool {
        name: "trace",
        title: "Who pays for the garbage collector",
        doc: "By an execution trace: which lines, goroutines and tasks had to help the garbage collector, for how long; its \
              cycles, and every stop of the world (`pauses`).",
        answer: Answer::Rows(&["trace", "--format=ndjson"]),
        parameters: &[
            Parameter::needed("trace", Kind::Path, "What runtime/trace, go test -trace or the flight recorder wrote."),
            Parameter::option(
                "by",
                "--by",
                Kind::Choice(&[
                    "line",
                    "function",
                    "stack",
                    "goroutine",
                    "region",
                    "task",
                    "task-name",
                    "cycle",
                    "type",
                ]),
                "What a row is; `type` needs GODEBUG=traceallocfree=1.",
            ),
            Parameter::option("pauses", "--pauses", Kind::Flag, "Every stop of the world."),
            Parameter::option("sweeps", "--sweeps", Kind::Flag, "What allocations paid for sweeping."),
        ],
        columns: &[],
    },
];

/// The tool that is there only with a folder to write into.
pub(crate) const WRITE_REPORT: Tool = Tool {
    name: "write_report",
    title: "Write the report as a page",
    doc: "Writes the report of a bundle as one HTML file, which opens offline, into the folder that `gomem mcp --write` names. \
          A file that is there already stays.",
    answer: Answer::Written,
    parameters: &[BUNDLE, Parameter::placed("name", Kind::Text, "The new file's name, as report.html.")],
    columns: &[],
};

const BUNDLE: Parameter = Parameter::needed(
    "bundle",
    Kind::Path,
    "A folder with what the program left behind, or one file or archive of it.",
);

const GO_VERSION: Parameter =
    Parameter::option("go_version", "--go-version", Kind::Text, "The release of Go that built it, as go1.26.8.");

const SAMPLE_TYPE: Parameter = Parameter::option(
    "sample_type",
    "--sample-type",
    Kind::Text,
    "What to sum: alloc_space, alloc_objects, inuse_space, inuse_objects, cpu; without it, what the profile proposes.",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_can_choose() {
        let tools = || TOOLS.iter().chain([&WRITE_REPORT]);
        for tool in tools() {
            assert!(
                tool.doc.len() > 80 && tool.doc.len() < 800 && !tool.doc.contains("  "),
                "{}: {}",
                tool.name,
                tool.doc
            );
            for parameter in tool.parameters {
                assert!(parameter.doc.ends_with('.') && parameter.doc.len() > 11, "{}: {}", tool.name, parameter.name);
            }
            let schema = tool.schema();
            assert_eq!(schema["additionalProperties"], false);
        }
        let bytes: usize =
            tools().map(|tool| tool.doc.len() + serde_json::Value::from(tool.schema()).to_string().len()).sum();
        assert!(bytes < 32_000, "a client's model reads all of it: {bytes}");
        let mut names: Vec<&str> = tools().map(|tool| tool.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TOOLS.len() + 1);
    }
}
