//! What can be changed about a call that allocates much, by the function called.

use std::sync::LazyLock;

use gomem_symbol::{Symbol, is_major_version};

use crate::attribution::Bytes;

/// What an expert does about a call of `callee` whose bytes these are. `None` where what is inside has to be looked at.
pub(crate) fn call_advice(callee: &str, inside: &Bytes<'_>) -> Option<&'static str> {
    let name = plain(callee);
    let calls = || TABLE.iter().filter(|row| row.is_call);
    let of_package = calls().find(|row| !row.is_general() && is_match(row.function, &name));
    let general = || calls().find(|row| row.is_general() && is_general_match(row.function, &name));
    let inside = || by_inside(inside);
    of_package.map(|row| row.advice).or_else(inside).or_else(|| general().map(|row| row.advice))
}

/// The advice about what most of the bytes are allocated in.
fn by_inside(inside: &Bytes<'_>) -> Option<&'static str> {
    let parts = inside.parts(|site| {
        let name = plain(&site.place.function);
        TABLE.iter().filter(|row| !row.is_call).position(|row| is_match(row.function, &name))
    });
    let largest = parts.first().filter(|part| part.bytes.saturating_mul(2) >= inside.bytes)?;
    TABLE.iter().filter(|row| !row.is_call).nth(largest.key?).map(|row| row.advice)
}

/// A row of `assets/calls.tsv`.
#[derive(Debug)]
struct Row {
    is_call: bool,
    function: &'static str,
    advice: &'static str,
}

impl Row {
    /// Whether it is for functions of any package.
    fn is_general(&self) -> bool {
        self.function.starts_with("*.")
    }
}

static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let rows = include_str!("../../assets/calls.tsv").lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|line| {
        let mut cells = line.split('\t');
        let (place, function, advice) = (cells.next()?, cells.next()?, cells.next()?);
        Some(Row { is_call: place == "call", function, advice })
    })
    .collect()
});

/// The name that the table has: without type arguments, closures and the major version of the module.
fn plain(function: &str) -> String {
    let symbol = Symbol::decode(function);
    let package: Vec<&str> = symbol.package().split('/').filter(|part| !is_major_version(part)).collect();
    format!("{}.{}", package.join("/"), symbol.declared())
}

/// Whether a name fits a pattern, in which `*` stands for any text and `(*T)` for itself.
fn is_match(pattern: &str, name: &str) -> bool {
    let pattern = pattern.replace("(*", "(\0");
    let name = name.replace("(*", "(\0");
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// Whether a function, no method, has the words of a pattern for any package: `*.New*` is `NewReader` and not `Newest`.
fn is_general_match(pattern: &str, name: &str) -> bool {
    let local = name.rsplit('.').next().unwrap_or_default();
    let words = pattern.trim_start_matches("*.").trim_end_matches('*').split('*').next().unwrap_or_default();
    let is_word = local.strip_prefix(words).is_some_and(|rest| !rest.starts_with(|next: char| next.is_lowercase()));
    is_word && !name.contains(").") && is_match(pattern, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_whole_and_each_is_reached() {
        let lines = include_str!("../../assets/calls.tsv").lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines.clone().count(), TABLE.len());
        for line in lines {
            let cells: Vec<&str> = line.split('\t').collect();
            let [place @ ("call" | "inside"), function, advice] = cells[..] else { panic!("not three cells: {line}") };
            assert!(advice.ends_with('.') && advice.len() < 240, "{line}");
            // A name that fits the pattern must find this row, not one before it.
            let example = function.replace("(*", "(\0").replace('*', "X").replace("(\0", "(*");
            let first = TABLE.iter().find(|row| row.is_call == (place == "call") && is_match(row.function, &example));
            assert_eq!(first.map(|row| row.function), Some(function), "a row before it takes all of its functions");
        }
    }

    #[test]
    fn calls_have_the_advice_of_their_package() {
        let advice = |callee| call_advice(callee, &Bytes::default()).unwrap_or_default();
        for (callee, part) in [
            ("fmt.Sprintf", "fmt.Appendf"),
            ("fmt.Errorf", "package variable"),
            ("strings.Fields", "FieldsSeq"),
            ("compress/gzip.NewWriterLevel", "Reset"),
            ("encoding/json.Marshal", "Encode"),
            ("encoding/json.(*Decoder).Decode", "Decoder has a buffer"),
            ("github.com/klauspost/compress/zstd.NewWriter", "EncodeAll"),
            ("github.com/yuin/goldmark.New", "make it once"),
            ("slices.Clone[go.shape.[]int,go.shape.int]", "changed afterwards"),
            ("gopkg.in/yaml.v3.Unmarshal", "configuration once"),
        ] {
            assert!(advice(callee).contains(part), "{callee}: {}", advice(callee));
        }
        for callee in
            ["github.com/yuin/goldmark.(*markdown).Convert", "main.renew", "registry.IndexOf", "store.(*DB).Newest"]
        {
            assert_eq!(call_advice(callee, &Bytes::default()), None, "{callee}");
        }
    }
}
