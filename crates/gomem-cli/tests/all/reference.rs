//! `docs/reference/command.md` is what the command's help says; `make commands` writes it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write;

use gomem_testkit::assert_page;

const HEAD: &str = "\
# The command

This page is printed from the command's own help by `make commands`. A test fails when it is stale.

## Exit codes

| code | meaning |
|---:|---|
| 0 | Everything is fine. A gate passes, or its evidence is insufficient: then standard error says so. |
| 1 | A gate failed: `--fail-on` found what it names, or `--listen-check` found an open address. Standard error names \
the gate. |
| 2 | The command line is wrong. The message says which option. |
| 3 | The input is bad: missing, damaged, of another kind, or the log of a failed build. The message says which file, \
where in it, what is wrong and what to do. |
| 130 | Ctrl-C or SIGTERM ended the work. `serve` has no other end: it exits with 0. |

Results go to standard output. Messages go to standard error.

There are these gates; `crates/gomem-cli/tests/all/gates.rs` has a table of inputs with the exit code of each:

| command | `--fail-on` | fails on |
|---|---|---|
| `escape --diff` | `new` | something new that may allocate |
| `bench` | `allocs/op>0%`, `ns/op>5%`, `B/op>16` | a benchmark that is shown to be worse by more, whatever chance makes of so many; of times by ten starts of the test program or so |
| `bench --escapes` | `new-escape` | something new that may allocate |
| `diff` | `growth`, `growth>5%`, `growth>1MiB` | a key that grew by more, beyond what the sampling explains |
| `diff` | `total`, `total>5%` | the same of the sum |
| `compare` | `new-leak` | a leak that was not there before |
| `compare` | `new-line`, `new-line>1%` | a line that allocates for the same work what it did not before |
| `postmortem`, `diagnose` | `critical`, `warning`, `info` | a finding that is at least so severe |

## Forms

Every command that prints a table takes `--format text`, `csv`, `json`, `ndjson`, `markdown`, `parquet` or `arrow`, with \
the columns of [its frame](tables.md). `text` and `markdown` are for people: they have fewer columns, and the first 30 \
rows unless `-n` says how many. `json` is one document, `{\"schema_version\": 1, \"table\": …, \"rows\": […]}`; `ndjson` \
is one row a line. `ndjson` and `csv` have the version as their last column, `schema_version`, since a line above the rows \
would be a row to most readers; `parquet` and `arrow` have `schema_version` and `table` in the metadata of their schema. \
The version counts up when a column goes or changes its meaning, not when one is added.

`escape --diff`, `bench`, `diff`, `compare` and `postmortem` also take `sarif`, `github` and `gitlab`, and their \
`markdown` is a comment for a [pull request](../how-to/gate.md).
";

#[test]
fn the_page_of_commands_is_what_help_says() {
    assert_page("docs/reference/command.md", &page(), "make commands");
}

fn page() -> String {
    let mut page = format!("{HEAD}\n## gomem\n\n```text\n{}```\n", help(&["--help"]));
    for command in commands() {
        write!(page, "\n## gomem {command}\n\n```text\n{}```\n", help(&[&command, "--help"])).unwrap();
    }
    page
}

/// Their names, in the order of the list in `gomem --help`.
fn commands() -> Vec<String> {
    let help = help(&["--help"]);
    let list = help.split_once("Commands:\n").expect("a list of commands").1;
    let list = list.split_once("\n\n").expect("an end of the list").0;
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<_> = names.filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect();
    assert!(names.len() > 15, "{names:?}");
    names.into_iter().filter(|name| name != "help").collect()
}

fn help(arguments: &[&str]) -> String {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = gomem_cli::run(["gomem"].iter().chain(arguments).copied(), &mut out, &mut err);
    assert_eq!((code, err), (0, Vec::new()), "{arguments:?}");
    let text = String::from_utf8(out).unwrap();
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}
