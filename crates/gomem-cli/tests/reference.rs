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
| 0 | Everything is fine. |
| 1 | A gate failed: `--fail-on` found what it names, or `--listen-check` found an open address. |
| 2 | The command line is wrong. The message says which option. |
| 3 | The input is bad: missing, damaged, of another kind, or the log of a failed build. The message says which file, \
where in it, what is wrong and what to do. |
| 130 | Ctrl-C or SIGTERM ended the work. |

Results go to standard output. Messages go to standard error.
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
