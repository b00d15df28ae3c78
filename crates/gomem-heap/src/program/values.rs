//! Where the pointers of a value lie and what they lead to, by the debug information of the program's file.

use std::sync::{Arc, OnceLock};

use gomem_binary::{DebugInfo, DebugType, Shape, TypeId};

/// The types of a program.
#[derive(Debug, Default)]
pub(crate) struct Values {
    debug: DebugInfo,
    word_bytes: u64,
    /// How many pointers a value of each type has.
    pointers: Vec<u64>,
    /// Of structs, how many are before each field.
    before: Vec<Box<[u64]>>,
    /// The pointers of values that are not large, by offset: each type is asked for as often as there are objects of it.
    words: Vec<OnceLock<PointerWords>>,
    /// Of each type of nodes of `sync.Map`, that of inner nodes and that of entries.
    trie_types: Vec<(TypeId, Option<TypeId>, Option<TypeId>)>,
    known: Known,
}

/// Types of the runtime and the standard library that only pointers to others lead to.
#[derive(Debug, Default)]
struct Known {
    /// What a `time.Timer` is the front of (since Go 1.23).
    timer: Option<TypeId>,
    /// The head of any channel.
    channel: Option<TypeId>,
    /// What a `sync.Pool` has for each processor.
    pool: Option<TypeId>,
    /// What a `weak.Pointer` leads to.
    weak: Option<TypeId>,
    /// Whether values of a type lie outside of the heap, by its number.
    is_outside: Vec<bool>,
}

/// What a pointer of a known type leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leads {
    Value(TypeId),
    /// Elements; two words on is how many there is room for.
    Elements(TypeId),
    /// Letters; in the next word is their number.
    Text,
    /// The head of a map or channel, and the type that it is known by.
    Head {
        head: TypeId,
        shown: TypeId,
    },
    /// What an interface holds: its type is in the word before.
    Interface,
    Function,
    /// What begins with a value and has more behind it, if there is room for that.
    Front {
        whole: TypeId,
        front: TypeId,
    },
    /// A map's list of tables; where it has none, its one group.
    Directory {
        table: TypeId,
        group: TypeId,
    },
    /// Groups or buckets of a map: as many as there is room for.
    Groups(TypeId),
    /// A node of `sync.Map`, which is an entry or has others below it.
    TrieNode(TypeId),
    Untold,
}

/// The offsets of a value's pointers, and what these lead to.
type PointerWords = Box<[(u64, Leads)]>;

impl Values {
    pub(crate) fn new(debug: DebugInfo, word_bytes: usize) -> Self {
        let types = debug.types().len();
        let mut values = Self {
            debug,
            word_bytes: word_bytes as u64,
            pointers: vec![UNKNOWN; types],
            before: vec![Box::default(); types],
            words: vec![OnceLock::new(); types],
            trie_types: Vec::new(),
            known: Known::default(),
        };
        values.known = Known::new(&values.debug);
        for at in 0..types {
            values.count(at, 0);
        }
        values.trie_types = values.debug.starting_with(TRIE_NODE).map(|(id, name)| values.trie(id, name)).collect();
        values
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.debug.is_empty()
    }

    pub(crate) fn debug(&self) -> &DebugInfo {
        &self.debug
    }

    pub(crate) fn shape(&self, id: TypeId) -> Option<&Shape> {
        self.of(id).map(|found| &found.shape)
    }

    pub(crate) fn name(&self, id: TypeId) -> Option<&Arc<str>> {
        self.of(id).map(|found| &found.name)
    }

    /// The bytes of a value; of pointers and what is made of them nobody says it.
    pub(crate) fn bytes(&self, id: TypeId) -> u64 {
        let Some(found) = self.of(id) else { return 0 };
        match found.shape {
            Shape::Plain | Shape::Array { .. } | Shape::Struct(_) => found.bytes,
            Shape::Interface | Shape::Text => 2 * self.word_bytes,
            Shape::Slice(_) => 3 * self.word_bytes,
            _ => self.word_bytes,
        }
    }

