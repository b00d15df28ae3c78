//! A page of a document: as many rows as there is room for.

use serde_json::{Map, Value, json};

use crate::{
    clean::{cleaned, cut},
    cursor::Cursor,
    document::Document,
    piece::{continued, piece, size},
    refusal::Refusal,
};

/// What a page is of.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    pub(crate) document: &'a Document,
    /// The command line that a person can run for the same.
    pub(crate) command: &'a str,
    /// What the command remarked.
    pub(crate) notes: &'a [String],
    /// The columns that are shown, of those there are.
    pub(crate) columns: Columns,
}

/// Which columns of rows are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Columns {
    All,
    These(Vec<String>),
}

impl Page<'_> {
    /// The first page, or what a handle leads to.
    pub(crate) fn answer(&self, at: Option<&Cursor>) -> Result<Value, Refusal> {
        match at {
            Some(cursor) if !cursor.pointer.is_empty() => self.inner(cursor),
            Some(cursor) => self.rows(cursor.row),
            None => self.rows(0),
        }
    }

    fn rows(&self, from: usize) -> Result<Value, Refusal> {
        let document = self.document;
        let all = document.rows.len();
        if from > all {
            return Err(Refusal::Cursor("there are no so many rows: pass a cursor as it was, or leave it out"));
        }
        let mut answer = self.head();
        answer.insert("total".to_owned(), all.into());
        answer.insert("from".to_owned(), from.into());
        if document.filtered_out > 0 {
            answer.insert("filtered_out".to_owned(), document.filtered_out.into());
        }
        if from == 0 && !document.context.is_empty() {
            let context = cleaned(document.context.clone().into());
            answer.insert("about".to_owned(), piece(&context, CONTEXT_BYTES, &Cursor::to_row(document.digest, 0)));
        }
        if let Some(left_out) = self.left_out(from)? {
            answer.insert("columns_left_out".to_owned(), left_out);
        }
        let room = MOST_BYTES.saturating_sub(size(&Value::Object(answer.clone())) + OWN_BYTES);
        let mut rows: Vec<Value> = Vec::new();
        let mut used = 0;
        while let Some(row) = document.row(from + rows.len()) {
            let row = self.columns.select(row);
            let own = size(&row) + 1;
            if used + own > room {
                if rows.is_empty() {
                    rows.push(piece(&row, room, &Cursor::to_row(document.digest, from)));
                }
                break;
            }
            used += own;
            rows.push(row);
        }
        let next = from + rows.len();
        answer.insert("rows".to_owned(), rows.into());
        if next < all {
            answer.insert("cursor".to_owned(), Cursor::to_row(document.digest, next).to_string().into());
        }
        Ok(answer.into())
    }

    /// A part of one row.
    fn inner(&self, cursor: &Cursor) -> Result<Value, Refusal> {
        let lost = || Refusal::Cursor("it leads to nothing: pass a cursor as it was, or leave it out");
        let row = self.document.row(cursor.row).ok_or_else(lost)?;
        let value = row.pointer(&cursor.pointer).ok_or_else(lost)?;
        let mut answer = self.head();
        answer.insert("from".to_owned(), cursor.row.into());
        answer.insert("at".to_owned(), cursor.pointer.as_str().into());
        let room = MOST_BYTES.saturating_sub(size(&Value::Object(answer.clone())) + OWN_BYTES);
        answer.insert("value".to_owned(), continued(value, room, cursor).ok_or_else(lost)?);
        Ok(answer.into())
    }

    fn head(&self) -> Map<String, Value> {
        let mut head = Map::new();
        head.insert("command".to_owned(), cut(self.command, COMMAND_BYTES).into());
        let notes = self.notes.iter().take(MOST_NOTES).map(|note| Value::from(cut(note, NOTE_BYTES)));
        let more = self.notes.len().saturating_sub(MOST_NOTES);
        let more = (more > 0).then(|| format!("and {more} notes more").into());
        let notes: Vec<Value> = notes.chain(more).collect();
        if !notes.is_empty() {
            head.insert("notes".to_owned(), notes.into());
        }
        head
    }

    /// Names of columns that there are besides. One that is asked for and is not there is an error.
    fn left_out(&self, from: usize) -> Result<Option<Value>, Refusal> {
        let (Columns::These(columns), Some(Value::Object(row))) = (&self.columns, self.document.row(from)) else {
            return Ok(None);
        };
        if let Some(unknown) = columns.iter().find(|column| !row.contains_key(*column)) {
            let names: Vec<&str> = row.keys().map(String::as_str).collect();
            return Err(Refusal::argument(
                "columns",
                cut(&format!("no column `{unknown}`; there are {}", names.join(", ")), 1500),
            ));
        }
        let rest: Vec<&String> = row.keys().filter(|name| !columns.contains(name)).collect();
        Ok((!rest.is_empty()).then(|| json!(rest)))
    }
}

