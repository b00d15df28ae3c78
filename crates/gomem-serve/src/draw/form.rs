//! The filters, as a form.

use std::fmt::Write as _;

use gomem_pprof::{Filter, FilterOption, Granularity, TopOptions};

use crate::{
    chosen::Chosen,
    draw::escape::escape,
    profiles::NamedProfile,
    query::{BY, FROM, LIST, PROFILE, Query, SAMPLE_TYPE, SINCE, TO},
    refusal::Refusal,
    view::View,
};

/// What a form is filled in with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Form<'a> {
    pub(crate) view: View,
    pub(crate) query: &'a Query,
    pub(crate) profiles: &'a [NamedProfile],
    pub(crate) chosen: Option<&'a Chosen<'a>>,
    /// What is wrong with it.
    pub(crate) refusal: Option<&'a Refusal>,
}

/// A form whose fields are the parameters of the address.
pub(crate) fn form(form: &Form<'_>) -> String {
    let Form { view, query, profiles, chosen, .. } = *form;
    let mut html = format!("<form class=\"ask\" method=\"get\" action=\"{}\">", view.path());
    let named = |named: &NamedProfile| (named.name.clone(), named.title());
    let by_itself = if query.has_window() { "by time" } else { "the latest" };
    let by_itself = [(String::new(), by_itself.to_owned())];
    select(&mut html, "profile", PROFILE, &query.profile, by_itself.into_iter().chain(profiles.iter().map(named)));
    let is_other = |other: &&NamedProfile| {
        chosen.is_some_and(|chosen| other.contents == chosen.named.contents && other.name != chosen.named.name)
    };
    let others: Vec<(String, String)> = profiles.iter().filter(is_other).map(named).collect();
    if !others.is_empty() || !query.since.is_empty() {
        let nothing = if query.from.is_empty() { "the beginning" } else { "by time" };
        let nothing = [(String::new(), nothing.to_owned())];
        select(&mut html, "since", SINCE, &query.since, nothing.into_iter().chain(others));
    }
    if let Some(chosen) = chosen {
        let types = chosen.sample_types().into_iter().map(|name| (name.to_owned(), name.to_owned()));
        select(&mut html, "of", SAMPLE_TYPE, chosen.sample_type_name(), types);
    }
    if view == View::Top {
        let by = Granularity::ALL.iter().map(|by| (by.name().to_owned(), by.name().to_owned()));
        select(&mut html, "by", BY, query.by.unwrap_or_default().name(), by);
    }
    if view == View::List {
        field(
            &mut html,
            form,
            &Field { name: LIST, label: "functions", value: &query.list, doc: "A regular expression of Go's syntax" },
        );
    }
    for (name, value) in [(FROM, &query.from), (TO, &query.to)] {
        let doc = "The profiles of a window of time: 2026-11-08 09:30:00, in UTC";
        field(&mut html, form, &Field { name, label: name, value, doc });
    }
    let (first, others): (Vec<_>, Vec<_>) = Filter::OPTIONS.iter().partition(|option| FIRST.contains(&option.name()));
    for option in first {
        filter(&mut html, form, option);
    }
    let is_open = others.iter().any(|option| !value(option, query).is_empty() || form.is_wrong(option.name()));
    let _ =
        write!(html, "<details class=\"more\"{}><summary>more filters</summary>", if is_open { " open" } else { "" });
    for option in others {
        filter(&mut html, form, option);
    }
    html.push_str("</details><button>Apply</button>");
    if !query.filters().is_empty() || query.has_window() {
        let clear = Query { filter: Filter::default(), from: String::new(), to: String::new(), ..query.clone() };
        let _ = write!(html, "<a class=\"clear\" href=\"{}\">Clear</a>", escape(&clear.address(view.path())));
    }
    html.push_str("</form>\n");
    html.push_str(&suggestions(form));
    html
}

impl Form<'_> {
    fn is_wrong(&self, name: &str) -> bool {
        self.refusal.is_some_and(|refusal| refusal.parameter.as_deref() == Some(name))
    }
}

struct Field<'a> {
    name: &'a str,
    label: &'a str,
    value: &'a str,
    doc: &'a str,
}

fn filter(html: &mut String, form: &Form<'_>, option: &FilterOption) {
    let label = if option.name() == "tagfocus" { "label".to_owned() } else { option.name().replace('_', " ") };
    let value = value(option, form.query);
    field(html, form, &Field { name: option.name(), label: &label, value: &value, doc: option.doc() });
}

fn field(html: &mut String, form: &Form<'_>, field: &Field<'_>) {
    let wrong = if form.is_wrong(field.name) { " aria-invalid=\"true\" autofocus" } else { "" };
    let list = if field.name == "package" || field.name == "tagfocus" {
        format!(" list=\"{}s\"", field.name)
    } else {
        String::new()
    };
    let _ = write!(
        html,
        "<label title=\"{}\">{} <input name=\"{}\" value=\"{}\"{list}{wrong} spellcheck=\"false\" autocomplete=\"off\"></label>",
        escape(field.doc),
        escape(field.label),
        field.name,
        escape(field.value),
    );
}

fn value(option: &FilterOption, query: &Query) -> String {
    option.of(&mut query.filter.clone()).clone()
}

/// A choice, which asks at once where scripts run.
fn select(html: &mut String, label: &str, name: &str, chosen: &str, options: impl Iterator<Item = (String, String)>) {
    let _ = write!(html, "<label>{label} <select name=\"{name}\" onchange=\"this.form.requestSubmit()\">");
    for (value, text) in options {
        let selected = if value == chosen { " selected" } else { "" };
        let _ = write!(html, "<option value=\"{}\"{selected}>{}</option>", escape(&value), escape(&text));
    }
    html.push_str("</select></label>");
}

/// The packages and labels that there are, those with the most first.
fn suggestions(form: &Form<'_>) -> String {
    let Some(chosen) = form.chosen else { return String::new() };
    let profile = &*chosen.named.profile;
    let top = profile.top(&TopOptions::new(chosen.sample_type).by(Granularity::Package));
    let mut rows: Vec<(u128, &str)> =
        top.rows().iter().filter_map(|row| Some((row.cum.unsigned_abs(), row.key.package.as_deref()?))).collect();
    rows.sort_by_key(|(cum, _)| std::cmp::Reverse(*cum));
    let packages = rows.into_iter().map(|(_, package)| package.to_owned()).filter(|package| !package.is_empty());
    let tags = profile.tags(chosen.sample_type);
    let labels = tags.rows().iter().filter(|tag| tag.number.is_none());
    let labels = labels.map(|tag| format!("{}={}", tag.key, gomem_pprof::quoted(&tag.value)));
    let list = |name: &str, values: &mut dyn Iterator<Item = String>| {
        let options: String =
            values.take(MOST_SUGGESTIONS).map(|value| format!("<option value=\"{}\">", escape(&value))).collect();
        format!("<datalist id=\"{name}\">{options}</datalist>\n")
    };
    list("packages", &mut { packages }) + &list("tagfocuss", &mut { labels })
}

/// The filters that people use most.
const FIRST: [&str; 4] = ["focus", "ignore", "package", "tagfocus"];
const MOST_SUGGESTIONS: usize = 200;
