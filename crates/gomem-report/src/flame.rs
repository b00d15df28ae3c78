//! An interactive flame graph, in one piece of HTML that needs nothing else.

use std::collections::BTreeSet;

use foldhash::HashMap;
use gomem_pprof::{FlameNode, FlameTree, Profile};
use gomem_symbol::turns_text;
use serde_json::{Value, json};

use crate::words::escape;

/// An interactive flame graph of one or more sample types: click zooms, `/` searches, arrow keys walk; from the root, from the
/// functions that cost something themselves, or around one function. The view stands in the page's address.
///
/// Names travel as JSON and reach the page as text nodes: a function called `<script>` is shown, not run.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #             1: 4096 [3: 12288] @ 0x401000\n\
/// #             #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_report::FlameHtml;
///
/// let flame = FlameHtml::from_profile("heap", &profile, &[1]);
/// assert!(flame.document().contains("main.parse"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct FlameHtml {
    data: Value,
    title: String,
}

impl FlameHtml {
    /// The flame graph of a profile, with a switch between sample types; the first one is shown first.
    #[must_use]
    pub fn from_profile(title: &str, profile: &Profile, sample_types: &[usize]) -> Self {
        Self::new(title, &profile.flame_above(sample_types, SMALLEST))
    }

    /// The flame graph of a tree; its first sample type is shown first.
    #[must_use]
    pub fn new(title: &str, tree: &FlameTree) -> Self {
        let kept = VisibleNodes::from_tree(tree);
        let data = json!({
            "types": tree.sample_types().iter().map(|kind| [kind.name(), kind.unit()]).collect::<Vec<_>>(),
            "names": kept.names,
            "name": kept.name,
            "parent": kept.parent,
            "self": kept.self_values.iter().map(|values| values.iter().map(|&sum| number(sum)).collect()).collect::<Vec<Vec<_>>>(),
            "folded": kept.folded,
            "diff": tree.is_diff(),
        });
        Self { data, title: title.to_owned() }
    }

    /// Lets frames be coloured by why their function allocates: the reason of most of its bytes, by the function's name.
    #[must_use]
    pub(crate) fn with_reasons(mut self, reasons: &HashMap<&str, String>) -> Self {
        let Some(names) = self.data["names"].as_array() else { return self };
        let reason_of = |name: &Value| reasons.get(name.as_str()?);
        let known: BTreeSet<&String> = names.iter().filter_map(reason_of).collect();
        let known: Vec<String> = known.into_iter().cloned().collect();
        let code = |name: &Value| known.iter().position(|reason| Some(reason) == reason_of(name));
        let codes: Vec<Option<usize>> = names.iter().map(code).collect();
        self.data["reason"] = json!(codes);
        self.data["reasons"] = json!(known);
        self
    }

    /// Lets frames lead to their function's source: an element of the page, by the id that the function's name has.
    #[must_use]
    pub(crate) fn with_sources(mut self, id_of: impl Fn(&str) -> Option<String>) -> Self {
        let Some(names) = self.data["names"].as_array() else { return self };
        let ids: Vec<Option<String>> = names.iter().map(|name| id_of(name.as_str()?)).collect();
        if ids.iter().any(Option::is_some) {
            self.data["source"] = json!(ids);
        }
        self
    }

    /// Lets frames lead to addresses, each by its name: an expression that matches the frame's function alone goes at the end.
    #[must_use]
    pub fn with_links(mut self, links: &[(&str, String)]) -> Self {
        self.data["links"] = json!(links);
        self
    }

    /// The data as a script's literal. `<` only stands in strings here, where its escape means the same: no `</script>` can end
    /// the element.
    fn literal(&self) -> String {
        let json = self.data.to_string().replace('<', "\\u003c");
        json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029").replace(turns_text, "\u{fffd}")
    }

    /// A fragment to put into a page. A page may hold several.
    #[must_use]
    pub fn fragment(&self) -> String {
        format!(
            "<div class=\"gomem-flame\" tabindex=\"0\" aria-label=\"{}\"></div>\n<style>{STYLE}</style>\n\
             <script>(function(){{const host=document.currentScript.previousElementSibling.previousElementSibling;\n\
             const data={};\n{TREES}{SCRIPT}}})();</script>\n",
            escape(&self.title),
            self.literal()
        )
    }

    /// A whole document.
    #[must_use]
    pub fn document(&self) -> String {
        self.document_with("")
    }

