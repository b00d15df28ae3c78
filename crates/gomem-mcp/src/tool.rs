//! A tool: its schema, and the command line that a call becomes.

use std::ffi::OsString;

use serde_json::{Map, Value, json};

use crate::{
    argument::Parameter,
    clean::{clean, cut},
    cursor::Cursor,
    document::Where,
    fence::Fence,
    kept::Question,
    refusal::Refusal,
};

/// A tool.
#[derive(Debug)]
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    /// What it answers and when to choose it, for who chooses.
    pub(crate) doc: &'static str,
    pub(crate) answer: Answer,
    pub(crate) parameters: &'static [Parameter],
    /// The columns that people look at first; those that a table has not are passed over.
    pub(crate) columns: &'static [&'static str],
}

/// What a tool answers with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    /// The rows of a command's table.
    Rows(&'static [&'static str]),
    /// A part of the report; the parameter `part` says which, unless there is but one.
    Report(&'static [&'static str]),
    /// The files that there are.
    Files,
    /// A report's file.
    Written,
}

/// A call, checked.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) question: Question,
    pub(crate) at: Option<Cursor>,
    /// The columns that were asked for.
    pub(crate) columns: Option<Vec<String>>,
}

impl Tool {
    /// The JSON schema of what it takes.
    pub(crate) fn schema(&self) -> Map<String, Value> {
        let mut properties: Map<String, Value> =
            self.parameters.iter().map(|parameter| (parameter.name.to_owned(), parameter.schema())).collect();
        if let Answer::Report(parts) = self.answer
            && parts.len() > 1
        {
            let doc = "Which part of the report; without it, the findings.";
            properties.insert("part".to_owned(), json!({ "type": "string", "enum": parts, "description": doc }));
        }
        if !matches!(self.answer, Answer::Written) {
            properties.extend(shared());
        }
        let required: Vec<&str> =
            self.parameters.iter().filter(|parameter| parameter.is_required).map(|parameter| parameter.name).collect();
        let schema = json!({
            "type": "object", "properties": properties, "required": required, "additionalProperties": false,
        });
        schema.as_object().cloned().unwrap_or_default()
    }

    /// What a call means.
    pub(crate) fn call(&self, given: &Map<String, Value>, fence: &Fence) -> Result<Call, Refusal> {
        self.check_names(given)?;
        let words: &[&str] = match self.answer {
            Answer::Rows(words) => words,
            Answer::Report(_) => &["postmortem", "--format=json", "--named-only"],
            Answer::Files | Answer::Written => &[],
        };
        Ok(Call {
            question: Question {
                arguments: self.arguments(words, given, fence)?,
                part: self.part(given)?,
                wanted: wanted(given)?,
            },
            at: text(given, "cursor")?.map(Cursor::parse).transpose()?,
            columns: columns(given)?,
        })
    }

    /// Whether there is a parameter of each name: a misspelt one would be passed over otherwise.
    pub(crate) fn check_names(&self, given: &Map<String, Value>) -> Result<(), Refusal> {
        let schema = self.schema();
        let known = schema.get("properties").and_then(Value::as_object);
        let Some(unknown) = given.keys().find(|name| known.is_none_or(|known| !known.contains_key(*name))) else {
            return Ok(());
        };
        let names: Vec<&str> = known.into_iter().flat_map(Map::keys).map(String::as_str).collect();
        let problem = format!("no such parameter; there are {}", names.join(", "));
        Err(Refusal::argument(&cut(&clean(unknown), 60), problem))
    }

    fn arguments(&self, words: &[&str], given: &Map<String, Value>, fence: &Fence) -> Result<Vec<OsString>, Refusal> {
        let (mut named, mut placed) = (Vec::new(), Vec::new());
        for parameter in self.parameters {
            let to = if parameter.option.is_some() { &mut named } else { &mut placed };
            to.extend(parameter.arguments(given, fence)?);
        }
        let mut arguments: Vec<OsString> = vec!["gomem".into()];
        arguments.extend(words.iter().map(Into::into));
        arguments.extend(named);
        // What follows is no option, whatever it looks like.
        arguments.push("--".into());
        arguments.extend(placed);
        Ok(arguments)
    }

    fn part(&self, given: &Map<String, Value>) -> Result<Option<String>, Refusal> {
        let Answer::Report(parts) = self.answer else { return Ok(None) };
        let first = parts.first().copied().unwrap_or_default();
        let part = text(given, "part")?.unwrap_or(first);
        if parts.contains(&part) {
            Ok(Some(part.to_owned()))
        } else {
            Err(Refusal::argument("part", format!("one of {} is expected", parts.join(", "))))
        }
    }
}

impl Call {
    /// The command line, for a person.
    pub(crate) fn command(&self) -> String {
        let words = self.question.arguments.iter().map(|word| quoted(&clean(&word.to_string_lossy())));
        words.collect::<Vec<_>>().join(" ")
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "/._-=:,@+%".contains(char);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// What every tool that answers with rows takes.
fn shared() -> Map<String, Value> {
    let schema = json!({
        "where": {
            "type": "object",
            "additionalProperties": { "type": ["string", "number", "boolean"] },
            "description": "Only rows whose columns hold these texts, or are these numbers: {\"file\": \"store/\", \
                            \"cause\": \"interface_boxing\"}.",
        },
        "columns": {
            "type": "array", "items": { "type": "string" }, "maxItems": MOST_COLUMNS,
            "description": "Which columns to show; [\"*\"] is all. Without it, those that people look at first; an answer \
                            lists the others in columns_left_out.",
        },
        "cursor": {
            "type": "string",
            "description": "For more: the `cursor` or a `more` of an earlier answer, with the same other arguments.",
        },
    });
    schema.as_object().cloned().unwrap_or_default()
}

fn text<'a>(given: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Refusal> {
    match given.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::argument(name, "a text is expected")),
    }
}

fn columns(given: &Map<String, Value>) -> Result<Option<Vec<String>>, Refusal> {
    let failed =
        || Refusal::argument("columns", "a list of names is expected, such as [\"place\", \"bytes\"] or [\"*\"]");
    match given.get("columns") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(names)) if names.len() <= MOST_COLUMNS => {
            let names = names.iter().map(|name| name.as_str().map(|name| cut(&clean(name), 60)));
            names.collect::<Option<Vec<_>>>().map(Some).ok_or_else(failed)
        }
        Some(_) => Err(failed()),
    }
}

fn wanted(given: &Map<String, Value>) -> Result<Where, Refusal> {
    let failed = || Refusal::argument("where", "an object is expected, such as {\"file\": \"store/\", \"line\": 34}");
    let members = match given.get("where") {
        None | Some(Value::Null) => return Ok(Where::default()),
        Some(Value::Object(members)) if members.len() <= MOST_COLUMNS => members,
        Some(_) => return Err(failed()),
    };
    let pair = |(column, value): (&String, &Value)| match value {
        Value::String(text) => Some((column.clone(), text.clone())),
        Value::Number(_) | Value::Bool(_) => Some((column.clone(), value.to_string())),
        _ => None,
    };
    members.iter().map(pair).collect::<Option<Vec<_>>>().map(Where).ok_or_else(failed)
}

const MOST_COLUMNS: usize = 60;
