//! The flame tree: stacks folded from the root.

use std::{cmp::Reverse, ops::Range, sync::Arc};

use foldhash::HashMap;
use gomem_table::{Definition, StringPool, StringPoolBuilder, Table, TableSchema, ToTable, Unit, checkpoint};

use crate::model::{LineColumns, Profile, Sample, SampleType, TOO_LARGE, int64};

/// The stacks of a profile, folded from the root, with the values of one or more sample types.
#[derive(Debug, Clone)]
pub struct FlameTree {
    sample_types: Vec<SampleType>,
    pub(crate) names: Vec<String>,
    parents: Vec<Option<u32>>,
    depths: Vec<u32>,
    /// Indexes into `names`.
    pub(crate) codes: Vec<u32>,
    /// Node after node, one per sample type.
    self_values: Vec<i128>,
    totals: Vec<i128>,
    folded: usize,
    is_diff: bool,
}

/// A node: a function called by its parent's.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// let flame = profile.flame(1);
/// let deepest = flame.nodes().max_by_key(|node| node.depth).expect("a root");
/// assert_eq!((deepest.name, deepest.self_values == deepest.totals), ("main.parse", true));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FlameNode<'a> {
    /// The caller; `None` for the root.
    pub parent: Option<u32>,
    /// 0 is the root.
    pub depth: u32,
    /// The function.
    pub name: &'a str,
    /// The values of samples that end here, one per sample type: exact.
    pub self_values: &'a [i128],
    /// The values of samples that pass through here or end here, one per sample type: exact.
    pub totals: &'a [i128],
}

impl Profile {
    /// The flame tree of one sample type, by function.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// let tree = profile.flame(1);
    /// assert_eq!(tree.nodes().len(), 3, "the root, main.main and main.parse");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn flame(&self, sample_type: usize) -> FlameTree {
        self.flame_of(&[sample_type])
    }

    /// The flame tree of several sample types, by function.
    #[must_use]
    pub fn flame_of(&self, sample_types: &[usize]) -> FlameTree {
        self.paths(sample_types).fold(0.0)
    }

    /// The same, without what is a smaller share of the whole than `smallest` in every sample type: that is part of its
    /// caller. For a profile of many stacks this is much less work.
    #[must_use]
    pub fn flame_above(&self, sample_types: &[usize], smallest: f64) -> FlameTree {
        self.paths(sample_types).fold(smallest)
    }

    fn paths(&self, sample_types: &[usize]) -> Paths {
        let kinds: Vec<SampleType> =
            sample_types.iter().filter_map(|&index| self.sample_types().get(index).cloned()).collect();
        let mut paths = Paths::new(kinds);
        paths.add_profile(self, |sample, values| {
            for (value, &index) in values.iter_mut().zip(sample_types) {
                *value = sample.value(index);
            }
        });
        paths
    }

    fn frame_name(&self, line: &LineColumns) -> &str {
        match line.function {
            Some(id) => self.string(self.functions[id.0 as usize].name),
            None => "<unknown>",
        }
    }
}

impl FlameTree {
    /// The tree of two profiles of the same sample types: values of the second one first, then those of the first.
    pub(crate) fn from_both(base: &Profile, current: &Profile, sample_type: usize) -> Self {
        let kind = current.sample_types().get(sample_type);
        let (name, unit) = kind.map_or(("", ""), |kind| (kind.name(), kind.unit()));
        let kinds = vec![SampleType::new(name, unit), SampleType::new(format!("{name} of the base"), unit)];
        let mut paths = Paths::new(kinds);
        for (profile, place) in [(current, 0), (base, 1)] {
            paths.add_profile(profile, |sample, values| {
                values.fill(0);
                values[place] = sample.value(sample_type);
            });
        }
        Self { is_diff: true, ..paths.fold(0.0) }
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

    /// How many nodes there are, the root included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there is nothing but the root.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() <= 1
    }

    /// How many calls were too small to have nodes of their own.
    #[must_use]
    pub fn folded(&self) -> usize {
        self.folded
    }

    /// The nodes: parents before their children, siblings by falling total of the first sample type.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = FlameNode<'_>> {
        let width = self.sample_types.len();
        (0..self.len()).map(move |index| FlameNode {
            parent: self.parents[index],
            depth: self.depths[index],
            name: &self.names[self.codes[index] as usize],
            self_values: &self.self_values[index * width..][..width],
            totals: &self.totals[index * width..][..width],
        })
    }

    /// What its table promises.
    #[must_use]
    pub fn schema() -> TableSchema {
        Paths::new(Vec::new()).fold(0.0).definition(&[], &StringPoolBuilder::new().finish()).schema()
    }

    /// One row a node, by its number; `names` has, by name, its code in `pool`.
    fn definition<'a>(&'a self, names: &'a [u32], pool: &Arc<StringPool>) -> Definition<'a, usize> {
        let width = self.sample_types.len();
        let first = move |values: &[i128], node: usize| int64(values.get(node * width).copied().unwrap_or(0));
        Definition::new("flame", "depth first; siblings by falling total, then by name")
            .about("a flame tree, one row a node")
            .int64("node", Unit::None, "its number, 0 for the root", |&node: &usize| node as i64)
            .optional_int64("parent", Unit::None, "the root has no parent", "its caller's number", |&node| {
                self.parents[node].map(i64::from)
            })
            .int64("depth", Unit::Count, "0 for the root", |&node| i64::from(self.depths[node]))
            .codes("name", pool, "the function", |&node| names[self.codes[node] as usize])
            .optional_int64("self", Unit::None, TOO_LARGE, "samples that end here", move |&node| {
                first(&self.self_values, node)
            })
            .optional_int64("total", Unit::None, TOO_LARGE, "samples through here", move |&node| {
                first(&self.totals, node)
            })
    }
}