    /// The same, with more of a page below.
    pub(crate) fn document_with(&self, below: &str) -> String {
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" \
             content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\"><meta name=\"viewport\" \
             content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title></head>\n\
             <body style=\"margin:1rem;font-family:system-ui,sans-serif\"><h1 style=\"font-size:1.1rem\">{title}</h1>\n{fragment}\
             {below}</body></html>\n",
            title = escape(&self.title),
            fragment = self.fragment()
        )
    }
}

/// The nodes that can be seen. What is too small in every sample type is folded into its caller.
#[derive(Default)]
struct VisibleNodes<'a> {
    names: Vec<&'a str>,
    name: Vec<usize>,
    parent: Vec<usize>,
    self_values: Vec<Vec<i128>>,
    folded: usize,
}

impl<'a> VisibleNodes<'a> {
    fn from_tree(tree: &'a FlameTree) -> Self {
        let mut kept = Self::default();
        let mut places: Vec<usize> = Vec::with_capacity(tree.nodes().len());
        let mut codes = HashMap::default();
        let totals = tree.nodes().next().map_or(&[][..], |root| root.totals);
        kept.folded = tree.folded();
        for (index, node) in tree.nodes().enumerate() {
            let parent = node.parent.map(|parent| places[parent as usize]);
            if let Some(parent) = parent.filter(|_| !is_visible(&node, totals)) {
                for (own, value) in kept.self_values[parent].iter_mut().zip(node.self_values) {
                    *own += *value;
                }
                kept.folded += 1;
                places.push(parent);
                continue;
            }
            let name = node.name;
            let code = *codes.entry(name).or_insert(kept.names.len());
            if code == kept.names.len() {
                kept.names.push(name);
            }
            places.push(kept.name.len());
            kept.name.push(code);
            kept.parent.push(if index == 0 { 0 } else { parent.unwrap_or(0) });
            kept.self_values.push(node.self_values.to_vec());
        }
        kept
    }
}

/// A sum that 64 bits do not hold is told as the page's numbers are, which have 53 bits.
fn number(sum: i128) -> Value {
    i64::try_from(sum).map_or_else(|_| Value::from(sum as f64), Value::from)
}

fn is_visible(node: &FlameNode<'_>, totals: &[i128]) -> bool {
    node.totals
        .iter()
        .zip(totals)
        .any(|(&value, &total)| value.unsigned_abs() as f64 >= total.unsigned_abs() as f64 * SMALLEST)
        && node.totals.iter().any(|&value| value != 0)
}

/// The share of the root below which a node would be a fraction of a pixel on any screen.
const SMALLEST: f64 = 0.0002;

const STYLE: &str = include_str!("../assets/flame.css");
const TREES: &str = include_str!("../assets/flame_trees.js");
const SCRIPT: &str = include_str!("../assets/flame.js");

#[cfg(test)]
mod tests {
    use super::*;

    /// Stacks, leaf first, each with how often it was seen, as Go's text form counts them.
    fn profile_of(stacks: &[(&[&str], i64)]) -> Profile {
        let total: i64 = stacks.iter().map(|(_, count)| count).sum();
        let mut text = format!("threadcreate profile: total {total}\n");
        for (names, count) in stacks {
            let addresses: Vec<String> = (1..=names.len()).map(|at| format!("{:#x}", at * 16)).collect();
            text.push_str(&format!("{count} @ {}\n", addresses.join(" ")));
            for (address, name) in addresses.iter().zip(*names) {
                text.push_str(&format!("#\t{address}\t{name}+0x1\tmain.go:1\n"));
            }
            text.push('\n');
        }
        Profile::decode(text.as_bytes()).unwrap()
    }

    #[test]
    fn names_stay_text() {
        let profile = profile_of(&[(&["</script><script>alert(1)</script>", "main.main"], 5)]);
        let html = FlameHtml::new("a <b> & \"c\"", &profile.flame(0)).document();
        assert_eq!(html.matches("</script>").count(), 1);
        assert!(html.contains("\\u003c/script>") && !html.contains("<b>"));
        assert!(html.contains("default-src 'none'") && !html.contains("http:") && !html.contains("https:"));
    }

    #[test]
    fn what_cannot_be_seen_is_folded_into_its_caller() {
        let profile = profile_of(&[(&["tiny", "main.main"], 1), (&["big", "main.main"], 1_000_000)]);
        let tree = profile.flame(0);
        let kept = VisibleNodes::from_tree(&tree);
        assert_eq!(kept.names, ["root", "main.main", "big"]);
        assert_eq!(kept.self_values, [[0], [1], [1_000_000]]);
        assert_eq!((kept.parent.as_slice(), kept.folded), (&[0, 0, 1][..], 1));
    }
}
