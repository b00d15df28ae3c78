//! The filters, as a form.

use gomem_pprof::{Filter, FilterOption, Granularity, TopOptions};
use minijinja::{Value, context};

use crate::{
    chosen::Chosen,
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
pub(super) fn form(form: &Form<'_>) -> Value {
    let Form { view, query, .. } = *form;
    let (first, others): (Vec<_>, Vec<_>) = Filter::OPTIONS.iter().partition(|option| FIRST.contains(&option.name()));
    let list = (LIST, &query.list, "functions", "A regular expression of Go's syntax");
    let times = [(FROM, &query.from), (TO, &query.to)].map(|(name, value)| (name, value, name, TIME));
    let asked = (view == View::List).then_some(list).into_iter().chain(times);
    let fields = asked.map(|(name, value, label, doc)| field(form, name, value, label, doc));
    let is_set = |option: &&FilterOption| !value(option, query).is_empty() || form.is_wrong(option.name());
    let clear = Query { filter: Filter::default(), from: String::new(), to: String::new(), ..query.clone() };
    let is_narrowed = !query.filters().is_empty() || query.has_window();
    context! {
        action => view.path(),
        choices => choices(form),
        fields => fields.chain(first.into_iter().map(|option| filter(form, option))).collect::<Vec<_>>(),
        is_open => others.iter().any(is_set),
        more => others.into_iter().map(|option| filter(form, option)).collect::<Vec<_>>(),
        clear => is_narrowed.then(|| clear.address(view.path())),
        lists => form.chosen.map(suggestions),
    }
}

/// What can be chosen from, each of which asks at once where scripts run.
fn choices(form: &Form<'_>) -> Vec<Value> {
    let Form { view, query, profiles, chosen, .. } = *form;
    let named = |named: &NamedProfile| (named.name.clone(), named.title());
    let same = |name: &str| (name.to_owned(), name.to_owned());
    let by_itself = (String::new(), if query.has_window() { "by time" } else { "the latest" }.to_owned());
    let all = std::iter::once(by_itself).chain(profiles.iter().map(named));
    let mut choices = vec![choice("profile", PROFILE, &query.profile, all)];
    let is_other = |other: &&NamedProfile| {
        chosen.is_some_and(|chosen| other.contents == chosen.named.contents && other.name != chosen.named.name)
    };
    let others: Vec<(String, String)> = profiles.iter().filter(is_other).map(named).collect();
    if !others.is_empty() || !query.since.is_empty() {
        let nothing = (String::new(), if query.from.is_empty() { "the beginning" } else { "by time" }.to_owned());
        choices.push(choice("since", SINCE, &query.since, std::iter::once(nothing).chain(others)));
    }
    if let Some(chosen) = chosen {
        let types = chosen.sample_types().into_iter().map(same);
        choices.push(choice("of", SAMPLE_TYPE, chosen.sample_type_name(), types));
    }
    if view == View::Top {
        let by = Granularity::ALL.iter().map(|by| same(by.name()));
        choices.push(choice("by", BY, query.by.unwrap_or_default().name(), by));
    }
    choices
}

impl Form<'_> {
    fn is_wrong(&self, name: &str) -> bool {
        self.refusal.is_some_and(|refusal| refusal.parameter.as_deref() == Some(name))
    }
}

fn filter(form: &Form<'_>, option: &FilterOption) -> Value {
    let label = if option.name() == "tagfocus" { "label".to_owned() } else { option.name().replace('_', " ") };
    field(form, option.name(), &value(option, form.query), &label, option.doc())
}

fn field(form: &Form<'_>, name: &str, value: &str, label: &str, doc: &str) -> Value {
    let list = SUGGESTED.contains(&name).then_some(name);
    context! { name, value, label, doc, list, is_wrong => form.is_wrong(name) }
}

fn value(option: &FilterOption, query: &Query) -> String {
    option.of(&mut query.filter.clone()).clone()
}

/// Options are a value and its text.
fn choice(label: &str, name: &str, chosen: &str, options: impl Iterator<Item = (String, String)>) -> Value {
    let options: Vec<Value> =
        options.map(|(value, text)| context! { is_chosen => value == chosen, value, text }).collect();
    context! { label, name, options }
}

/// The packages and labels that there are, those with the most first.
fn suggestions(chosen: &Chosen<'_>) -> Vec<Value> {
    let profile = &*chosen.named.profile;
    let top = profile.top(&TopOptions::new(chosen.sample_type).by(Granularity::Package));
    let mut rows: Vec<(u128, &str)> =
        top.rows().iter().filter_map(|row| Some((row.cum.unsigned_abs(), row.key.package.as_deref()?))).collect();
    rows.sort_by_key(|(cum, _)| std::cmp::Reverse(*cum));
    let packages = rows.into_iter().map(|(_, package)| package.to_owned()).filter(|package| !package.is_empty());
    let tags = profile.tags(chosen.sample_type);
    let labels = tags.rows().iter().filter(|tag| tag.number.is_none());
    let labels = labels.map(|tag| format!("{}={}", tag.key, gomem_pprof::quoted(&tag.value)));
    let [of_packages, of_labels] = SUGGESTED;
    vec![
        context! { name => of_packages, options => packages.take(MOST_SUGGESTIONS).collect::<Vec<_>>() },
        context! { name => of_labels, options => labels.take(MOST_SUGGESTIONS).collect::<Vec<_>>() },
    ]
}

/// The filters that people use most.
const FIRST: [&str; 4] = ["focus", "ignore", "package", "tagfocus"];
/// Those with suggestions: a list of the page has the name of each.
const SUGGESTED: [&str; 2] = ["package", "tagfocus"];
const MOST_SUGGESTIONS: usize = 200;
const TIME: &str = "The profiles of a window of time: 2026-11-08 09:30:00, in UTC";
