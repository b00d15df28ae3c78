//! What is around every page: where one can go, the filters, and what they keep.

use std::{fmt::Write as _, path::Path};

use crate::{
    draw::{
        command::command,
        escape::escape,
        form::{Form, form},
    },
    query::{LIST, Query},
    view::View,
};

/// A whole page: a title, what is above, and the body below it.
pub(crate) fn page(title: &str, above: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
         <title>{}</title><style>{PAGE_STYLE}</style></head>\n<body><main>\n{above}{body}</main></body></html>\n",
        escape(title),
    )
}

/// What is above every page.
pub(crate) fn above(asked: &Form<'_>, name: &str, origin: Option<&Path>, note: Option<&str>) -> String {
    let Form { view, query, chosen, refusal, .. } = *asked;
    let mut html =
        format!("<style>{ABOVE_STYLE}</style>\n<nav class=\"views\" aria-label=\"Pages\"><b>{}</b>", escape(name));
    // What a function's page asks for is nothing to the others.
    let elsewhere = query.with(LIST, "");
    for other in View::ALL {
        let query = if other == View::List { query } else { &elsewhere };
        let current = if other == view { " aria-current=\"page\"" } else { "" };
        let _ = write!(html, "<a href=\"{}\"{current}>{}</a>", escape(&query.address(other.path())), other.title());
    }
    html.push_str("</nav>\n");
    if !asked.profiles.is_empty() {
        html.push_str(&form(asked));
    }
    html.push_str("<script>");
    html.push_str(SCRIPT);
    html.push_str("</script>\n");
    if let Some(refusal) = refusal {
        let parameter = refusal.parameter.as_ref().map(|name| format!("<b>{}</b>: ", escape(name))).unwrap_or_default();
        let _ = writeln!(html, "<p class=\"refusal\" role=\"alert\">{parameter}{}</p>", escape(&refusal.message));
    } else if let Some(chosen) = chosen {
        let _ = writeln!(html, "<p class=\"headline\">{}</p>", escape(&chosen.headline(!query.filters().is_empty())));
    }
    if refusal.is_none() {
        let window = query.has_window().then_some(if view == View::Report { REPORT_WINDOW } else { WINDOW });
        for text in note.into_iter().chain(window) {
            let _ = writeln!(html, "<p class=\"soft\">{}</p>", escape(text));
        }
        html.push_str(&elsewhere_html(asked, origin));
    }
    html
}

/// The same elsewhere: on the command line, and for programs.
fn elsewhere_html(asked: &Form<'_>, origin: Option<&Path>) -> String {
    let Form { view, query, chosen, .. } = *asked;
    let said = origin.and_then(|origin| command(view, query, chosen, origin));
    let is_table = matches!(view, View::Top | View::Sites | View::Sizes | View::Labels)
        || (view == View::List && !query.list.is_empty());
    let json = is_table.then(|| Query { is_json: true, ..query.clone() }.address(view.path()));
    let mut html = String::new();
    if said.is_some() || json.is_some() {
        html.push_str("<p class=\"soft elsewhere\">");
        if let Some(said) = said {
            let _ = write!(html, "The same: <code>{}</code> ", escape(&said));
        }
        if let Some(json) = json {
            let _ = write!(html, "<a href=\"{}\">JSON</a>", escape(&json));
        }
        html.push_str("</p>\n");
    }
    html
}

/// What a window of time is, of a profile and of a report.
const WINDOW: &str = "The window is that between the profiles of its ends.";
const REPORT_WINDOW: &str = "Findings, metrics and GC cycles are those of the window, and allocation counts from the profile at its \
                             beginning. What does not say when it was taken is left out; the end of the page names it.";
const ABOVE_STYLE: &str = include_str!("../../assets/above.css");
const PAGE_STYLE: &str = include_str!("../../assets/page.css");
/// Fields that are empty are no part of an address.
const SCRIPT: &str = "document.querySelector('form.ask')?.addEventListener('submit',event=>{const empty=[...event.target.elements]\
                      .filter(field=>field.name&&!field.value);for(const field of empty)field.disabled=true;\
                      setTimeout(()=>{for(const field of empty)field.disabled=false})})";
