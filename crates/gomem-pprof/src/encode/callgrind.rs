//! Profiles for KCachegrind and its kin.

use std::fmt::Write as _;

use foldhash::HashMap;

use crate::{
    model::Profile,
    view::{Edge, FrameKey, Granularity, TopOptions},
};

impl Profile {
    /// One sample type in callgrind's format: the cost of each line by itself, and of each call.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// assert!(profile.to_callgrind(0).contains("fn="));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_callgrind(&self, sample_type: usize) -> String {
        let profile = &*self.interesting();
        let options = TopOptions::new(sample_type).by(Granularity::Line);
        let (name, unit) = self.sample_types.get(sample_type).map_or(("", ""), |kind| (kind.name(), kind.unit()));
        let mut text = format!("positions: line\nevents: {name}({unit})\n");
        let mut names = Names::default();
        let top = profile.top(&options);
        let edges = profile.edges(&options);
        let mut calls: HashMap<&FrameKey, Vec<Edge<'_>>> = HashMap::default();
        for edge in edges.rows() {
            calls.entry(edge.caller).or_default().push(edge);
        }
        for row in top.rows() {
            let line = row.key.line.unwrap_or(0);
            let _ = writeln!(text, "\nfl={}\nfn={}", names.file(&row.key), names.function(&row.key));
            let _ = writeln!(text, "{line} {}", row.flat);
            for edge in calls.get(&row.key).into_iter().flatten() {
                let callee = edge.callee.line.unwrap_or(0);
                let _ = writeln!(text, "cfl={}\ncfn={}", names.file(edge.callee), names.function(edge.callee));
                let _ = writeln!(text, "calls=0 {callee}\n{line} {}", edge.weight);
            }
        }
        text
    }
}

/// Names are written once, and by number after that.
#[derive(Default)]
struct Names {
    files: HashMap<String, usize>,
    functions: HashMap<String, usize>,
}

impl Names {
    fn file(&mut self, key: &FrameKey) -> String {
        numbered(&mut self.files, key.file.as_deref().unwrap_or("???"))
    }

    fn function(&mut self, key: &FrameKey) -> String {
        numbered(&mut self.functions, key.function.as_deref().unwrap_or("???"))
    }
}

fn numbered(known: &mut HashMap<String, usize>, name: &str) -> String {
    let next = known.len() + 1;
    match known.get(name) {
        Some(number) => format!("({number})"),
        None => {
            known.insert(name.to_owned(), next);
            // A name ends with its line.
            format!("({next}) {}", name.replace(['\n', '\r'], " "))
        }
    }
}
