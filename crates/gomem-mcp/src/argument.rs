//! Parameters of tools: their schema, and how they become arguments of a command.

use std::ffi::OsString;

use serde_json::{Map, Value, json};

use crate::{
    clean::{clean, cut},
    fence::Fence,
    refusal::Refusal,
};

/// A parameter of a tool.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// What it does, for who chooses.
    pub(crate) doc: &'static str,
    pub(crate) is_required: bool,
    /// `--sample-type`; without one, it stands by its place.
    pub(crate) option: Option<&'static str>,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// A file or folder.
    Path,
    Paths,
    Text,
    Texts,
    /// One of these words.
    Choice(&'static [&'static str]),
    Number,
    Flag,
}

impl Parameter {
    /// One that stands by its place, and must be given.
    pub(crate) const fn needed(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, doc, is_required: true, option: None }
    }

    /// One that stands by its place, and may be left out.
    pub(crate) const fn placed(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, doc, is_required: false, option: None }
    }

    pub(crate) const fn option(name: &'static str, option: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, doc, is_required: false, option: Some(option) }
    }

    /// Its JSON schema.
    pub(crate) fn schema(&self) -> Value {
        let list = |least: usize| json!({ "type": "array", "items": { "type": "string" }, "minItems": least, "maxItems": MOST_ITEMS });
        let mut schema = match self.kind {
            Kind::Path | Kind::Text => json!({ "type": "string" }),
            Kind::Paths | Kind::Texts => list(usize::from(self.is_required)),
            Kind::Choice(words) => json!({ "type": "string", "enum": words }),
            Kind::Number => json!({ "type": "number" }),
            Kind::Flag => json!({ "type": "boolean" }),
        };
        schema["description"] = self.doc.into();
        schema
    }

    /// The arguments that it becomes: those with a name, and those by their place.
    pub(crate) fn arguments(&self, given: &Map<String, Value>, fence: &Fence) -> Result<Vec<OsString>, Refusal> {
        let Some(value) = given.get(self.name).filter(|value| !value.is_null()) else {
            let problem = "is needed: the tool's schema says what it is";
            return if self.is_required { Err(Refusal::argument(self.name, problem)) } else { Ok(Vec::new()) };
        };
        let failed = |expected: &str| {
            let found = cut(&clean(&value.to_string()), 60);
            Refusal::argument(self.name, format!("{expected} is expected, not {found}"))
        };
        let words: Vec<OsString> = match self.kind {
            Kind::Path => vec![fence.find(text(value).ok_or_else(|| failed("a path"))?)?.into()],
            Kind::Paths => {
                let paths = texts(value).ok_or_else(|| failed("a list of paths"))?;
                paths.into_iter().map(|path| Ok(fence.find(path)?.into())).collect::<Result<_, Refusal>>()?
            }
            Kind::Text => vec![text(value).ok_or_else(|| failed("a text"))?.into()],
            Kind::Texts => texts(value).ok_or_else(|| failed("a list of texts"))?.into_iter().map(Into::into).collect(),
            Kind::Choice(words) => {
                let word = text(value).and_then(|text| words.iter().find(|word| **word == text));
                vec![word.ok_or_else(|| failed(&format!("one of {}", words.join(", "))))?.into()]
            }
            Kind::Number => vec![value.as_number().ok_or_else(|| failed("a number"))?.to_string().into()],
            Kind::Flag => match value.as_bool().ok_or_else(|| failed("true or false"))? {
                true => vec![OsString::new()],
                false => Vec::new(),
            },
        };
        if self.is_required && words.is_empty() {
            return Err(failed("at least one"));
        }
        Ok(match self.option {
            None => words,
            Some(option) if matches!(self.kind, Kind::Flag) => words.iter().map(|_| option.into()).collect(),
            // In one word, so that a value which looks like an option stays a value.
            Some(option) => words.into_iter().map(|word| joined(option, &word)).collect(),
        })
    }
}

fn joined(option: &str, value: &OsString) -> OsString {
    let mut word = OsString::from(format!("{option}="));
    word.push(value);
    word
}

fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| text.len() <= LONGEST && !text.contains('\0'))
}

/// A list; a text alone is a list of one.
fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::Array(items) if items.len() <= MOST_ITEMS => items.iter().map(text).collect(),
        Value::String(_) => text(value).map(|text| vec![text]),
        _ => None,
    }
}

const LONGEST: usize = 4096;
const MOST_ITEMS: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_values() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("--fail-on"), "x").unwrap();
        let fence = Fence::new(&[folder.path()]).unwrap();
        let given = |value: Value| Map::from_iter([("p".to_owned(), value)]);
        let text = Parameter::option("p", "--own", Kind::Texts, "");
        assert_eq!(text.arguments(&given(json!(["--output", "a"])), &fence).unwrap(), ["--own=--output", "--own=a"]);
        let path = Parameter::needed("p", Kind::Path, "");
        let real = path.arguments(&given("--fail-on".into()), &fence).unwrap();
        assert!(std::path::Path::new(&real[0]).is_absolute(), "{real:?}");
        let flag = Parameter::option("p", "--maps", Kind::Flag, "");
        assert_eq!(flag.arguments(&given(true.into()), &fence).unwrap(), ["--maps"]);
        assert!(flag.arguments(&given(false.into()), &fence).unwrap().is_empty());
        let paths = Parameter::needed("p", Kind::Paths, "");
        let choice = Parameter::option("p", "--by", Kind::Choice(&["site", "line"]), "");
        for (parameter, wrong) in [
            (path, json!(3)),
            (path, json!(["a"])),
            (path, json!("-")),
            (path, json!("x".repeat(1 << 20))),
            (path, Value::Null),
            (paths, json!([])),
            (paths, json!([1])),
            (paths, json!(vec!["--fail-on"; 1000])),
            (choice, json!("size")),
            (flag, json!("yes")),
            (Parameter::option("p", "--n", Kind::Number, ""), json!("1")),
        ] {
            let refused = parameter.arguments(&given(wrong.clone()), &fence);
            assert!(refused.as_ref().is_err_and(|problem| problem.to_string().len() < 400), "{wrong}: {refused:?}");
        }
    }
}
