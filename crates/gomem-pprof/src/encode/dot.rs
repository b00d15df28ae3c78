//! Call graphs for graphviz.

use std::fmt::Write as _;

use gomem_symbol::{Outlet, Symbol, name_for};
use gomem_table::{Unit, percent};

use crate::{
    model::Profile,
    view::{CallGraph, CallGraphOptions, CallNode, NodeCall},
};

impl Profile {
    /// One sample type as a graph in graphviz's language, as `go tool pprof -dot` draws it: flat and cum of each function, the
    /// weight of each call; a call that was inlined is dashed, one past functions that are left out is dotted.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// let dot = profile.to_dot(1, gomem_pprof::CallGraphOptions::default());
    /// assert!(dot.starts_with("digraph ") && dot.contains("N1 -> N2") || dot.contains("N2 -> N1"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_dot(&self, sample_type: usize, options: CallGraphOptions) -> String {
        let graph = self.call_graph(sample_type, options);
        let (name, unit) = self.sample_types().get(sample_type).map_or(("", ""), |kind| (kind.name(), kind.unit()));
        Dot { graph: &graph, unit: Unit::from_pprof(unit) }.text(name)
    }
}

struct Dot<'a> {
    graph: &'a CallGraph,
    unit: Unit,
}

impl Dot<'_> {
    fn text(&self, name: &str) -> String {
        let graph = self.graph;
        let mut text = format!("digraph \"{}\" {{\nnode [style=filled fillcolor=\"#f8f8f8\"]\n", quoted(name));
        let _ = writeln!(
            text,
            "subgraph cluster_L {{ \"legend\" [shape=box fontsize=16 label=\"{}: {}\\l{} functions, {} calls; left out as too \
             small: {} functions, {} calls\\l\"] }}",
            quoted(name),
            self.value(graph.total),
            graph.nodes.len(),
            graph.calls.len(),
            graph.dropped_nodes,
            graph.dropped_calls,
        );
        let largest = graph.nodes.iter().map(|node| node.flat.unsigned_abs()).max().unwrap_or(0);
        for (node, number) in graph.nodes.iter().zip(1..) {
            self.write_node(node, number, largest, &mut text);
        }
        for call in &graph.calls {
            self.write_call(call, &mut text);
        }
        text.push_str("}\n");
        text
    }

    fn write_node(&self, node: &CallNode, number: usize, largest: u128, text: &mut String) {
        let CallNode { name, flat, cum, .. } = node;
        let own = if *flat == 0 { "0".to_owned() } else { format!("{} ({})", self.value(*flat), self.share(*flat)) };
        let with_callees = match (flat, cum) {
            (flat, cum) if flat == cum => String::new(),
            (0, _) => format!(" of {} ({})", self.value(*cum), self.share(*cum)),
            _ => format!("\\nof {} ({})", self.value(*cum), self.share(*cum)),
        };
        // From 8 to 24, by the root of its share, as areas are seen.
        let growth = if largest == 0 { 0.0 } else { 16.0 * (flat.unsigned_abs() as f64 / largest as f64).sqrt() };
        let _ = writeln!(
            text,
            "N{number} [label=\"{}\\n{own}{with_callees}\" id=\"node{number}\" fontsize={} shape=box tooltip=\"{} ({})\" \
             color=\"{}\" fillcolor=\"{}\"]",
            quoted(&Symbol::decode(name).short()),
            8 + growth.ceil() as u32,
            quoted(name),
            self.value(*cum),
            self.colour(*cum, 1.0, 0.7),
            self.colour(*cum, 0.1, 0.93),
        );
    }

    fn write_call(&self, call: &NodeCall, text: &mut String) {
        let NodeCall { caller, callee, weight, inlined, residual } = *call;
        let value = self.value(weight);
        let share = self.fraction(weight).abs().min(1.0);
        let style = match (residual, inlined) {
            (true, _) => " style=\"dotted\"",
            (false, true) => " style=\"dashed\"",
            (false, false) => "",
        };
        let [from, to] = [caller, callee].map(|at| self.graph.nodes.get(at).map_or("", |node| node.name.as_str()));
        let tooltip = format!("{} {} {} ({value})", quoted(from), if residual { "..." } else { "->" }, quoted(to));
        let _ = writeln!(
            text,
            "N{} -> N{} [label=\" {value}{}\" weight={} penwidth={} color=\"{}\" tooltip=\"{tooltip}\" \
             labeltooltip=\"{tooltip}\"{style}]",
            caller + 1,
            callee + 1,
            if inlined { "\\n (inline)" } else { "" },
            1 + (share * 100.0) as u32,
            1 + (share * 5.0) as u32,
            self.colour(weight, 1.0, 0.7),
        );
    }

    fn value(&self, number: i128) -> String {
        match self.unit {
            Unit::None | Unit::Count => number.to_string(),
            unit => unit.humanize(number as f64),
        }
    }

    fn fraction(&self, number: i128) -> f64 {
        if self.graph.total == 0 { 0.0 } else { number as f64 / self.graph.total.unsigned_abs() as f64 }
    }

    fn share(&self, number: i128) -> String {
        percent(self.fraction(number), 1)
    }

    /// Red for what costs, green for what a difference took away, grey for little, as `go tool pprof` has it.
    fn colour(&self, number: i128, saturation: f64, value: f64) -> String {
        let score = self.fraction(number).clamp(-1.0, 1.0);
        let saturation = saturation * (score.abs() / 0.2).min(1.0);
        // Moves scores away from grey.
        let strength = score.abs().powf(0.3);
        let (full, less) = (value, value * (1.0 - saturation * strength));
        let (red, green) = if score < 0.0 { (less, full) } else { (full, less) };
        let byte = |part: f64| (part * 255.0) as u8;
        format!("#{:02x}{:02x}{:02x}", byte(red), byte(green), byte(value * (1.0 - saturation)))
    }
}

/// Text within quotes.
fn quoted(text: &str) -> String {
    name_for(Outlet::Line, text).replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_within_their_quotes() {
        let text = b"heap profile: 1: 64 [3: 12288] @ heap/1048576\n1: 64 [3: 12288] @ 0x1 0x2\n\
                     #\t0x1\tmain.a\"];N9->N8;\\+0x10\t/src/a.go:1\n#\t0x2\tmain.main+0x20\t/src/a.go:7\n\n";
        let profile = Profile::decode(text).unwrap();
        let dot = profile.to_dot(1, CallGraphOptions::default());
        let plain = |line: &str| {
            let (mut outside, mut is_inside, mut chars) = (String::new(), false, line.chars());
            while let Some(char) = chars.next() {
                match char {
                    '\\' if is_inside => drop(chars.next()),
                    '"' => is_inside = !is_inside,
                    _ if !is_inside => outside.push(char),
                    _ => {}
                }
            }
            assert!(!is_inside, "{line}");
            outside
        };
        let outside: String = dot.lines().map(plain).collect();
        assert_eq!(outside.matches("->").count(), 1, "{dot}");
        assert!(!outside.contains("N9"), "{dot}");
    }

    #[test]
    fn nothing_is_a_graph_too() {
        let profile = Profile::decode(b"heap profile: 0: 0 [0: 0] @ heap/1048576\n").unwrap();
        assert!(profile.to_dot(1, CallGraphOptions::default()).ends_with("}\n"));
    }
}