    /// How many pointers a value has.
    pub(crate) fn pointers(&self, id: TypeId) -> u64 {
        self.pointers.get(id.index()).copied().unwrap_or_default()
    }

    /// The pointer at an offset of a value: how many are before it, and what it leads to.
    pub(crate) fn pointer(&self, id: TypeId, offset: u64) -> Option<(u64, Leads)> {
        if self.bytes(id) > LARGE {
            return self.found(id, offset);
        }
        let words = self.words.get(id.index())?.get_or_init(|| {
            let offsets = (0..self.bytes(id)).step_by(self.word_bytes.max(1) as usize);
            offsets.filter_map(|offset| Some((offset, self.found(id, offset)?.1))).collect()
        });
        let rank = words.binary_search_by_key(&offset, |(offset, _)| *offset).ok()?;
        Some((rank as u64, words[rank].1))
    }

    fn found(&self, id: TypeId, offset: u64) -> Option<(u64, Leads)> {
        let (mut id, mut offset, mut rank) = (id, offset, 0_u64);
        for _ in 0..DEEPEST {
            let found = self.of(id)?;
            if let Some(leads) = self.known_word(id, found, offset) {
                return Some((rank, leads));
            }
            if let Some(leads) = self.word(id, &found.shape, offset) {
                return Some((rank, leads));
            }
            match &found.shape {
                Shape::Array { element, count } => {
                    let index = offset.checked_div(self.bytes(*element)).filter(|index| index < count)?;
                    rank = rank.checked_add(index.checked_mul(self.pointers(*element))?)?;
                    (id, offset) = (*element, offset % self.bytes(*element));
                }
                Shape::Struct(fields) => {
                    let (at, within) = self.field(fields, offset)?;
                    rank = rank.checked_add(*self.before.get(id.index())?.get(at)?)?;
                    (id, offset) = (fields[at].type_id, within);
                }
                _ => return None,
            }
        }
        None
    }

    /// The way to an offset of a value as Go writes it: `.routes.byPath`, `[*].next`.
    pub(crate) fn path(&self, id: TypeId, offset: u64) -> Option<String> {
        let (mut id, mut offset, mut path) = (id, offset, String::new());
        for _ in 0..DEEPEST {
            let found = self.of(id)?;
            match &found.shape {
                Shape::Array { element, count } => {
                    let index = offset.checked_div(self.bytes(*element)).filter(|index| index < count)?;
                    path.push_str("[*]");
                    (id, offset) = (*element, offset - index * self.bytes(*element));
                }
                // What an atomic pointer is made of says nothing.
                Shape::Struct(fields) if !found.name.starts_with("sync/atomic.") => {
                    let (at, within) = self.field(fields, offset)?;
                    path.push('.');
                    path.push_str(fields[at].name.rsplit(['.', '/']).next().unwrap_or_default());
                    (id, offset) = (fields[at].type_id, within);
                }
                _ => return Some(path),
            }
        }
        None
    }

    /// Whether a value of one type begins with one of another.
    pub(crate) fn begins_with(&self, outer: TypeId, inner: TypeId) -> bool {
        let mut id = outer;
        for _ in 0..DEEPEST {
            if id == inner {
                return true;
            }
            id = match self.shape(id) {
                Some(Shape::Array { element, count: 1.. }) => *element,
                Some(Shape::Struct(fields)) => match self.field(fields, 0) {
                    Some((at, 0)) => fields[at].type_id,
                    _ => return false,
                },
                _ => return false,
            };
        }
        false
    }

    /// Whether one type is what another says less of: that of a channel of integers, and that of any channel.
    pub(crate) fn is_kind_of(&self, special: TypeId, general: TypeId) -> bool {
        let (Some(special), Some(general)) = (self.name(special), self.name(general)) else { return false };
        GENERAL.iter().any(|(of, name)| **general == **name && special.starts_with(of))
    }

