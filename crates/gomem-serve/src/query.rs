//! What an address asks for.

use gomem_metrics::{Window, WindowEnd, WindowError};
use gomem_pprof::{Filter, FilterOption, Granularity};

use crate::refusal::Refusal;

/// What an address asks for. Empty is what people mean who say nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Query {
    /// The name of the profile.
    pub(crate) profile: String,
    /// The name of an earlier one, which is subtracted.
    pub(crate) since: String,
    /// When a window of time begins, in place of both names.
    pub(crate) from: String,
    /// When it ends.
    pub(crate) to: String,
    /// What is summed.
    pub(crate) sample_type: String,
    /// What a row of the top is.
    pub(crate) by: Option<Granularity>,
    /// The functions whose sources are shown.
    pub(crate) list: String,
    /// Which samples and frames are looked at.
    pub(crate) filter: Filter,
    /// Whether the answer is a table for programs.
    pub(crate) is_json: bool,
}

impl Query {
    /// Reads what stands after the question mark: all that is understood, and the first problem.
    pub(crate) fn read(text: &str) -> (Self, Option<Refusal>) {
        let mut query = Self::default();
        let mut problem = None;
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            if let Err(refusal) = query.set(&name, &value) {
                problem.get_or_insert(refusal);
            }
        }
        (query, problem)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        let text = match name {
            PROFILE => &mut self.profile,
            SINCE => &mut self.since,
            FROM => &mut self.from,
            TO => &mut self.to,
            SAMPLE_TYPE => &mut self.sample_type,
            LIST => &mut self.list,
            BY => {
                let known = || value.parse().map_err(|problem| Refusal::parameter(BY, problem));
                self.by = if value.is_empty() { None } else { Some(known()?) };
                return Ok(());
            }
            FORMAT => {
                self.is_json = match value {
                    "" | "html" => false,
                    "json" => true,
                    other => return Err(Refusal::parameter(FORMAT, format!("`{other}`: there are html and json"))),
                };
                return Ok(());
            }
            name => match Filter::option(name) {
                Some(option) => option.of(&mut self.filter),
                None => return Err(Refusal::parameter(name, "there is no such parameter")),
            },
        };
        // A browser sends every field of a form, whether somebody filled it in or not.
        value.trim().clone_into(text);
        Ok(())
    }

    /// What it says, by the names of parameters; without the form of the answer.
    pub(crate) fn pairs(&self) -> Vec<(&'static str, String)> {
        let by = self.by.map_or("", Granularity::name);
        let own = [
            (PROFILE, self.profile.as_str()),
            (SINCE, &self.since),
            (FROM, &self.from),
            (TO, &self.to),
            (SAMPLE_TYPE, &self.sample_type),
            (BY, by),
            (LIST, &self.list),
        ];
        let own = own.into_iter().map(|(name, value)| (name, value.to_owned()));
        own.chain(self.filters()).filter(|(_, value)| !value.is_empty()).collect()
    }

    /// The window of time that it asks for.
    pub(crate) fn window(&self) -> Result<Window, Refusal> {
        Window::parse(&self.from, &self.to).map_err(|problem| {
            let end = match problem {
                WindowError::NoTime { end: WindowEnd::To, .. } => TO,
                _ => FROM,
            };
            Refusal::parameter(end, problem.to_string())
        })
    }

    /// Whether it asks for a window of time.
    pub(crate) fn has_window(&self) -> bool {
        !self.from.is_empty() || !self.to.is_empty()
    }

    /// The filters that are set.
    pub(crate) fn filters(&self) -> Vec<(&'static str, String)> {
        let said = |option: &'static FilterOption| (option.name(), option.of(&mut self.filter.clone()).clone());
        Filter::OPTIONS.iter().map(said).filter(|(_, value)| !value.is_empty()).collect()
    }

    /// The address of a page that asks this.
    pub(crate) fn address(&self, page: &str) -> String {
        let mut written = form_urlencoded::Serializer::new(String::new());
        written.extend_pairs(self.pairs());
        if self.is_json {
            written.append_pair(FORMAT, "json");
        }
        let query = written.finish();
        if query.is_empty() { page.to_owned() } else { format!("{page}?{query}") }
    }

    /// The same question with one parameter changed.
    pub(crate) fn with(&self, name: &'static str, value: &str) -> Self {
        let mut query = self.clone();
        // The name is one of ours, and what a page links to is a value that it was given.
        let _ = query.set(name, value);
        query
    }
}

pub(crate) const PROFILE: &str = "profile";
pub(crate) const SINCE: &str = "since";
pub(crate) const FROM: &str = "from";
pub(crate) const TO: &str = "to";
pub(crate) const SAMPLE_TYPE: &str = "sample_type";
pub(crate) const BY: &str = "by";
pub(crate) const LIST: &str = "list";
const FORMAT: &str = "format";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_was_written() {
        let mut query =
            Query { profile: "a b/heap&1.pb.gz".to_owned(), by: Some(Granularity::Line), ..Query::default() };
        query.filter.focus = "main\\.F\\[go\\.shape\\.int\\]|é+".to_owned();
        query.filter.package = "example.com/app/...".to_owned();
        let address = query.address("/top");
        let (page, text) = address.split_once('?').unwrap();
        assert_eq!((page, Query::read(text)), ("/top", (query.clone(), None)));
        assert_eq!(Query::default().address("/"), "/");
        assert_eq!(
            query.with(PROFILE, "").with("focus", "").with(BY, "").address("/"),
            "/?package=example.com%2Fapp%2F..."
        );
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for (text, parameter) in [("focsu=main", "focsu"), ("by=colour", "by"), ("format=xml", "format")] {
            assert_eq!(Query::read(text).1.unwrap().parameter.as_deref(), Some(parameter));
        }
        assert_eq!(Query::read("focus=&by=&since=&format="), (Query::default(), None));
        let (query, problem) = Query::read("focus=main&by=colour&ignore=x");
        assert!(problem.is_some() && query.filter.ignore == "x", "what is understood stays in the form");
    }
}
