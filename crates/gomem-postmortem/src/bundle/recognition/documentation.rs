//! What a project says of itself.

/// Whether a file is a project's documentation, by its name: what that quotes is of other runs, or of none, and nobody means it
/// as evidence when a folder is given.
pub(crate) fn is_documentation(name: &str) -> bool {
    let mut folders = name.split('/').rev();
    let file = folders.next().unwrap_or_default();
    let (stem, extension) = file.rsplit_once('.').unwrap_or((file, ""));
    let is_text = |known: &[&str]| known.iter().any(|known| extension.eq_ignore_ascii_case(known));
    let is_named = DOCUMENTS.iter().any(|document| stem.eq_ignore_ascii_case(document));
    let is_in_docs = folders.any(|folder| matches!(folder, "doc" | "docs"));
    is_named && (extension.is_empty() || is_text(&["txt"]) || is_text(&MARKUP)) || is_in_docs && is_text(&MARKUP)
}

pub(crate) const DOCUMENTATION: &str =
    "a project's documentation, by its name: give a text about a run another name, as `report.md`";

/// What projects call the files about themselves.
const DOCUMENTS: [&str; 14] = [
    "readme",
    "changelog",
    "changes",
    "history",
    "news",
    "contributing",
    "security",
    "license",
    "licence",
    "copying",
    "authors",
    "maintainers",
    "governance",
    "code_of_conduct",
];
const MARKUP: [&str; 5] = ["md", "markdown", "rst", "adoc", "asciidoc"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_documentation() {
        for name in ["README.md", "app/readme", "CHANGELOG.md", "docs/memory.md", "a/doc/gc.rst", "LICENSE.txt"] {
            assert!(is_documentation(name), "{name}");
        }
        for name in ["report.md", "issue.md", "docs/heap.pb.gz", "docs/app.log", "readme.log", "notes.txt", "news.json"]
        {
            assert!(!is_documentation(name), "{name}");
        }
    }
}