    /// The runtime's own head of a channel, of any type of elements.
    pub(crate) fn is_channel_head(&self, id: TypeId) -> bool {
        self.known.channel == Some(id)
    }

    /// What has a value at an offset and is never pointed to by itself.
    pub(crate) fn around(&self, id: TypeId, offset: u64) -> Option<TypeId> {
        let whole = self.known.timer?;
        let Shape::Struct(fields) = self.shape(whole)? else { return None };
        fields.iter().any(|field| field.offset == offset && field.type_id == id).then_some(whole)
    }

    /// The structs that have an array of so many elements at an offset; all types are looked through.
    pub(crate) fn with_array(&self, element: TypeId, count: u64, offset: u64) -> Vec<TypeId> {
        let is_array = |id: TypeId| matches!(self.shape(id), Some(Shape::Array { element: of, count: has }) if *of == element && *has == count);
        let has_array = |found: &DebugType| match &found.shape {
            Shape::Struct(fields) => fields.iter().any(|field| field.offset == offset && is_array(field.type_id)),
            _ => false,
        };
        let all = (0..).map_while(|at| self.debug.numbered(at));
        all.filter(|(_, found)| has_array(found)).map(|(id, _)| id).collect()
    }

    /// What a node of `sync.Map` is: an entry, or a node with others below it.
    pub(crate) fn trie_type(&self, node: TypeId, is_entry: bool) -> Option<TypeId> {
        let found = self.trie_types.iter().find(|(known, ..)| *known == node)?;
        if is_entry { found.2 } else { found.1 }
    }

    fn of(&self, id: TypeId) -> Option<&DebugType> {
        self.debug.debug_type(id)
    }

    /// The field that an offset is in, and where in it.
    fn field(&self, fields: &[gomem_binary::Field], offset: u64) -> Option<(usize, u64)> {
        let after = fields.partition_point(|field| field.offset <= offset);
        // Fields without room lie where others do.
        (0..after).rev().find_map(|at| {
            let within = offset - fields[at].offset;
            (within < self.bytes(fields[at].type_id)).then_some((at, within))
        })
    }

    /// What a word that is a pointer, or begins with one, leads to.
    fn word(&self, id: TypeId, shape: &Shape, offset: u64) -> Option<Leads> {
        let leads = match shape {
            Shape::Pointer(to) if self.is_trie_node(*to) => Leads::TrieNode(*to),
            Shape::Pointer(to) if self.is_bucket(*to) => Leads::Groups(*to),
            Shape::Pointer(to) if self.known.is_outside(*to) => return None,
            // All pointers are one to generic functions.
            Shape::Pointer(_) if self.name(id).is_some_and(|name| name.starts_with("go.shape.")) => Leads::Untold,
            Shape::Pointer(to) => match self.known.timer {
                Some(whole) if self.name(*to).is_some_and(|name| TIMERS.contains(&&**name)) => {
                    Leads::Front { whole, front: *to }
                }
                _ => Leads::Value(*to),
            },
            Shape::UntypedPointer => Leads::Untold,
            Shape::Function => Leads::Function,
            Shape::Text => Leads::Text,
            Shape::Slice(element) => Leads::Elements(*element),
            Shape::Map(head) | Shape::Channel { head, .. } => Leads::Head { head: *head, shown: id },
            Shape::Interface => return (offset == self.word_bytes).then_some(Leads::Interface),
            _ => return None,
        };
        (offset == 0).then_some(leads)
    }

