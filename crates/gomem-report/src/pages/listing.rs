//! A listing as HTML: sources with a column of heat, what the compiler decided below each line.

use std::{collections::BTreeSet, fmt::Write as _};

use gomem_postmortem::{FunctionListing, ListedLine, Listing};

use crate::{
    text::{told, value},
    words::escape,
};

/// Functions line by line, as one HTML document that loads nothing.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [30000: 122880000] @ heap/1048576\n\
/// #             1: 4096 [30000: 122880000] @ 0x401000\n\
/// #             #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// # let options = gomem_postmortem::ListingOptions::default();
/// # let listing = gomem_postmortem::Listing::new(&profile, "parse", &options)?;
/// assert!(gomem_report::listing_html(&listing).starts_with("<!"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn listing_html(listing: &Listing) -> String {
    let title = format!("{}: {} in total", listing.sample_type, value(listing, listing.total));
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title>\
         </head>\n<body class=\"gomem-listing\"><h1>{title}</h1>\n{functions}</body></html>\n",
        title = escape(&title),
        functions = listing_fragment(listing),
    )
}

/// The same, to put into a page.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [30000: 122880000] @ heap/1048576\n\
/// #             1: 4096 [30000: 122880000] @ 0x401000\n\
/// #             #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// # let options = gomem_postmortem::ListingOptions::default();
/// # let listing = gomem_postmortem::Listing::new(&profile, "parse", &options)?;
/// // Part of a page, as a notebook shows it.
/// assert!(gomem_report::listing_fragment(&listing).contains("main.parse"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn listing_fragment(listing: &Listing) -> String {
    let functions: String =
        listing.functions.iter().map(|function| function_html(listing, function, &Anchors::default())).collect();
    format!("<style>{STYLE}</style>\n{functions}")
}

/// What leads to the lines of a function within a page.
#[derive(Debug, Default)]
pub(crate) struct Anchors {
    /// What the ids of its lines begin with; empty where nothing leads there.
    pub(crate) id: String,
    /// The lines that findings are about.
    pub(crate) marked: BTreeSet<i64>,
}

/// A function's heading and its lines.
pub(crate) fn function_html(listing: &Listing, function: &FunctionListing, anchors: &Anchors) -> String {
    let file = function.source.as_deref().or(function.file.as_deref()).unwrap_or_default();
    let mut html = format!(
        "<section class=\"listed\"><h3><code>{}</code></h3><p>{} · {} flat · {} cum</p>",
        escape(&function.function),
        escape(file),
        escape(&value(listing, function.flat)),
        escape(&value(listing, function.cum)),
    );
    if let Some(note) = &function.note {
        let _ = write!(html, "<p class=\"note\">{}</p>", escape(note));
    }
    html.push_str("<div class=\"scroll\"><table><thead><tr><th class=\"n\">flat</th><th class=\"n\">cum</th>");
    html.push_str("<th class=\"n\">objects</th><th class=\"n\">line</th><th></th></tr></thead><tbody>\n");
    // Heat is of the lines of this function: of the program it would be pale everywhere.
    let hottest = function.lines.iter().map(|line| line.cum.unsigned_abs()).max().unwrap_or(0).max(1);
    let mut before: Option<i64> = None;
    for line in &function.lines {
        if before.is_some_and(|before| line.line > before + 1) {
            html.push_str("<tr class=\"gap\"><td class=\"n\" colspan=\"4\">⋮</td><td></td></tr>\n");
        }
        before = Some(line.line);
        let heat = line.cum.unsigned_abs() as f64 / hottest as f64;
        write_line(listing, line, heat, anchors, &mut html);
    }
    html.push_str("</tbody></table></div></section>\n");
    html
}

fn write_line(listing: &Listing, line: &ListedLine, heat: f64, anchors: &Anchors, html: &mut String) {
    let sum = |number: i128| if number == 0 { String::new() } else { escape(&value(listing, number)) };
    let objects = line.objects.filter(|objects| *objects != 0).map_or_else(String::new, |objects| objects.to_string());
    let classes = [("hot", line.has_cost()), ("here", anchors.marked.contains(&line.line))];
    let classes: Vec<&str> = classes.into_iter().filter(|(_, is_so)| *is_so).map(|(class, _)| class).collect();
    let id = if anchors.id.is_empty() { String::new() } else { format!(" id=\"{}-{}\"", anchors.id, line.line) };
    let _ = write!(
        html,
        "<tr class=\"{}\"{id}><td class=\"n\">{}</td><td class=\"n heat\" style=\"--heat:{:.0}%\">{}</td><td class=\"n\">{objects}</td>\
         <td class=\"n\">{}</td><td><pre>{}</pre>",
        classes.join(" "),
        sum(line.flat),
        heat * 100.0,
        sum(line.cum),
        line.line,
        escape(line.text.as_deref().unwrap_or_default()),
    );
    for decision in &line.decisions {
        let _ = write!(
            html,
            "<p class=\"decision\" title=\"{}\">{}</p>",
            escape(&decision.advice),
            escape(&told(decision))
        );
    }
    html.push_str("</td></tr>\n");
}

pub(crate) const STYLE: &str = include_str!("../../assets/listing.css");
