//! Functions line by line.

use gomem_postmortem::{AttributeOptions, Listing, ListingError, ListingOptions};
use gomem_pprof::{SampleType, TopOptions};
use gomem_report::listing_fragment;
use gomem_table::ToTable;

use crate::{
    chosen::Chosen,
    draw::{MOST_ROWS, listing_link, table_html},
    query::{LIST, SAMPLE_TYPE},
    refusal::Refusal,
    views::shown::{Question, Shown},
};

/// The lines of the functions that are asked for; without any, the functions to choose from.
pub(crate) fn list_view(question: &Question<'_>, chosen: &Chosen<'_>) -> Result<Shown, Refusal> {
    if question.query.list.is_empty() {
        let top = chosen.profile().top(&TopOptions::new(chosen.sample_type)).to_table();
        let link = |column: &str, text: &str| (column == "function").then(|| listing_link(question.query, text));
        let head = "<p class=\"soft\">Choose a function, or name some above.</p>";
        return Ok(Shown::body(format!("{head}{}", table_html(&top, MOST_ROWS, link))));
    }
    let profile = chosen.profile();
    let name = profile.sample_types().get(chosen.sample_type).map(SampleType::name);
    let options = ListingOptions::default()
        .with_sample_type(name)
        .with_sources(question.bundle.sources())
        .with_escapes(question.bundle.escapes())
        .with_attribution(AttributeOptions::from_bundle(question.bundle));
    let mut listing = Listing::new(profile, &question.query.list, &options).map_err(refusal)?;
    let table = listing.to_table();
    let count = listing.functions.len();
    listing.functions.sort_by_key(|function| std::cmp::Reverse(function.cum.unsigned_abs()));
    listing.functions.truncate(MOST_FUNCTIONS);
    let mut body = String::new();
    if count > MOST_FUNCTIONS {
        body.push_str(&format!(
            "<p class=\"soft\">{MOST_FUNCTIONS} of {count} functions, those with the most first.</p>"
        ));
    }
    if question.bundle.sources().is_none() {
        body.push_str(
            "<p class=\"soft\">No sources: <code>gomem serve BUNDLE --source DIR</code> shows the lines.</p>",
        );
    }
    body.push_str(&listing_fragment(&listing));
    Ok(Shown::rows(table, body))
}

fn refusal(problem: ListingError) -> Refusal {
    match problem {
        ListingError::Pattern(problem) => Refusal { parameter: Some(LIST.to_owned()), ..problem.into() },
        ListingError::NoFunction { pattern } => Refusal {
            status: 404,
            ..Refusal::parameter(LIST, format!("`{pattern}`: no function matches, of those that the filters keep"))
        },
        problem => Refusal::parameter(SAMPLE_TYPE, problem.to_string()),
    }
}

/// A page of more would not be read.
const MOST_FUNCTIONS: usize = 30;
