//! The flame tree: stacks folded from the root.

use gomem_table::{Column, ColumnSpec, Kind, Schema, Table, TableError, Unit};
use rustc_hash::FxHashMap;

use crate::profile::{Profile, Sample, SampleType};

/// The stacks of a profile, folded from the root, with the values of one or more sample types.
#[derive(Debug, Clone)]
pub struct FlameTree {
    sample_types: Vec<SampleType>,
    nodes: Vec<FlameNode>,
    names: Vec<String>,
    is_diff: bool,
}

/// A node: a function called by its parent's.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FlameNode {
    /// The caller; `None` for the root.
    pub parent: Option<u32>,
    /// 0 is the root.
    pub depth: u32,
    pub(crate) name: u32,
    /// The values of samples that end here, one per sample type.
    pub self_values: Vec<i64>,
    /// The values of samples that pass through here or end here, one per sample type.
    pub totals: Vec<i64>,
}

impl Profile {
    /// The flame tree of one sample type, by function.
    #[must_use]
    pub fn flame(&self, sample_type: usize) -> FlameTree {
        self.flame_of(&[sample_type])
    }

    /// The flame tree of several sample types, by function.
    #[must_use]
    pub fn flame_of(&self, sample_types: &[usize]) -> FlameTree {
        let kinds: Vec<SampleType> =
            sample_types.iter().filter_map(|&index| self.sample_types().get(index).cloned()).collect();
        let mut builder = Builder::new(kinds);
        builder.add_profile(self, |sample, values| {
            for (value, &index) in values.iter_mut().zip(sample_types) {
                *value = sample.value(index);
            }
        });
        builder.finish()
    }

    fn frame_name(&self, line: &crate::profile::LineColumns) -> &str {
        match line.function {
            Some(id) => self.string(self.functions[id.0 as usize].name),
            None => "<unknown>",
        }
    }
}

impl FlameTree {
    /// The tree of two profiles of the same sample types: values of the second one first, then those of the first.
    pub(crate) fn of_both(base: &Profile, current: &Profile, sample_type: usize) -> Self {
        let kind = current.sample_types().get(sample_type);
        let (name, unit) = kind.map_or(("", ""), |kind| (kind.name(), kind.unit()));
        let kinds = vec![SampleType::new(name, unit), SampleType::new(format!("{name} of the base"), unit)];
        let mut builder = Builder::new(kinds);
        for (profile, place) in [(current, 0), (base, 1)] {
            builder.add_profile(profile, |sample, values| {
                values.fill(0);
                values[place] = sample.value(sample_type);
            });
        }
        let mut tree = builder.finish();
        tree.is_diff = true;
        tree
    }

    /// Whether the second sample type is the first one's base.
    #[must_use]
    pub fn is_diff(&self) -> bool {
        self.is_diff
    }

    /// The sample types whose values the nodes have.
    #[must_use]
    pub fn sample_types(&self) -> &[SampleType] {
        &self.sample_types
    }

    /// The nodes: parents before their children, siblings by falling total of the first sample type.
    #[must_use]
    pub fn nodes(&self) -> &[FlameNode] {
        &self.nodes
    }

    /// A node's name.
    #[must_use]
    pub fn name(&self, node: &FlameNode) -> &str {
        self.names.get(node.name as usize).map_or("", String::as_str)
    }

    /// The values of the first sample type, in its own unit: [`FLAME_SCHEMA`].
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn to_table(&self) -> Result<Table, TableError> {
        let nodes = || self.nodes.iter();
        let first = |values: &[i64]| values.first().copied().unwrap_or(0);
        Table::new(
            FLAME_SCHEMA.name,
            vec![
                Column::int64("node", Unit::None, (0..self.nodes.len() as i64).collect()),
                Column::optional_int64("parent", Unit::None, nodes().map(|node| node.parent.map(i64::from))),
                Column::int64("depth", Unit::Count, nodes().map(|node| i64::from(node.depth)).collect()),
                Column::strings("name", nodes().map(|node| self.name(node))),
                Column::int64("self", Unit::None, nodes().map(|node| first(&node.self_values)).collect()),
                Column::int64("total", Unit::None, nodes().map(|node| first(&node.totals)).collect()),
            ],
        )
    }

    /// Folded stacks of the first sample type, as `flamegraph.pl` and its kin read them: `root;caller;leaf value`.
    #[must_use]
    pub fn to_folded(&self) -> String {
        let mut folded = String::new();
        let mut stack: Vec<&str> = Vec::new();
        for node in self.nodes.iter().skip(1) {
            stack.truncate(node.depth as usize - 1);
            stack.push(self.name(node));
            if let Some(&value) = node.self_values.first().filter(|&&value| value != 0) {
                // A semicolon would end the frame.
                let names: Vec<String> = stack.iter().map(|name| name.replace(';', ":")).collect();
                folded.push_str(&format!("{} {value}\n", names.join(";")));
            }
        }
        folded
    }
}