impl Columns {
    /// Of a row; what is not known is left out.
    fn select(&self, row: Value) -> Value {
        let Value::Object(row) = row else { return row };
        let is_shown = |(name, value): &(String, Value)| {
            !value.is_null()
                && match self {
                    Self::All => true,
                    Self::These(columns) => columns.contains(name),
                }
        };
        Value::Object(row.into_iter().filter(is_shown).collect())
    }
}

/// Of an answer, as JSON.
pub(crate) const MOST_BYTES: usize = 4096;
/// What an answer has around its rows: their name, a cursor.
const OWN_BYTES: usize = 100;
const CONTEXT_BYTES: usize = 900;
const COMMAND_BYTES: usize = 500;
const NOTE_BYTES: usize = 250;
const MOST_NOTES: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Rows, Where};

    fn document(rows: &[Value]) -> Document {
        let wanted = Where::default();
        let mut written = Rows::new(&wanted);
        for row in rows {
            std::io::Write::write_all(&mut written, format!("{row}\n").as_bytes()).unwrap();
        }
        Document::from_rows(written)
    }

    fn page(document: &Document, columns: Columns) -> Page<'_> {
        Page { document, command: "gomem top", notes: &[], columns }
    }

    #[test]
    fn pages_have_every_row_once_and_none_is_too_large() {
        let rows: Vec<Value> =
            (0..500).map(|index| json!({ "index": index, "name": "\"é\n".repeat(index % 40) })).collect();
        let document = document(&rows);
        let page = page(&document, Columns::All);
        let (mut indices, mut cursor) = (Vec::new(), None);
        loop {
            let answer = page.answer(cursor.as_ref()).unwrap();
            assert!(size(&answer) <= MOST_BYTES, "{}", size(&answer));
            indices.extend(answer["rows"].as_array().unwrap().iter().map(|row| row["index"].as_u64().unwrap()));
            let Some(next) = answer["cursor"].as_str() else { break };
            cursor = Some(Cursor::parse(next).unwrap());
        }
        assert_eq!(indices, (0..500).collect::<Vec<_>>());
    }

    #[test]
    fn a_row_that_is_too_large_has_handles() {
        let document = document(&[json!({ "rank": 1, "steps": (0..3000).collect::<Vec<_>>() }), json!({ "rank": 2 })]);
        let page = page(&document, Columns::All);
        let first = page.answer(None).unwrap();
        assert!(size(&first) <= MOST_BYTES && first["rows"].as_array().unwrap().len() == 1, "{first}");
        let more = first["rows"][0]["steps"].as_array().unwrap().last().unwrap()["more"].as_str().unwrap().to_owned();
        let rest = page.answer(Some(&Cursor::parse(&more).unwrap())).unwrap();
        assert_eq!(rest["value"][0], first["rows"][0]["steps"].as_array().unwrap().len() - 1);
        assert!(size(&rest) <= MOST_BYTES);
        let next = Cursor::parse(first["cursor"].as_str().unwrap()).unwrap();
        assert_eq!(page.answer(Some(&next)).unwrap()["rows"][0]["rank"], 2);
    }

    #[test]
    fn columns_are_chosen_and_what_is_unknown_is_left_out() {
        let document = document(&[json!({ "a": 1, "b": null, "c": "x" })]);
        let these = |names: &[&str]| Columns::These(names.iter().map(|&name| name.to_owned()).collect());
        let answer = page(&document, these(&["a", "b"])).answer(None).unwrap();
        assert_eq!((&answer["rows"], &answer["columns_left_out"]), (&json!([{ "a": 1 }]), &json!(["c"])));
        let refused = page(&document, these(&["d"])).answer(None).unwrap_err();
        assert!(refused.to_string().contains("there are a, b, c"), "{refused}");
        for row in [2, usize::MAX] {
            assert!(page(&document, Columns::All).answer(Some(&Cursor::to_row(0, row))).is_err());
        }
    }
}
