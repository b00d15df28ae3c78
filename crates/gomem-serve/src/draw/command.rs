//! The command line that says the same.

use std::path::Path;

use crate::{
    chosen::Chosen,
    query::{FROM, Query, TO},
    view::View,
};

/// The command that gives the same numbers, where there is one; `bundle` is the folder, or the one file, that is served.
pub(crate) fn command(view: View, query: &Query, chosen: Option<&Chosen<'_>>, bundle: &Path) -> Option<String> {
    if view == View::Report {
        let pairs = query.pairs();
        let window: String = pairs.iter().map(|(name, value)| format!(" --{name} {}", word(value))).collect();
        let report = || format!("gomem postmortem {}{window} -o report.html", word(&bundle.display().to_string()));
        return pairs.iter().all(|(name, _)| [FROM, TO].contains(name)).then(report);
    }
    let chosen = chosen?;
    let path = |name: &str| {
        let path = if bundle.is_dir() { bundle.join(name) } else { bundle.to_owned() };
        word(&path.display().to_string())
    };
    let profile = path(&chosen.named.name);
    let earlier = chosen.earlier.map(|earlier| path(&earlier.name));
    let mut words = vec!["gomem".to_owned()];
    match (view, earlier) {
        (View::Top, None) => words.extend(["top".to_owned(), profile]),
        (View::Top, Some(earlier)) => words.extend(["diff".to_owned(), earlier, profile]),
        (View::Flame, None) => words.extend(["flame".to_owned(), profile]),
        (View::Flame, Some(earlier)) => words.extend(["flame".to_owned(), profile, "--base".to_owned(), earlier]),
        (View::List, None) if !query.list.is_empty() => words.extend(["list".to_owned(), word(&query.list), profile]),
        (View::Labels, None) => words.extend(["tags".to_owned(), profile]),
        (View::Sizes, None) => words.extend(["convert".to_owned(), profile, "--table".to_owned(), "sizes".to_owned()]),
        (View::Report | View::List | View::Sites | View::Sizes | View::Labels, _) => return None,
    }
    if view != View::Sizes {
        words.extend(["-s".to_owned(), chosen.sample_type_name().to_owned()]);
    }
    if let Some(by) = query.by.filter(|_| view == View::Top) {
        words.extend(["--by".to_owned(), by.name().to_owned()]);
    }
    for (name, value) in query.filters() {
        // A value that begins with a dash would be an option.
        words.push(format!("--{}={}", name.replace('_', "-"), word(&value)));
    }
    if view == View::Sizes {
        words.extend(["--to".to_owned(), "csv".to_owned()]);
    }
    if view == View::Flame {
        words.extend(["-o".to_owned(), "flame.html".to_owned()]);
    }
    Some(words.join(" "))
}

/// A word of a shell.
fn word(text: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_./:,=@%+".contains(char);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_a_word_as_it_is() {
        assert_eq!(word("before/heap-3.pb.gz"), "before/heap-3.pb.gz");
        assert_eq!(word("a(b|c)$"), "'a(b|c)$'");
        assert_eq!(word("it's"), "'it'\\''s'");
        assert_eq!(word(""), "''");
    }
}
