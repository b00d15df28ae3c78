//! What calls what, as a graph that people can look at: small nodes and calls are left out.
//!
//! The steps are those of `go tool pprof -dot` (`internal/report/report.go`, `newTrimmedGraph`, and
//! `internal/graph/graph.go`), so that both draw the same nodes and calls.

use std::{cmp::Reverse, collections::BTreeMap, collections::BTreeSet};

use super::key::{FrameKeys, Granularity};
use crate::model::Profile;

/// What calls what: functions with flat and cum, and the calls between them.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_pprof::CallGraphOptions;
///
/// let graph = profile.call_graph(1, CallGraphOptions::default());
/// assert_eq!((graph.nodes.len(), graph.calls.len(), graph.dropped_nodes), (2, 1, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CallGraph {
    /// The functions, those first that a reader should see first.
    pub nodes: Vec<CallNode>,
    /// The calls: largest |weight| first, then by the names of caller and callee.
    pub calls: Vec<NodeCall>,
    /// What all samples add up to.
    pub total: i128,
    /// How many functions are too small to be shown.
    pub dropped_nodes: usize,
    /// How many calls are.
    pub dropped_calls: usize,
}

/// A function.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_pprof::CallGraphOptions;
///
/// let graph = profile.call_graph(1, CallGraphOptions::default());
/// let main = graph.nodes.iter().find(|node| node.name == "main.main").expect("it calls");
/// assert_eq!((main.flat, main.cum), (0, graph.total));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallNode {
    /// Its name.
    pub name: String,
    /// The value of samples whose leaf it is.
    pub flat: i128,
    /// The value of samples in whose stack it is.
    pub cum: i128,
}

/// Calls from one function to another.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_pprof::CallGraphOptions;
///
/// let graph = profile.call_graph(1, CallGraphOptions::default());
/// let call = &graph.calls[0];
/// assert_eq!((&*graph.nodes[call.caller].name, call.weight), ("main.main", graph.total));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodeCall {
    /// The index of the function that calls.
    pub caller: usize,
    /// The index of the one that is called.
    pub callee: usize,
    /// The value of samples that pass through, each counted once.
    pub weight: i128,
    /// Whether it was inlined in every sample.
    pub inlined: bool,
    /// Whether functions that are not shown are between the two in some sample.
    pub residual: bool,
}

/// What of a call graph is shown.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_pprof::CallGraphOptions;
///
/// let graph = profile.call_graph(1, CallGraphOptions::default().with_nodes(1));
/// assert_eq!(graph.nodes.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct CallGraphOptions {
    /// Functions whose cum is less than this share of the total are left out: 0.005 by default.
    pub node_fraction: f64,
    /// And calls whose weight is: 0.001 by default.
    pub call_fraction: f64,
    /// How many functions are shown at most: 80 by default; 0 is all.
    pub nodes: usize,
}

impl Default for CallGraphOptions {
    /// Those of `go tool pprof`.
    fn default() -> Self {
        Self { node_fraction: 0.005, call_fraction: 0.001, nodes: 80 }
    }
}

impl CallGraphOptions {
    /// Leaves out functions and calls below these shares.
    #[must_use]
    pub fn with_fractions(self, node_fraction: f64, call_fraction: f64) -> Self {
        Self { node_fraction, call_fraction, ..self }
    }

    /// Shows so many functions at most; 0 is all.
    #[must_use]
    pub fn with_nodes(self, nodes: usize) -> Self {
        Self { nodes, ..self }
    }
}

