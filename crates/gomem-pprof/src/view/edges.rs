//! Who calls whom.

use std::sync::Arc;

use foldhash::HashMap;
use gomem_table::{Definition, StringPool, StringPoolBuilder, Table, TableSchema, ToTable, Unit};

use super::{
    key::{FrameKey, FrameKeys},
    top::TopOptions,
};
use crate::model::{Profile, TOO_LARGE, int64};

/// The calls between keys, heaviest first.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_pprof::TopOptions;
///
/// let edges = profile.edges(&TopOptions::new(1));
/// assert_eq!(edges.rows().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Edges {
    keys: Vec<FrameKey>,
    calls: Vec<Call>,
    unit: Unit,
}

/// A call from one key to another.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_pprof::TopOptions;
///
/// let edges = profile.edges(&TopOptions::new(1));
/// let edge = edges.rows().next().expect("a call");
/// assert_eq!((edge.caller.function.as_deref(), edge.inlined), (Some("main.main"), false));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Edge<'a> {
    /// Who calls.
    pub caller: &'a FrameKey,
    /// Who is called.
    pub callee: &'a FrameKey,
    /// The value of samples that pass through the call, each counted once: exact.
    pub weight: i128,
    /// Whether the call was inlined in every sample.
    pub inlined: bool,
}

impl Profile {
    /// The calls between keys, summed as `go tool pprof -tree` does: a call counts once for a sample, and a key's calls
    /// to itself are left out.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// let edges = profile.edges(&gomem_pprof::TopOptions::new(1));
    /// assert_eq!(edges.rows().len(), 1, "main.main calls main.parse");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn edges(&self, options: &TopOptions) -> Edges {
        let profile = &*self.interesting();
        let FrameKeys { of_line, keys } = FrameKeys::from_profile(profile, options.by);
        let mut places: HashMap<(u32, u32), usize> = HashMap::default();
        let mut calls: Vec<Call> = Vec::new();
        for (index, sample) in profile.samples().enumerate() {
            let value = i128::from(sample.value(options.sample_type));
            let count = i128::from(if options.mean { sample.value(0) } else { 0 });
            if value == 0 && count == 0 {
                continue;
            }
            let mut caller = None;
            for id in sample.locations().rev() {
                let range = profile.line_range(id);
                let outermost = range.end - 1;
                for line in range.rev() {
                    let callee = of_line[line];
                    if let Some(caller) = caller.filter(|&caller| caller != callee) {
                        let next = calls.len();
                        let place = *places.entry((caller, callee)).or_insert(next);
                        if place == next {
                            calls.push(Call {
                                caller,
                                callee,
                                weight: 0,
                                count: 0,
                                inlined: true,
                                counted: usize::MAX,
                            });
                        }
                        let call = &mut calls[place];
                        if call.counted != index {
                            call.counted = index;
                            call.weight += value;
                            call.count += count;
                            call.inlined &= line != outermost;
                        }
                    }
                    caller = Some(callee);
                }
            }
        }
        let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
        calls.retain(|call| call.weight != 0);
        calls.sort_by_key(|call| {
            let weight = std::cmp::Reverse(call.weight.unsigned_abs());
            (weight, &names[call.caller as usize], &names[call.callee as usize])
        });
        // `go tool pprof` does not divide the weights of a mean.
        for call in &mut calls {
            call.weight = options.shown(call.weight, if profile.pprof_compat { 0 } else { call.count });
        }
        let unit = self.unit(options.sample_type);
        Edges { keys, calls, unit }
    }
}

#[derive(Debug, Clone)]
struct Call {
    caller: u32,
    callee: u32,
    weight: i128,
    count: i128,
    inlined: bool,
    /// The last sample that counted.
    counted: usize,
}

impl Edges {
    /// The calls: largest |weight| first, then by the names of caller and callee.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Edge<'_>> {
        self.calls.iter().map(|call| Edge {
            caller: &self.keys[call.caller as usize],
            callee: &self.keys[call.callee as usize],
            weight: call.weight,
            inlined: call.inlined,
        })
    }

    /// What the table of values in this unit promises.
    #[must_use]
    pub fn schema(unit: Unit) -> TableSchema {
        definition(unit, &[], &StringPoolBuilder::new().finish()).schema()
    }
}

/// One row a call.
impl ToTable for Edges {
    fn to_table(&self) -> Table {
        let mut pool = StringPoolBuilder::new();
        let names: Vec<u32> = self.keys.iter().map(|key| pool.intern(&key.to_string())).collect();
        definition(self.unit, &names, &pool.finish()).table(&self.calls)
    }
}

const ABOUT_WEIGHT: &str = "the value of samples that pass through the call, each counted once";

/// `names` has, by key, its name in `pool`.
fn definition<'a>(unit: Unit, names: &'a [u32], pool: &Arc<StringPool>) -> Definition<'a, &'a Call> {
    Definition::new("edges", "largest |weight| first, then by the names of caller and callee")
        .about("who calls whom")
        .codes("caller", pool, "who calls", |call: &&'a Call| names[call.caller as usize])
        .codes("callee", pool, "who is called", |call| names[call.callee as usize])
        .optional_int64("weight", unit, TOO_LARGE, ABOUT_WEIGHT, |call| int64(call.weight))
        .bool("inlined", "whether the call was inlined in every sample", |call| call.inlined)
}
