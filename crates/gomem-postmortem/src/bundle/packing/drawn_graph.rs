//! A graph that pprof drew of a profile, as graphviz's text (`-dot`) or its picture (`-svg`): each node has what a row of `-top` has.
//!
//! ```text
//! N1 [label="io\nReadAll\n163.83MB (98.64%)" id="node1" … tooltip="io.ReadAll (163.83MB)" …]
//! <title>N1</title> … <a xlink:title="io.ReadAll (163.83MB)"> … <text …>163.83MB (98.64%)</text>
//! ```
//!
//! A node that calls others has two amounts, its own and `of` all: `0.32MB (0.19%)`, `of 165.65MB (99.74%)`, or `0 of 165.65MB (99.74%)`.

use crate::bundle::{packing::escapes::unescaped, signature::looks_like_text};

/// The table that `-top` prints of the same profile; `None` for what is no such graph.
pub(crate) fn table_of_graph(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() > LARGEST_GRAPH || !looks_like_text(bytes) {
        return None;
    }
    let text = String::from_utf8_lossy(bytes);
    let begin = text.trim_start();
    let (mut nodes, legend) = if begin.starts_with("digraph ") {
        (text.lines().filter_map(node_of_dot).collect::<Vec<_>>(), legend_of_dot(&text))
    } else if is_picture(begin) {
        (text.split("<title>").skip(1).filter_map(node_of_svg).collect(), legend_of_svg(&text))
    } else {
        return None;
    };
    (!nodes.is_empty()).then_some(())?;
    nodes.sort_by(|a, b| b.own_share.total_cmp(&a.own_share).then_with(|| b.all_share.total_cmp(&a.all_share)));
    let mut table: String = legend.iter().map(|line| format!("{line}\n")).collect();
    table += "      flat  flat%   sum%        cum   cum%\n";
    let mut sum = 0.0;
    for Node { name, own, own_share, all, all_share } in nodes {
        sum += own_share;
        table += &format!("{own:>10} {own_share}% {sum:.2}% {all:>10} {all_share}%  {name}\n");
    }
    Some(table.into_bytes())
}

/// A function of the graph: amounts as printed, shares of the whole in percent.
struct Node {
    name: String,
    own: String,
    own_share: f64,
    all: String,
    all_share: f64,
}

impl Node {
    /// `name` ends with what the node has in all, in parentheses.
    fn new<'a>(name: &str, lines: impl Iterator<Item = &'a str>) -> Option<Self> {
        let (name, all) = name.rsplit_once(" (").filter(|(_, all)| all.ends_with(')'))?;
        let all = all.trim_end_matches(')');
        let (mut own, mut of) = (None, None);
        for line in lines {
            // `0 of 165.65MB (99.74%)` says both.
            if let Some(rest) = line.strip_prefix("0 of ") {
                (own, of) = (Some(("0".to_owned(), 0.0)), amount(rest));
            } else if let Some(rest) = line.strip_prefix("of ") {
                of = amount(rest);
            } else if let Some(found) = amount(line) {
                own = Some(found);
            }
        }
        let (own, own_share) = own?;
        let all_share = of.map_or(own_share, |(_, share)| share);
        let is_name = !name.is_empty() && !name.contains(['\n', '\r']);
        is_name.then(|| Self { name: name.to_owned(), own, own_share, all: all.to_owned(), all_share })
    }
}

/// `163.83MB (98.64%)`.
fn amount(line: &str) -> Option<(String, f64)> {
    let (amount, share) = line.trim().split_once(" (")?;
    let share: f64 = share.strip_suffix("%)")?.parse().ok()?;
    let is_one = amount.starts_with(|letter: char| letter.is_ascii_digit() || letter == '-') && !amount.contains(' ');
    (is_one && share.is_finite()).then(|| (amount.to_owned(), share))
}

fn node_of_dot(line: &str) -> Option<Node> {
    let line = line.trim_start();
    let (id, rest) = line.split_once(" [label=\"")?;
    is_node(id).then_some(())?;
    let label = &rest[..rest.find("\" ")?];
    let (_, tooltip) = rest.split_once(" tooltip=\"")?;
    let name = tooltip[..tooltip.find('"')?].replace("\\\"", "\"");
    Node::new(&name, label.split("\\n"))
}

fn legend_of_dot(text: &str) -> Vec<String> {
    let label = text.lines().find_map(|line| line.split_once("[shape=box fontsize=16 label=\"")).map(|(_, rest)| rest);
    let label = label.and_then(|rest| rest.split_once("\" ")).map_or("", |(label, _)| label);
    label.split("\\l").filter(|line| is_of_legend(line)).map(str::to_owned).collect()
}

/// What follows `<title>`, until the next one.
fn node_of_svg(part: &str) -> Option<Node> {
    let (id, rest) = part.split_once("</title>")?;
    is_node(id).then_some(())?;
    let (_, title) = rest.split_once("xlink:title=\"")?;
    let name = unescaped(title[..title.find('"')?].to_owned());
    let lines: Vec<String> = texts(rest);
    Node::new(&name, lines.iter().map(String::as_str))
}

fn legend_of_svg(text: &str) -> Vec<String> {
    let mut lines = texts(&text[..text.find("<title>N").unwrap_or(text.len())]);
    lines.retain(|line| is_of_legend(line));
    lines
}