    /// What the runtime and the standard library keep in pointers without a type.
    fn known_word(&self, id: TypeId, found: &DebugType, offset: u64) -> Option<Leads> {
        let Shape::Struct(fields) = &found.shape else { return None };
        let pointee = |id: TypeId| match self.shape(id) {
            Some(Shape::Pointer(to)) => Some(*to),
            _ => None,
        };
        let field = |fields: &[gomem_binary::Field], name: &str| {
            fields.iter().find(|field| &*field.name == name).map(|field| (field.offset, field.type_id))
        };
        if found.name.starts_with("sync/atomic.Pointer[") && offset == 0 {
            // Its first field has no room: an array of no pointers, for their type.
            return fields.iter().find_map(|field| match self.shape(field.type_id) {
                Some(Shape::Array { element, count: 0 }) => {
                    let to = pointee(*element)?;
                    Some(if self.is_trie_node(to) { Leads::TrieNode(to) } else { Leads::Value(to) })
                }
                _ => None,
            });
        }
        if found.name.starts_with("sudog<") {
            // Those that wait for one channel are a list.
            let is_list = ["next", "prev"].iter().any(|name| field(fields, name).is_some_and(|(at, _)| at == offset));
            return is_list.then_some(Leads::Value(id));
        }
        if *found.name == *"runtime.maybeTraceableChan" {
            return self.known.channel.filter(|_| offset == 0).map(Leads::Value);
        }
        if found.name.starts_with("hchan<") {
            let (at, _) = field(fields, "buf")?;
            let element = || {
                let Shape::Struct(fields) = self.shape(field(fields, "sendq")?.1)? else { return None };
                let Shape::Struct(fields) = self.shape(pointee(field(fields, "first")?.1)?)? else { return None };
                pointee(field(fields, "elem")?.1)
            };
            return (offset == at).then(|| element().map(Leads::Groups))?;
        }
        if *found.name == *"sync.Pool" {
            let is_list =
                ["local", "victim"].iter().any(|name| field(fields, name).is_some_and(|(at, _)| at == offset));
            return self.known.pool.filter(|_| is_list).map(Leads::Groups);
        }
        if found.name.starts_with("weak.Pointer[") {
            return self
                .known
                .weak
                .filter(|_| field(fields, "u").is_some_and(|(at, _)| at == offset))
                .map(Leads::Value);
        }
        if found.name.starts_with("map<") {
            let (at, directory) = field(fields, "dirPtr")?;
            let table = pointee(directory)?;
            let group = || {
                let Shape::Struct(fields) = self.shape(pointee(table)?)? else { return None };
                let Shape::Struct(fields) = self.shape(field(fields, "groups")?.1)? else { return None };
                pointee(field(fields, "data")?.1)
            };
            return (offset == at).then(|| group().map(|group| Leads::Directory { table, group }))?;
        }
        if found.name.starts_with("groupReference<") {
            let (at, groups) = field(fields, "data")?;
            return (offset == at).then(|| pointee(groups).map(Leads::Groups))?;
        }
        None
    }

    /// Whether a type is that of buckets whose keys and values have no pointers: then none lead to those that overflow either.
    pub(crate) fn is_plain_bucket(&self, id: TypeId) -> bool {
        self.pointers(id) == 1 && self.is_bucket(id)
    }

    fn is_bucket(&self, id: TypeId) -> bool {
        self.name(id).is_some_and(|name| name.starts_with("bucket<"))
    }

    fn is_trie_node(&self, id: TypeId) -> bool {
        self.name(id).is_some_and(|name| name.starts_with(TRIE_NODE))
    }

    /// The types of a trie's nodes; entries are often known by their shape alone, which is that of their type.
    fn trie(&self, node: TypeId, name: &str) -> (TypeId, Option<TypeId>, Option<TypeId>) {
        let arguments = name.strip_prefix(TRIE_NODE).unwrap_or_default();
        let shapes = arguments.replace("interface {}", "go.shape.interface {}");
        let entry = |arguments: &str| self.debug.named(&format!("{TRIE_ENTRY}{arguments}"));
        let inner = self.debug.named(&format!("{TRIE_INNER}{arguments}"));
        let is_any = arguments == "interface {},interface {}]";
        (node, inner, entry(arguments).or_else(|| entry(&shapes).filter(|_| is_any)))
    }