struct Builder {
    sample_types: Vec<SampleType>,
    nodes: Vec<FlameNode>,
    names: Vec<String>,
    codes: FxHashMap<String, u32>,
    children: FxHashMap<(u32, u32), u32>,
}

impl Builder {
    fn new(sample_types: Vec<SampleType>) -> Self {
        let zeros = vec![0; sample_types.len()];
        let root = FlameNode { parent: None, depth: 0, name: 0, self_values: zeros.clone(), totals: zeros };
        Self {
            sample_types,
            nodes: vec![root],
            names: vec!["root".to_owned()],
            codes: FxHashMap::default(),
            children: FxHashMap::default(),
        }
    }

    /// Adds every sample with the values that `fill` finds.
    fn add_profile(&mut self, profile: &Profile, fill: impl Fn(Sample<'_>, &mut [i64])) {
        let profile = &*profile.interesting();
        let codes: Vec<u32> = profile.lines.iter().map(|line| self.intern(profile.frame_name(line))).collect();
        let mut values = vec![0; self.sample_types.len()];
        for sample in profile.samples() {
            fill(sample, &mut values);
            if values.iter().all(|&value| value == 0) {
                continue;
            }
            let mut node = 0;
            self.add(node, &values);
            for id in sample.locations().rev() {
                for line in profile.line_range(id).rev() {
                    node = self.child(node, codes[line]);
                    self.add(node, &values);
                }
            }
            for (own, &value) in self.nodes[node as usize].self_values.iter_mut().zip(&values) {
                *own = own.wrapping_add(value);
            }
        }
    }

    fn intern(&mut self, name: &str) -> u32 {
        if let Some(&code) = self.codes.get(name) {
            return code;
        }
        let code = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.codes.insert(name.to_owned(), code);
        code
    }

    fn child(&mut self, parent: u32, name: u32) -> u32 {
        let next = self.nodes.len() as u32;
        let child = *self.children.entry((parent, name)).or_insert(next);
        if child == next {
            let zeros = vec![0; self.sample_types.len()];
            let depth = self.nodes[parent as usize].depth + 1;
            let node = FlameNode { parent: Some(parent), depth, name, self_values: zeros.clone(), totals: zeros };
            self.nodes.push(node);
        }
        child
    }

    fn add(&mut self, node: u32, values: &[i64]) {
        for (total, &value) in self.nodes[node as usize].totals.iter_mut().zip(values) {
            *total = total.wrapping_add(value);
        }
    }

    /// Brings the nodes into depth-first order, siblings by falling total and then by name.
    fn finish(self) -> FlameTree {
        let Self { sample_types, nodes, names, .. } = self;
        let mut children: Vec<Vec<u32>> = vec![Vec::new(); nodes.len()];
        for (index, node) in (0..).zip(&nodes) {
            if let Some(parent) = node.parent {
                children[parent as usize].push(index);
            }
        }
        for siblings in &mut children {
            siblings.sort_by_key(|&index| {
                let node = &nodes[index as usize];
                (
                    std::cmp::Reverse(node.totals.first().map_or(0, |total| total.unsigned_abs())),
                    &names[node.name as usize],
                )
            });
        }
        let mut ordered: Vec<FlameNode> = Vec::with_capacity(nodes.len());
        let mut pending = vec![(0, None)];
        while let Some((index, parent)) = pending.pop() {
            let place = ordered.len() as u32;
            ordered.push(FlameNode { parent, ..nodes[index as usize].clone() });
            pending.extend(children[index as usize].iter().rev().map(|&child| (child, Some(place))));
        }
        FlameTree { sample_types, nodes: ordered, names, is_diff: false }
    }
}

/// The table of [`FlameTree::to_table`].
pub const FLAME_SCHEMA: Schema = Schema {
    name: "flame",
    order: "depth first; siblings by falling total, then by name",
    columns: &[
        ColumnSpec { name: "node", kind: Kind::Int64, unit: Unit::None, null: None, doc: "its number, 0 for the root" },
        ColumnSpec {
            name: "parent",
            kind: Kind::Int64,
            unit: Unit::None,
            null: Some("the root has no parent"),
            doc: "its caller's number",
        },
        ColumnSpec { name: "depth", kind: Kind::Int64, unit: Unit::Count, null: None, doc: "0 for the root" },
        ColumnSpec { name: "name", kind: Kind::Text, unit: Unit::None, null: None, doc: "the function" },
        ColumnSpec { name: "self", kind: Kind::Int64, unit: Unit::None, null: None, doc: "samples that end here" },
        ColumnSpec { name: "total", kind: Kind::Int64, unit: Unit::None, null: None, doc: "samples through here" },
    ],
};
