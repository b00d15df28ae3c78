//! The events of `go test -json`: what each package printed.

use std::borrow::Cow;

use serde_json::Value;

/// The text that was printed, package by package; any other text is as it was.
pub(crate) fn printed(text: &str) -> Cow<'_, str> {
    let first = text.trim_start();
    if !first.starts_with('{') || !first.lines().next().is_some_and(|line| line.contains("\"Action\":")) {
        return Cow::Borrowed(text);
    }
    // A line of a benchmark comes in parts, and those of several packages in between.
    let mut packages: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        let event: Option<Value> = serde_json::from_str(line).ok();
        let field = |name: &str| event.as_ref().and_then(|event| event.get(name)?.as_str());
        let package = field("Package").or_else(|| field("ImportPath")).unwrap_or_default();
        let output = match &event {
            Some(_) => field("Output").unwrap_or_default(),
            None => line,
        };
        let at = packages.iter().position(|(known, _)| known == package).unwrap_or_else(|| {
            packages.push((package.to_owned(), String::new()));
            packages.len() - 1
        });
        packages[at].1.push_str(output);
        if event.is_none() {
            packages[at].1.push('\n');
        }
    }
    let text = |(_, mut text): (String, String)| {
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text
    };
    Cow::Owned(packages.into_iter().map(text).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_joined_by_package() {
        let events = "{\"Action\":\"output\",\"Package\":\"a\",\"Output\":\"BenchmarkA-2 \\t\"}\n\
                      {\"Action\":\"output\",\"Package\":\"b\",\"Output\":\"pkg: b\\n\"}\n\
                      {\"Action\":\"output\",\"Package\":\"a\",\"Output\":\" 10 5 ns/op\\n\"}\n\
                      {\"Action\":\"pass\",\"Package\":\"a\"}\n";
        assert_eq!(printed(events), "BenchmarkA-2 \t 10 5 ns/op\npkg: b\n");
        assert_eq!(printed("{\"a\": 1}"), "{\"a\": 1}");
    }
}
