//! What a command answered: rows, and what stands beside them.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, Write},
};

use gomem_table::VERSION_COLUMN;
use serde_json::{Map, Value};

use crate::{clean::cleaned, refusal::Refusal};

/// What a command answered.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// What stands beside the rows, on the first page.
    pub(crate) context: Map<String, Value>,
    /// The rows that were asked for, each as the JSON that the command wrote.
    pub(crate) rows: Vec<String>,
    /// How many there are besides.
    pub(crate) filtered_out: usize,
    pub(crate) digest: u64,
}

/// Which rows are asked for: columns, and what their texts hold or their numbers are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Where(pub(crate) Vec<(String, String)>);

/// Takes rows as the command writes them, a line each, and keeps those that are asked for.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    wanted: &'a Where,
    partial: Vec<u8>,
    kept: Vec<String>,
    kept_bytes: usize,
    seen: usize,
}

impl Document {
    /// Of a table, as it was written.
    pub(crate) fn from_rows(rows: Rows<'_>) -> Self {
        let filtered_out = rows.seen - rows.kept.len();
        Self { context: Map::new(), filtered_out, rows: rows.kept, digest: 0 }.digested()
    }

    /// Of a report: one of its parts, with how large the others are.
    pub(crate) fn from_report(report: &[u8], part: &str, wanted: &Where) -> Result<Self, Refusal> {
        let failed = |problem: serde_json::Error| Refusal::Panic(format!("the report is no JSON: {problem}"));
        let Value::Object(mut members) = serde_json::from_slice(report).map_err(failed)? else {
            return Err(Refusal::Panic("the report is no object".to_owned()));
        };
        let rows = match members.remove(part) {
            Some(Value::Array(rows)) => rows,
            Some(value) => vec![value],
            None => return Err(Refusal::argument("part", "the report has no such part")),
        };
        let all = rows.len();
        let rows: Vec<String> = rows.iter().filter(|row| wanted.admits(row)).map(Value::to_string).collect();
        let context = members.into_iter().map(|(name, value)| match value {
            Value::Array(items) => (name, format!("{} rows", items.len()).into()),
            value => (name, value),
        });
        Ok(Self { context: context.collect(), filtered_out: all - rows.len(), rows, digest: 0 }.digested())
    }

    /// A row, fit to be shown. The version of its schema, the same in all of them, is not worth its bytes.
    pub(crate) fn row(&self, index: usize) -> Option<Value> {
        let mut row: Value = serde_json::from_str(self.rows.get(index)?).ok()?;
        if let Some(fields) = row.as_object_mut() {
            fields.remove(VERSION_COLUMN);
        }
        Some(cleaned(row))
    }

    pub(crate) fn bytes(&self) -> usize {
        self.rows.iter().map(|row| row.len() + size_of::<String>()).sum()
    }

    /// Of a fixed key: the same document has the same handles in every run.
    fn digested(mut self) -> Self {
        let mut hasher = DefaultHasher::new();
        self.rows.hash(&mut hasher);
        self.digest = hasher.finish();
        self
    }
}

impl Where {
    fn admits(&self, row: &Value) -> bool {
        self.0.iter().all(|(column, wanted)| match row.get(column) {
            Some(Value::String(text)) => text.contains(wanted.as_str()),
            Some(Value::Null) | None => false,
            Some(Value::Array(items)) => items.iter().any(|item| text_of(item).contains(wanted.as_str())),
            Some(other) => text_of(other).as_str() == wanted.as_str(),
        })
    }
}

impl<'a> Rows<'a> {
    pub(crate) fn new(wanted: &'a Where) -> Self {
        Self { wanted, partial: Vec::new(), kept: Vec::new(), kept_bytes: 0, seen: 0 }
    }

    /// Whether there was more than is held.
    pub(crate) fn is_full(&self) -> bool {
        self.kept_bytes.max(self.partial.len()) > MOST_BYTES
    }

    fn take(&mut self, line: &[u8]) -> io::Result<()> {
        self.seen += 1;
        let text = str::from_utf8(line).map_err(io::Error::other)?;
        if !self.wanted.0.is_empty() && !self.wanted.admits(&serde_json::from_str(text)?) {
            return Ok(());
        }
        self.kept_bytes += text.len() + size_of::<String>();
        self.kept.push(text.to_owned());
        within(self.kept_bytes)
    }
}

impl Write for Rows<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lines = bytes.split(|byte| *byte == b'\n');
        let last = lines.next_back().unwrap_or_default();
        for line in lines {
            self.partial.extend_from_slice(line);
            let whole = std::mem::take(&mut self.partial);
            if !whole.is_empty() {
                self.take(&whole)?;
            }
        }
        self.partial.extend_from_slice(last);
        within(self.partial.len())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes a whole answer, up to a size.
#[derive(Debug, Default)]
pub(crate) struct Whole {
    pub(crate) bytes: Vec<u8>,
    /// Whether there was more than is held.
    pub(crate) is_full: bool,
}

impl Write for Whole {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.is_full |= self.bytes.len() + bytes.len() > MOST_BYTES;
        if self.is_full {
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn within(bytes: usize) -> io::Result<()> {
    if bytes <= MOST_BYTES { Ok(()) } else { Err(io::ErrorKind::QuotaExceeded.into()) }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Of an answer that is held.
pub(crate) const MOST_BYTES: usize = 32 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn written(wanted: &Where, pieces: &[&str]) -> Document {
        let mut rows = Rows::new(wanted);
        pieces.iter().for_each(|piece| rows.write_all(piece.as_bytes()).unwrap());
        Document::from_rows(rows)
    }

    #[test]
    fn rows_are_kept_as_they_were_written_and_only_those_that_are_asked_for() {
        let pieces = ["{\"file\":\"a/x.go\",", "\"line\":3}\n{\"file\":\"b.go\"", ",\"line\":30,\"tags\":[\"p q\"]}\n"];
        let all = written(&Where::default(), &pieces);
        assert_eq!((all.rows.len(), all.filtered_out), (2, 0));
        assert_eq!(all.row(0), Some(serde_json::json!({ "file": "a/x.go", "line": 3 })));
        let only = |column: &str, text: &str| {
            let wanted = Where(vec![(column.to_owned(), text.to_owned())]);
            written(&wanted, &pieces).rows.len()
        };
        assert_eq!(
            (only("file", "go"), only("file", "x.go"), only("line", "3"), only("tags", "p"), only("no", "")),
            (2, 1, 1, 1, 0)
        );
        assert_eq!(all.digest, written(&Where::default(), &[&pieces.concat()]).digest);
        assert_ne!(all.digest, written(&Where::default(), &pieces[..2]).digest);
    }

    #[test]
    fn an_answer_without_end_is_not_held() {
        let line = format!("{{\"x\":\"{}\"}}\n", "y".repeat(1 << 20));
        let (wanted, other) = (Where::default(), Where(vec![("x".to_owned(), "z".to_owned())]));
        let mut rows = Rows::new(&wanted);
        assert!((0..64).try_for_each(|_| rows.write_all(line.as_bytes())).is_err());
        let mut rows = Rows::new(&other);
        assert!((0..64).try_for_each(|_| rows.write_all(line.as_bytes())).is_ok(), "what is not kept costs nothing");
        let mut whole = Whole::default();
        assert!((0..64).try_for_each(|_| whole.write_all(line.as_bytes())).is_err());
    }
}
