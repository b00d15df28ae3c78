//! How much of a call graph is drawn.

use clap::Args;
use gomem_pprof::CallGraphOptions;

/// How much of a call graph is drawn, as `go tool pprof` is asked.
#[derive(Debug, Default, PartialEq, Args)]
pub(crate) struct GraphSize {
    /// Functions at most, for a call graph: 0 is all [default: 80].
    #[arg(long, value_name = "N", help_heading = "Call graph")]
    nodecount: Option<usize>,
    /// Leave out functions below this share of the total [default: 0.005].
    #[arg(long, value_name = "FRACTION", help_heading = "Call graph")]
    nodefraction: Option<f64>,
    /// Leave out calls below this share of the total [default: 0.001].
    #[arg(long, value_name = "FRACTION", help_heading = "Call graph")]
    edgefraction: Option<f64>,
}

impl GraphSize {
    pub(crate) fn options(&self) -> CallGraphOptions {
        let default = CallGraphOptions::default();
        let fractions =
            (self.nodefraction.unwrap_or(default.node_fraction), self.edgefraction.unwrap_or(default.call_fraction));
        default.with_fractions(fractions.0, fractions.1).with_nodes(self.nodecount.unwrap_or(default.nodes))
    }
}
