//! Allocation sites, with the compiler's reason.

use foldhash::HashMap;
use gomem_escape::{Cause, Certainty, Confidence, EscapeLog, HeapDecision};
use gomem_pprof::{FunctionId, Line, LocationId, Profile, Sample};
use gomem_symbol::{Modules, Origin, Symbol};

use crate::attribution::{
    compiler::Compiler,
    explain::{Allocation, explain},
    reason::Reason,
};

/// A place that allocates: the line itself, the line of the user's own code it is charged to, and the compiler's word.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Site {
    /// Where memory is allocated: the innermost frame.
    pub place: Place,
    /// The frame the innermost one was inlined into, the outermost of them.
    pub inlined_into: Option<Place>,
    /// The nearest frame of the user's own module: the line to change. The place itself, when it is the user's.
    pub charged_to: Place,
    /// Where the stack begins, when no frame of it is the user's own: of several stacks that of most bytes.
    pub reached_from: Option<Place>,
    /// Bytes allocated over the program's life.
    pub bytes: i64,
    /// Objects allocated over the program's life.
    pub objects: i64,
    /// Bytes in use when the profile was taken.
    pub inuse_bytes: i64,
    /// Objects in use when the profile was taken.
    pub inuse_objects: i64,
    /// Objects that a `sync.Pool` had made since it had none to give: those allocated below its `Get`.
    pub pool_objects: i64,
    /// Whether the function that makes them gives an object a finalizer or a cleanup.
    pub has_finalizer: bool,
    /// The share of all bytes allocated.
    pub bytes_fraction: f64,
    /// The share of all objects allocated.
    pub objects_fraction: f64,
    /// The share of all bytes in use.
    pub inuse_fraction: f64,
    /// What the compiler decided at the place, the most certain allocation first.
    pub decisions: Vec<HeapDecision>,
    /// Why it allocates, in a word; of several reasons the one of most bytes. `None` when nothing tells.
    pub reason: Option<Reason>,
    /// How sure the reason is.
    pub reason_confidence: Option<Confidence>,
    /// The share of its bytes that the usual fix saves: all, but what grows still needs its last memory when it is made large
    /// enough at once.
    pub avoidable_fraction: f64,
    /// Whether its objects are of one size, but for a few.
    pub(crate) has_one_size: bool,
    /// Why it allocates, for want of a decision.
    pub explanation: Option<&'static str>,
}

/// A line of a function.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Place {
    /// The function, as the profile names it.
    pub function: String,
    /// Its file.
    pub file: String,
    /// The line.
    pub line: i64,
}

impl Site {
    fn new(place: Place, inlined_into: Option<Place>, charged_to: Place) -> Self {
        Self {
            place,
            inlined_into,
            charged_to,
            reached_from: None,
            bytes: 0,
            objects: 0,
            inuse_bytes: 0,
            inuse_objects: 0,
            pool_objects: 0,
            has_finalizer: false,
            bytes_fraction: 0.0,
            objects_fraction: 0.0,
            inuse_fraction: 0.0,
            decisions: Vec::new(),
            reason: None,
            reason_confidence: None,
            avoidable_fraction: 1.0,
            has_one_size: false,
            explanation: None,
        }
    }

    /// The share of all bytes allocated that the usual fix saves.
    #[must_use]
    pub fn avoidable_bytes_fraction(&self) -> f64 {
        self.bytes_fraction * self.avoidable_fraction
    }

    /// The decision that explains it best.
    #[must_use]
    pub fn decision(&self) -> Option<&HeapDecision> {
        self.decisions.first()
    }

