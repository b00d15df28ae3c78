//! A flame graph with sources, as one HTML document.

use gomem_postmortem::SourceView;

use crate::{
    flame::FlameHtml,
    pages::{
        listing::{Anchors, STYLE, function_html},
        source_folds::anchor,
    },
    words::escape,
};

/// A flame graph whose frames lead to the lines of their functions, as one HTML document that loads nothing.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #             1: 4096 [3: 12288] @ 0x401000\n\
/// #             #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_postmortem::SourceView;
/// use gomem_report::{FlameHtml, flame_html};
///
/// let page = flame_html(FlameHtml::new("heap", &profile.flame(1)), &SourceView::default());
/// assert!(page.starts_with("<!"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn flame_html(flame: FlameHtml, sources: &SourceView) -> String {
    let position = |name: &str| {
        let is_named = |function: &gomem_postmortem::FunctionListing| function.function == name;
        sources.listings.iter().position(|listing| listing.functions.iter().any(is_named))
    };
    let flame = flame.with_sources(|name| position(name).map(anchor));
    let mut folds = String::new();
    for (at, listing) in sources.listings.iter().enumerate() {
        let Some(function) = listing.functions.first() else { continue };
        folds.push_str(&format!(
            "<details class=\"code\" id=\"{}\"><summary>Source of <code>{}</code>, by {}</summary>\n{}</details>\n",
            anchor(at),
            escape(&function.short_function()),
            escape(&listing.sample_type),
            function_html(listing, function, &Anchors::default()),
        ));
    }
    flame.document_with(&format!("<style>{STYLE}{FOLDS}</style>\n<div class=\"sources\">\n{folds}</div>\n"))
}

const FOLDS: &str = ".sources{margin-top:1rem;font-size:.9rem}.code{margin:.3rem 0}.code summary{cursor:pointer;overflow-wrap:anywhere}\
                     .code .listed h3{display:none}@media print{.code:not([open]){display:none}}";
