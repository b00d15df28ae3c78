//! What allocates, and why.

use gomem_postmortem::{AttributeOptions, Contents, Site, attribute};
use gomem_table::ToTable;

use crate::{
    chosen::Chosen,
    draw::{MOST_ROWS, table_html},
    refusal::Refusal,
    views::shown::{Question, Shown},
};

pub(crate) fn sites_view(question: &Question<'_>, chosen: &Chosen<'_>) -> Result<Shown, Refusal> {
    let table = sites(question, chosen)?.to_table();
    let is_live = chosen.sample_type_name().starts_with("inuse");
    let [bytes, share] = if is_live { ["inuse_bytes", "inuse_fraction"] } else { ["bytes", "bytes_fraction"] };
    let columns = ["own_place", "short_function", bytes, share, "reason", "compiler_message"];
    let body = table_html(&table.select(&columns), MOST_ROWS, |_, _| None);
    Ok(Shown::rows(table, body))
}

/// The sites of what the filters keep, those first that have most of what is summed.
pub(super) fn sites(question: &Question<'_>, chosen: &Chosen<'_>) -> Result<Vec<Site>, Refusal> {
    if chosen.named.contents != Contents::Heap {
        let message = format!(
            "{} is a {}: only heap profiles have allocation sites",
            chosen.named.name,
            chosen.named.contents.name()
        );
        return Err(Refusal::question(message));
    }
    let profile = chosen.since()?;
    profile.check_sums()?;
    let bundle = question.bundle;
    let mut sites = attribute(&profile, bundle.escapes(), &AttributeOptions::from_bundle(bundle));
    if let Some(counter) = Site::counter(chosen.sample_type_name()) {
        sites.sort_by_key(|site| std::cmp::Reverse(counter(site)));
    }
    Ok(sites)
}