impl Profile {
    /// What calls what. Where a function is left out, a call leads from its caller to what it calls, unless there is another way.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// let graph = profile.call_graph(1, gomem_pprof::CallGraphOptions::default());
    /// let call = graph.calls[0];
    /// assert_eq!((&*graph.nodes[call.caller].name, &*graph.nodes[call.callee].name), ("main.main", "main.parse"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn call_graph(&self, sample_type: usize, options: CallGraphOptions) -> CallGraph {
        let profile = &*self.interesting();
        let keys = FrameKeys::from_profile(profile, Granularity::Function);
        let names: Vec<String> = keys.keys.iter().map(ToString::to_string).collect();
        let build = |kept: Option<&BTreeSet<u32>>| Graph::new(profile, sample_type, &keys.of_line, kept);
        let mut graph = build(None);
        let flat: i128 = graph.sums.values().map(|sums| sums.flat).sum();
        // Truncated as Go does.
        let cutoff = |fraction: f64| ((flat as f64 * fraction) as i128).unsigned_abs();
        let (node_cutoff, call_cutoff) = (cutoff(options.node_fraction), cutoff(options.call_fraction));
        let all = graph.sums.len();
        if graph.sums.values().any(|sums| sums.cum.unsigned_abs() < node_cutoff) {
            let large = graph.sums.iter().filter(|(_, sums)| sums.cum.unsigned_abs() >= node_cutoff);
            graph = build(Some(&large.map(|(&key, _)| key).collect()));
        }
        let large = graph.sums.len();
        let mut order = graph.order(&names);
        if options.nodes > 0 && order.len() > options.nodes {
            order.truncate(options.nodes);
            graph = build(Some(&order.into_iter().collect()));
            order = graph.order(&names);
        }
        let calls = graph.calls.len();
        graph.calls.retain(|_, call| call.weight.unsigned_abs() >= call_cutoff);
        let dropped_calls = calls - graph.calls.len();
        graph.remove_redundant(&order, &names);
        let place: BTreeMap<u32, usize> = order.iter().zip(0..).map(|(&key, at)| (key, at)).collect();
        let node = |key: &u32| CallNode {
            name: names[*key as usize].clone(),
            flat: graph.sums[key].flat,
            cum: graph.sums[key].cum,
        };
        let mut ends: Vec<(u32, u32)> = graph.calls.keys().copied().collect();
        ends.sort_by_key(|ends| graph.rank(*ends, &names));
        let call = |ends: (u32, u32)| {
            let Call { weight, inlined, residual, .. } = graph.calls[&ends];
            Some(NodeCall { caller: *place.get(&ends.0)?, callee: *place.get(&ends.1)?, weight, inlined, residual })
        };
        CallGraph {
            nodes: order.iter().map(node).collect(),
            calls: ends.into_iter().filter_map(call).collect(),
            total: profile.total(sample_type),
            dropped_nodes: all - large,
            dropped_calls,
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct NodeSums {
    flat: i128,
    cum: i128,
    /// The last sample that counted towards cum, from 1.
    counted: usize,
}

#[derive(Debug, Clone, Copy)]
struct Call {
    weight: i128,
    inlined: bool,
    residual: bool,
    /// The last sample that counted, from 1.
    counted: usize,
}

/// Sums by key, and by caller and callee.
struct Graph {
    sums: BTreeMap<u32, NodeSums>,
    calls: BTreeMap<(u32, u32), Call>,
}

impl Graph {
    /// Of the keys that are kept; `None` keeps all.
    fn new(profile: &Profile, sample_type: usize, of_line: &[u32], kept: Option<&BTreeSet<u32>>) -> Self {
        let mut graph = Self { sums: BTreeMap::new(), calls: BTreeMap::new() };
        for (sample, number) in profile.samples().zip(1..) {
            let value = i128::from(sample.value(sample_type));
            if value == 0 {
                continue;
            }
            let mut caller = None;
            let mut residual = false;
            for id in sample.locations().rev() {
                let range = profile.line_range(id);
                let outermost = range.end - 1;
                for line in range.rev() {
                    let callee = of_line[line];
                    if kept.is_some_and(|kept| !kept.contains(&callee)) {
                        residual = true;
                        continue;
                    }
                    graph.add(caller, callee, value, number, (line != outermost, residual));
                    caller = Some(callee);
                    residual = false;
                }
            }
            if let Some(leaf) = caller.filter(|_| !residual) {
                graph.sums.entry(leaf).or_default().flat += value;
            }
        }
        graph.sums.retain(|_, sums| (sums.flat, sums.cum) != (0, 0));
        graph
    }

    fn add(&mut self, caller: Option<u32>, callee: u32, value: i128, sample: usize, (inlined, residual): (bool, bool)) {
        let sums = self.sums.entry(callee).or_default();
        if sums.counted != sample {
            sums.counted = sample;
            sums.cum += value;
        }
        let Some(caller) = caller.filter(|&caller| caller != callee) else { return };
        let new = Call { weight: 0, inlined: true, residual: false, counted: 0 };
        let call = self.calls.entry((caller, callee)).or_insert(new);
        if call.counted != sample {
            call.counted = sample;
            call.weight += value;
            call.inlined &= inlined;
            call.residual |= residual;
        }
    }

    /// The keys, the most telling first: much that is its own, and many ways in or out.
    fn order(&self, names: &[String]) -> Vec<u32> {
        let mut into: BTreeMap<u32, Vec<i128>> = BTreeMap::new();
        let mut out: BTreeMap<u32, Vec<i128>> = BTreeMap::new();
        for (&(caller, callee), call) in &self.calls {
            into.entry(callee).or_default().push(call.weight);
            out.entry(caller).or_default().push(call.weight);
        }
        let score = |key: u32, sums: &NodeSums| {
            let of_entry = into.get(&key).map_or(1.0, |weights| entropy(weights, 0));
            let of_exit = out.get(&key).map_or(1.0, |weights| entropy(weights, sums.flat));
            ((of_entry + of_exit) * sums.cum as f64) as i128 + sums.flat
        };
        let mut order: Vec<(u128, u32)> =
            self.sums.iter().map(|(&key, sums)| (score(key, sums).unsigned_abs(), key)).collect();
        order.sort_by_key(|&(score, key)| (Reverse(score), &names[key as usize]));
        order.into_iter().map(|(_, key)| key).collect()
    }

    /// What decides the order of calls.
    fn rank<'n>(&self, ends: (u32, u32), names: &'n [String]) -> (Reverse<u128>, &'n str, &'n str) {
        let weight = self.calls[&ends].weight.unsigned_abs();
        (Reverse(weight), &names[ends.0 as usize], &names[ends.1 as usize])
    }

    /// Leaves out calls past functions that are not shown where there is another way: the lightest first, and none that is
    /// heavier than a call without such functions.
    fn remove_redundant(&mut self, order: &[u32], names: &[String]) {
        let mut callers: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for &(caller, callee) in self.calls.keys() {
            callers.entry(callee).or_default().insert(caller);
        }
        for &callee in order.iter().rev() {
            let mut into: Vec<(u32, u32)> =
                callers.get(&callee).into_iter().flatten().map(|&caller| (caller, callee)).collect();
            into.sort_by_key(|ends| Reverse(self.rank(*ends, names)));
            for ends in into {
                if !self.calls[&ends].residual {
                    break;
                }
                if has_other_way(ends, &callers) {
                    self.calls.remove(&ends);
                    callers.entry(callee).or_default().remove(&ends.0);
                }
            }
        }
    }
}

/// Whether the caller reaches the callee by way of others.
fn has_other_way((caller, callee): (u32, u32), callers: &BTreeMap<u32, BTreeSet<u32>>) -> bool {
    let mut seen = BTreeSet::from([callee]);
    let mut pending = vec![callee];
    while let Some(at) = pending.pop() {
        for &from in callers.get(&at).into_iter().flatten() {
            if (from, at) == (caller, callee) {
                continue;
            }
            if from == caller {
                return true;
            }
            if seen.insert(from) {
                pending.push(from);
            }
        }
    }
    false
}

/// How evenly weights are spread; a function that only passes on has none.
fn entropy(weights: &[i128], own: i128) -> f64 {
    let total: i128 = weights.iter().filter(|weight| **weight > 0).sum::<i128>() + own;
    if total == 0 {
        return 0.0;
    }
    let of = |weight: i128| {
        let share = weight.unsigned_abs() as f64 / total as f64;
        -share * share.log2()
    };
    let own = if own > 0 { of(own) } else { 0.0 };
    weights.iter().filter(|weight| **weight != 0).map(|weight| of(*weight)).sum::<f64>() + own
}