    /// Why it allocates.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.decision().map(|decision| decision.cause)
    }

    /// Whose code it is, when no frame of the stack is the user's own: then there is no line to change.
    pub(crate) fn library(&self) -> Option<Origin> {
        self.reached_from.as_ref()?;
        let symbol = Symbol::decode(&self.place.function);
        let origin = Modules::default().origin(symbol.package(), &self.place.file);
        (origin != Origin::User).then_some(origin)
    }

    /// What to do about it: the compiler's decision tells best. Nothing where no line of the user's own is on the stack.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        if self.library().is_some() {
            return None;
        }
        let decided = self.decision().map(|decision| decision.advice.clone());
        decided.or_else(|| self.reason.and_then(Reason::advice).map(str::to_owned))
    }

    /// Bytes of one object, on average.
    #[must_use]
    pub fn mean_object_bytes(&self) -> Option<f64> {
        (self.objects > 0).then(|| self.bytes as f64 / self.objects as f64)
    }

    /// Whether a pool would pay: many objects of one size worth pooling, nearly all of them dead, and neither boxed values
    /// nor texts, which a pool cannot hold.
    #[must_use]
    pub fn is_pool_candidate(&self) -> bool {
        let size = self.mean_object_bytes().unwrap_or(0.0);
        let short_lived = (self.inuse_bytes as f64) < 0.02 * self.bytes as f64;
        let boxed = matches!(self.cause(), Some(Cause::InterfaceBoxing | Cause::VariadicSlice));
        let poolable = self.has_one_size && !boxed && !self.makes_text() && self.library().is_none();
        self.objects >= 10_000 && size >= 256.0 && short_lived && poolable && self.bytes_fraction >= 0.01
    }

    fn makes_text(&self) -> bool {
        let is_text = |cause| matches!(cause, Cause::StringConversion | Cause::Concatenation);
        self.cause().is_some_and(is_text)
            || match self.reason {
                Some(Reason::Compiler(cause)) => is_text(cause),
                Some(Reason::StringBuilding | Reason::Formatting) => true,
                _ => false,
            }
    }
}

impl Place {
    /// What names the function in other builds too; lines move when code changes.
    pub(crate) fn key(&self) -> String {
        Symbol::decode(&self.function).key()
    }

    /// The place of a frame.
    #[must_use]
    pub fn of(line: Line<'_>) -> Self {
        match line.function() {
            Some(function) => Self {
                function: function.name().to_owned(),
                file: function.path().as_str().to_owned(),
                line: line.line(),
            },
            None => Self { function: "<unknown>".to_owned(), file: String::new(), line: 0 },
        }
    }

    /// `api/handler.go:58`: enough of the path to know it.
    #[must_use]
    pub fn short(&self) -> String {
        let mut parts: Vec<&str> = self.file.rsplitn(3, '/').take(2).collect();
        parts.reverse();
        format!("{}:{}", parts.join("/"), self.line)
    }

    /// `api.(*Handler).postEvents`.
    #[must_use]
    pub fn short_function(&self) -> String {
        Symbol::decode(&self.function).short()
    }
}

