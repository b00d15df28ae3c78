//! What is around every page: where one can go, the filters, and what they keep.

use std::path::Path;

use minijinja::{Value, context};

use crate::{
    draw::{
        command::command,
        form::{Form, form},
        rendered::rendered,
    },
    query::{LIST, Query},
    view::View,
};

/// A whole page: a title, and the HTML of what is above and of the body below it.
pub(crate) fn page(title: &str, above: &str, body: &str) -> String {
    let safe = Value::from_safe_string;
    rendered(
        include_str!("../../assets/page.html"),
        context! {
            title,
            style => safe(include_str!("../../assets/page.css").to_owned()),
            above => safe(above.to_owned()),
            body => safe(body.to_owned()),
        },
    )
}

/// What is above every page.
pub(crate) fn above(asked: &Form<'_>, name: &str, origin: Option<&Path>, note: Option<&str>) -> String {
    let Form { view, query, chosen, refusal, .. } = *asked;
    // What a function's page asks for is nothing to the others.
    let elsewhere = query.with(LIST, "");
    let pages = View::ALL.iter().map(|&other| {
        let query = if other == View::List { query } else { &elsewhere };
        context! { address => query.address(other.path()), title => other.title(), is_current => other == view }
    });
    let window = query.has_window().then_some(if view == View::Report { REPORT_WINDOW } else { WINDOW });
    let is_table = matches!(view, View::Top | View::Sites | View::Sizes | View::Labels)
        || (view == View::List && !query.list.is_empty());
    let json = || Query { is_json: true, ..query.clone() }.address(view.path());
    let safe = |text: &str| Value::from_safe_string(text.to_owned());
    rendered(
        include_str!("../../assets/above.html"),
        context! {
            style => safe(include_str!("../../assets/above.css")),
            script => safe(SCRIPT),
            name,
            pages => pages.collect::<Vec<_>>(),
            form => (!asked.profiles.is_empty()).then(|| form(asked)),
            refusal => refusal.map(|refusal| context! { parameter => &refusal.parameter, message => &refusal.message }),
            headline => chosen.map(|chosen| chosen.headline(!query.filters().is_empty())),
            notes => note.into_iter().chain(window).map(Value::from).collect::<Vec<_>>(),
            command => origin.and_then(|origin| command(view, query, chosen, origin)),
            json => (is_table && chosen.is_some()).then(json),
        },
    )
}

/// What a window of time is, of a profile and of a report.
const WINDOW: &str = "The window is that between the profiles of its ends.";
const REPORT_WINDOW: &str = "Findings, metrics and GC cycles are those of the window, and allocation counts from the profile at its \
                             beginning. What does not say when it was taken is left out; the end of the page names it.";
/// Fields that are empty are no part of an address.
const SCRIPT: &str = "document.querySelector('form.ask')?.addEventListener('submit',event=>{const empty=[...event.target.elements]\
                      .filter(field=>field.name&&!field.value);for(const field of empty)field.disabled=true;\
                      setTimeout(()=>{for(const field of empty)field.disabled=false})})";
