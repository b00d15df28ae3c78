//! Folded stacks, for `flamegraph.pl` and its kin.

use gomem_symbol::{Outlet, name_for};

use crate::view::FlameTree;

impl FlameTree {
    /// Folded stacks of the first sample type, as `flamegraph.pl` and its kin read them: `root;caller;leaf value`.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// let alloc_space = profile.sample_type_index("alloc_space").unwrap();
    /// let folded = profile.flame(alloc_space).to_folded();
    /// assert!(folded.starts_with("main.main;main.parse "));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_folded(&self) -> String {
        let names: Vec<_> = self.names.iter().map(|name| name_for(Outlet::FoldedFrame, name)).collect();
        let mut folded = String::new();
        let mut path = String::new();
        // Where the name at each depth ends in `path`.
        let mut ends: Vec<usize> = Vec::new();
        for (index, node) in self.nodes().enumerate().skip(1) {
            ends.truncate(node.depth as usize - 1);
            path.truncate(ends.last().copied().unwrap_or(0));
            if !path.is_empty() {
                path.push(';');
            }
            path.push_str(&names[self.codes[index] as usize]);
            ends.push(path.len());
            if let Some(value) = node.self_values.first().filter(|&&value| value != 0) {
                folded.push_str(&path);
                folded.push_str(&format!(" {value}\n"));
            }
        }
        folded
    }
}