/// One row a node: the values of the first sample type, in its own unit.
impl ToTable for FlameTree {
    fn to_table(&self) -> Table {
        let mut pool = StringPoolBuilder::new();
        let names: Vec<u32> = self.names.iter().map(|name| pool.intern(name)).collect();
        self.definition(&names, &pool.finish()).table(0..self.len())
    }
}

/// The stacks as paths from the root, with their values.
struct Paths {
    sample_types: Vec<SampleType>,
    names: Vec<String>,
    codes_by_name: HashMap<String, u32>,
    /// The names of each path, as indexes, path after path.
    codes: Vec<u32>,
    /// Where each path begins in `codes`; one more at the end.
    offsets: Vec<usize>,
    /// Path after path, one per sample type.
    values: Vec<i64>,
}

/// Paths that are the same up to `depth`, of which a node is made.
struct Group {
    paths: Range<usize>,
    depth: u32,
    code: u32,
    parent: Option<u32>,
    totals: Vec<i128>,
}

impl Paths {
    fn new(sample_types: Vec<SampleType>) -> Self {
        Self {
            sample_types,
            names: vec!["root".to_owned()],
            codes_by_name: HashMap::default(),
            codes: Vec::new(),
            offsets: vec![0],
            values: Vec::new(),
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
            for id in sample.locations().rev() {
                self.codes.extend(codes[profile.line_range(id)].iter().rev());
            }
            self.offsets.push(self.codes.len());
            self.values.extend_from_slice(&values);
        }
    }

    fn intern(&mut self, name: &str) -> u32 {
        if let Some(&code) = self.codes_by_name.get(name) {
            return code;
        }
        let code = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.codes_by_name.insert(name.to_owned(), code);
        code
    }

    /// Makes a node of the paths that go on alike, from the root outwards. Groups become smaller quickly, so that sorting
    /// each costs less than looking every frame up.
    fn fold(self, smallest: f64) -> FlameTree {
        let count = self.offsets.len() - 1;
        let mut order: Vec<u32> = (0..count as u32).collect();
        let all = self.total(&order);
        let visible: Vec<f64> = all.iter().map(|total| total.unsigned_abs() as f64 * smallest).collect();
        let mut tree = FlameTree {
            sample_types: Vec::new(),
            names: Vec::new(),
            parents: Vec::new(),
            depths: Vec::new(),
            codes: Vec::new(),
            self_values: Vec::new(),
            totals: Vec::new(),
            folded: 0,
            is_diff: false,
        };
        let mut pending = vec![Group { paths: 0..count, depth: 0, code: 0, parent: None, totals: all }];
        while let Some(Group { paths, depth, code, parent, totals }) = pending.pop() {
            checkpoint();
            let node = tree.codes.len() as u32;
            tree.parents.push(parent);
            tree.depths.push(depth);
            tree.codes.push(code);
            tree.totals.extend_from_slice(&totals);
            let mut own = totals;
            let begin = pending.len();
            let place = depth as usize;
            order[paths.clone()].sort_by_key(|&path| self.code(path, place));
            let mut rest = paths;
            while let Some(&first) = order[rest.clone()].first() {
                let code = self.code(first, place);
                let end = rest.start + order[rest.clone()].partition_point(|&path| self.code(path, place) == code);
                let alike = rest.start..end;
                rest.start = end;
                // Paths that end here stay the node's own.
                let Some(code) = code else { continue };
                let totals = self.total(&order[alike.clone()]);
                let is_visible =
                    totals.iter().zip(&visible).any(|(total, &visible)| total.unsigned_abs() as f64 >= visible);
                if !is_visible {
                    tree.folded += 1;
                    continue;
                }
                for (own, total) in own.iter_mut().zip(&totals) {
                    *own -= *total;
                }
                pending.push(Group { paths: alike, depth: depth + 1, code, parent: Some(node), totals });
            }
            tree.self_values.extend_from_slice(&own);
            // The last is taken next.
            pending[begin..].sort_by(|a, b| {
                let key = |group: &Group| group.totals.first().map_or(0, |total| total.unsigned_abs());
                (key(a), Reverse(&self.names[a.code as usize])).cmp(&(key(b), Reverse(&self.names[b.code as usize])))
            });
        }
        FlameTree { sample_types: self.sample_types, names: self.names, ..tree }
    }

    /// The name at a place of a path; `None` behind its end.
    fn code(&self, path: u32, place: usize) -> Option<u32> {
        let path = path as usize;
        self.codes[self.offsets[path]..self.offsets[path + 1]].get(place).copied()
    }

    fn total(&self, paths: &[u32]) -> Vec<i128> {
        let width = self.sample_types.len();
        let mut totals = vec![0; width];
        for &path in paths {
            for (total, &value) in totals.iter_mut().zip(&self.values[path as usize * width..]) {
                *total += i128::from(value);
            }
        }
        totals
    }
}