/// The allocation sites of a heap profile, by falling bytes, each with the compiler's decision where `escapes` has one and
/// with the reason it allocates.
///
/// The compiler reports an escape at the outermost of inlined calls, a profile's leaf is the innermost of them: every frame
/// of the leaf's inline chain is looked up, the outermost first. When several records stand on a line, the one that fits
/// the sizes of the objects is taken.
#[must_use]
pub fn attribute(profile: &Profile, escapes: Option<&EscapeLog>) -> Vec<Site> {
    let compiler = escapes.map(Compiler::of).unwrap_or_default();
    let index = |name| profile.sample_type_index(name).unwrap_or(usize::MAX);
    let columns = [index("alloc_space"), index("alloc_objects"), index("inuse_space"), index("inuse_objects")];
    let mut places = Places::default();
    let mut known: HashMap<(u32, Option<u32>, u32), usize> = HashMap::default();
    let mut sites: Vec<Site> = Vec::new();
    let mut allocations: Vec<Vec<Allocation<'_>>> = Vec::new();
    // The most bytes of one stack without a frame of the user's own.
    let mut most: Vec<i64> = Vec::new();
    let mut calls: HashMap<(usize, LocationId), usize> = HashMap::default();
    // Asked of every frame of every sample, and the same for all lines of a function.
    let mut roles: Vec<Option<Role>> = Vec::new();
    let mut role = |line: Line<'_>| {
        let Some(function) = line.function() else { return Role::Other };
        let index = function.id().index();
        if index >= roles.len() {
            roles.resize(index + 1, None);
        }
        *roles[index].get_or_insert_with(|| Role::of(line, &compiler))
    };
    for sample in profile.samples() {
        let Some(leaf) = sample.locations().first() else { continue };
        let location = profile.location(leaf);
        let lines: Vec<Line<'_>> = location.lines().collect();
        let (Some(&inner), Some(&outer)) = (lines.first(), lines.last()) else { continue };
        let place = places.index(inner);
        let inlined_into = (lines.len() > 1).then(|| places.index(outer));
        let mut frames = sample.frames();
        let user = frames.find(|line| role(*line) == Role::Own);
        let is_of_pool = frames.any(|line| role(line) == Role::PoolGet);
        let charged_to = user.map_or(place, |line| places.index(line));
        let next = sites.len();
        let site = *known.entry((place, inlined_into, charged_to)).or_insert(next);
        if site == next {
            let place_of = |index: u32| places.all[index as usize].clone();
            sites.push(Site::new(place_of(place), inlined_into.map(place_of), place_of(charged_to)));
            allocations.push(Vec::new());
            most.push(i64::MIN);
        }
        let [bytes, objects, inuse_bytes, inuse_objects] = columns.map(|column| sample.value(column));
        let allocations = &mut allocations[site];
        let at = *calls.entry((site, leaf)).or_insert_with(|| {
            allocations.push(Allocation::new(lines, sample, user));
            allocations.len() - 1
        });
        allocations[at].sizes.add(bytes, objects);
        let (site, most) = (&mut sites[site], &mut most[site]);
        if user.is_none() && bytes > *most {
            *most = bytes;
            site.reached_from = Some(first_frame(sample).map_or_else(|| site.place.clone(), Place::of));
        }
        site.bytes = site.bytes.saturating_add(bytes);
        site.objects = site.objects.saturating_add(objects);
        site.inuse_bytes = site.inuse_bytes.saturating_add(inuse_bytes);
        site.inuse_objects = site.inuse_objects.saturating_add(inuse_objects);
        site.pool_objects = site.pool_objects.saturating_add(if is_of_pool { objects } else { 0 });
    }
    let share = |value: i64, total: i64| if total == 0 { 0.0 } else { value as f64 / total as f64 };
    let [bytes, objects, inuse, _] = columns.map(|column| profile.total(column));
    for (site, mut allocations) in sites.iter_mut().zip(allocations) {
        site.bytes_fraction = share(site.bytes, bytes);
        site.objects_fraction = share(site.objects, objects);
        site.inuse_fraction = share(site.inuse_bytes, inuse);
        explain(site, &mut allocations, &compiler, escapes.is_some());
        site.has_finalizer = site.decisions.iter().any(|decision| compiler.is_finalizing(decision));
    }
    sites.sort_by(|a, b| {
        b.bytes.cmp(&a.bytes).then_with(|| a.place.cmp(&b.place)).then_with(|| a.charged_to.cmp(&b.charged_to))
    });
    sites
}

/// The frame that a stack begins with; where goroutines end is below each of them.
fn first_frame(sample: Sample<'_>) -> Option<Line<'_>> {
    sample.frames().filter(|line| line.function().is_none_or(|function| function.name() != "runtime.goexit")).last()
}

/// The places of a profile, each once: most are told to be known by their ids already, without any text being made.
#[derive(Default)]
struct Places {
    all: Vec<Place>,
    indexes: HashMap<Place, u32>,
    by_id: HashMap<(Option<FunctionId>, i64), u32>,
}

impl Places {
    fn index(&mut self, line: Line<'_>) -> u32 {
        let Self { all, indexes, by_id } = self;
        *by_id.entry((line.function().map(|function| function.id()), line.line())).or_insert_with(|| {
            let place = Place::of(line);
            *indexes.entry(place).or_insert_with_key(|place| {
                all.push(place.clone());
                all.len() as u32 - 1
            })
        })
    }
}

/// What a function is to the stack it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Own,
    /// A pool that asks for a new object: what it calls then is the user's.
    PoolGet,
    Other,
}

impl Role {
    fn of(line: Line<'_>, compiler: &Compiler<'_>) -> Self {
        if compiler.is_own(line) {
            Self::Own
        } else if line.function().is_some_and(|function| function.name() == "sync.(*Pool).Get") {
            Self::PoolGet
        } else {
            Self::Other
        }
    }
}

/// Whether a site surely allocates by the compiler's word.
pub(crate) fn certainty(site: &Site) -> Option<Certainty> {
    site.decision().map(|decision| decision.alloc_certainty)
}