    fn count(&mut self, at: usize, depth: usize) -> u64 {
        let Some(known) = self.pointers.get(at).copied() else { return 0 };
        if known != UNKNOWN || depth > DEEPEST {
            return if known == UNKNOWN { 0 } else { known };
        }
        // No type holds itself; one that says so has none.
        self.pointers[at] = 0;
        let shape = self.debug.types()[at].shape.clone();
        let count = match shape {
            Shape::Plain => 0,
            Shape::Array { element, count } => self.count(element.index(), depth + 1).saturating_mul(count),
            Shape::Struct(fields) => {
                let mut sum = 0_u64;
                let mut before = Vec::with_capacity(fields.len());
                for field in &fields {
                    before.push(sum);
                    sum = sum.saturating_add(self.count(field.type_id.index(), depth + 1));
                }
                self.before[at] = before.into();
                sum
            }
            Shape::Pointer(to) if self.known.is_outside(to) => 0,
            _ => 1,
        };
        self.pointers[at] = count.min(UNKNOWN - 1);
        self.pointers[at]
    }
}

impl Known {
    fn new(debug: &DebugInfo) -> Self {
        let mut known = Self {
            timer: debug.named("runtime.timeTimer"),
            channel: debug.named("runtime.hchan"),
            pool: debug.named("sync.poolLocal"),
            weak: debug
                .named("internal/runtime/atomic.Uintptr")
                .or_else(|| debug.named("runtime/internal/atomic.Uintptr")),
            is_outside: vec![false; debug.types().len()],
        };
        // What has such a field is so too.
        for _ in 0..DEEPEST {
            let next: Vec<bool> = debug.types().iter().map(|found| known.has_outside(found)).collect();
            if next == known.is_outside {
                break;
            }
            known.is_outside = next;
        }
        known
    }

    fn has_outside(&self, found: &DebugType) -> bool {
        match &found.shape {
            Shape::Struct(fields) => {
                NOT_IN_HEAP.contains(&&*found.name) || fields.iter().any(|field| self.is_outside(field.type_id))
            }
            Shape::Array { element, .. } => self.is_outside(*element),
            _ => false,
        }
    }

    /// Whether values of a type lie outside of the heap, so that the collector takes pointers to them for none (`NotInHeap` in
    /// `internal/runtime/sys`).
    fn is_outside(&self, id: TypeId) -> bool {
        self.is_outside.get(id.index()).copied().unwrap_or_default()
    }
}

/// Types whose values lie outside of the heap, up to Go 1.23 and since.
const NOT_IN_HEAP: [&str; 2] = ["runtime/internal/sys.NotInHeap", "internal/runtime/sys.NotInHeap"];
/// How types begin that the linker makes of the runtime's own for each type of elements, and these.
const GENERAL: [(&str, &str); 7] = [
    ("hchan<", "runtime.hchan"),
    ("sudog<", "runtime.sudog"),
    ("waitq<", "runtime.waitq"),
    ("hash<", "runtime.hmap"),
    ("bucket<", "runtime.bmap"),
    ("map<", "internal/runtime/maps.Map"),
    ("table<", "internal/runtime/maps.table"),
];
/// What begins a timer of the runtime.
const TIMERS: [&str; 2] = ["time.Timer", "time.Ticker"];
/// `node` in `internal/sync/hashtriemap.go`, which an inner node and an entry begin with, and these.
const TRIE_NODE: &str = "internal/sync.node[";
const TRIE_INNER: &str = "internal/sync.indirect[";
const TRIE_ENTRY: &str = "internal/sync.entry[";
/// Values of more bytes are looked through each time.
const LARGE: u64 = 1024;
/// Types within types.
const DEEPEST: usize = 64;
const UNKNOWN: u64 = u64::MAX;