/// What the picture's elements of text say.
fn texts(part: &str) -> Vec<String> {
    let inner = |text: &str| {
        let (_, rest) = text.split_once('>')?;
        Some(unescaped(rest[..rest.find("</text>")?].to_owned()))
    };
    part.split("<text ").skip(1).filter_map(inner).collect()
}

fn is_picture(begin: &str) -> bool {
    let head: String = begin.chars().take(HEAD).collect();
    (head.starts_with("<?xml") || head.starts_with("<svg"))
        && head.contains("<svg")
        && begin.contains("<title>N1</title>")
}

/// `N1`, and not `N1_0`, which is a box of sizes.
fn is_node(id: &str) -> bool {
    id.strip_prefix('N').is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_of_legend(line: &str) -> bool {
    ["File: ", "Type: ", "Build ID: ", "Time: ", "Duration: ", "Showing nodes "]
        .iter()
        .any(|word| line.starts_with(word))
}

const LARGEST_GRAPH: usize = 8 << 20;
const HEAD: usize = 2048;

#[cfg(test)]
mod tests {
    use gomem_pprof::PrintedTable;

    use super::*;

    fn rows(text: &str) -> Option<Vec<(String, f64, f64)>> {
        let table = String::from_utf8(table_of_graph(text.as_bytes())?).unwrap();
        let table = PrintedTable::parse(&table).unwrap();
        assert_eq!(table.kind.as_deref(), Some("inuse_space"));
        Some(table.rows.into_iter().map(|row| (row.name, row.flat, row.cum)).collect())
    }

    const MIB: f64 = 1_048_576.0;

    #[test]
    fn a_graph_is_a_table() {
        let dot = "digraph \"app\" {\nnode [style=filled]\nsubgraph cluster_L { \"File: app\" [shape=box fontsize=16 label=\"File: app\\lType: inuse_space\\lTime: x\\lShowing nodes \
                   accounting for 8MB, 100% of 8MB total\\l\\lSee https://git.io/JfYMW\\l\" tooltip=\"app\"] }\n\
                   N1 [label=\"main\\n(*cache)\\nput\\n2MB (25.00%)\\nof 8MB (100%)\" id=\"node1\" fontsize=9 tooltip=\"main.(*cache).put (8MB)\" color=\"#b20000\"]\n\
                   N2 [label=\"io\\nReadAll\\n6MB (75.00%)\" id=\"node2\" tooltip=\"io.ReadAll (6MB)\"]\n\
                   N3 [label=\"main\\nmain\\n0 of 8MB (100%)\" id=\"node3\" tooltip=\"main.main (8MB)\"]\n\
                   NN2_0 [label = \"64kB\" id=\"NN2_0\" tooltip=\"6MB\"]\nN1 -> N2 [label=\" 6MB\" tooltip=\"main.(*cache).put -> io.ReadAll (6MB)\"]\n}\n";
        let expected = [
            ("io.ReadAll".to_owned(), 6.0 * MIB, 6.0 * MIB),
            ("main.(*cache).put".to_owned(), 2.0 * MIB, 8.0 * MIB),
            ("main.main".to_owned(), 0.0, 8.0 * MIB),
        ];
        assert_eq!(rows(dot).unwrap(), expected);
        let svg = "<?xml version=\"1.0\"?>\n<svg xmlns:xlink=\"x\"><g><title>app</title></g><g><title>File: app</title><text x=\"1\">File: app</text>\n\
                   <text x=\"1\">Type: inuse_space</text><text x=\"1\">Showing nodes accounting for 8MB, 100% of 8MB total</text></g>\n\
                   <g id=\"node1\"><title>N1</title><g><a xlink:title=\"main.(*cache).put (8MB)\"><text y=\"1\">main</text><text y=\"2\">2MB (25.00%)</text>\
                   <text y=\"3\">of 8MB (100%)</text></a></g></g>\n<g id=\"node2\"><title>N2</title><a xlink:title=\"io.ReadAll (6MB)\"><text>6MB (75.00%)</text></a></g>\n\
                   <g id=\"node3\"><title>N3</title><a xlink:title=\"main.main (8MB)\"><text y=\"1\">0 of 8MB (100%)</text></a></g>\n\
                   <g><title>N1&#45;&gt;N2</title><a xlink:title=\"main.(*cache).put &#45;&gt; io.ReadAll (6MB)\"><text y=\"1\"> 6MB</text></a></g></svg>";
        assert_eq!(rows(&svg.replace("<text>", "<text x=\"0\">")).unwrap(), expected);
    }

    #[test]
    fn other_graphs_are_none() {
        for text in [
            "",
            "digraph \"deps\" {\nN1 [label=\"a\" tooltip=\"a\"]\nN1 -> N2\n}\n",
            "digraph G {\na -> b\n}\n",
            "<?xml version=\"1.0\"?><svg><title>N1</title><text x=\"1\">6MB (75%)</text></svg>",
            "<svg><text x=\"1\">6MB (75.00%)</text></svg>",
        ] {
            assert_eq!(table_of_graph(text.as_bytes()), None, "{text}");
        }
    }
}
