//! The sources of what findings are about.

use std::{cmp::Reverse, collections::BTreeSet};

use gomem_pprof::Profile;

use crate::{
    attribution::{AttributeOptions, Place},
    bundle::{Bundle, Remark},
    findings::{Finding, FindingKind},
    listing::{FunctionListing, Listing, ListingError, ListingOptions},
};

/// The functions that findings are about, line by line: what each costs, and what the compiler decided there.
///
/// ```
/// # let bundle = |run: &str| {
/// #     let read = |name: &str| gomem_testkit::file(format!("examples/incident/{run}/{name}"));
/// #     let artifact = |name: &str| Artifact { name: name.into(), bytes: read(name), modified_ms: None };
/// #     Bundle::from_artifacts(run, ["heap-1.pb.gz", "heap-2.pb.gz", "heap-3.pb.gz"].map(artifact).into())
/// # };
/// # let service = gomem_testkit::root().join("examples/incident/service");
/// use gomem_postmortem::{Artifact, Bundle, Report};
/// use gomem_source::SourceTree;
///
/// let report = Report::from_bundle(&bundle("before").with_sources(Some(SourceTree::open(&[service])?)));
/// let view = report.sources().ok_or("sources were given")?;
/// let listing = view.of_finding(0).ok_or("the first finding is about a line")?;
/// let function = &view.listings[listing].functions[0];
/// let line = function.lines.iter().find(|line| line.line == 43).ok_or("the finding's line")?;
/// assert!(line.text.as_deref().is_some_and(|text| text.contains("&Session{")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct SourceView {
    /// Listings of one function each, as the first finding about it comes.
    pub listings: Vec<Listing>,
    /// The index of each finding's listing, by the finding's.
    of_finding: Vec<Option<usize>>,
    /// Functions without a source.
    missing: Vec<String>,
    left_out: usize,
}

/// How much of sources a report holds.
///
/// ```
/// # let text = b"heap profile: 2: 8192 [60000: 245760000] @ heap/1048576\n\
/// #             1: 4096 [30000: 122880000] @ 0x401000\n\
/// #             #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:4\n\n\
/// #             1: 4096 [30000: 122880000] @ 0x402000\n\
/// #             #\t0x402000\tmain.encode+0x10\t/src/app/parse.go:8\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// # let text = "package main\n\nfunc parse() {\n\tpage = new(Page)\n}\n\nfunc encode() {\n\tout = new(Page)\n}\n";
/// # let sources = gomem_source::SourceTree::from_texts([("parse.go", text)]);
/// use gomem_postmortem::{ListingOptions, SourceLimits, SourceView};
///
/// let options = ListingOptions::default().with_sources(Some(&sources));
/// let mut limits = SourceLimits::default();
/// assert_eq!(SourceView::from_profile(&profile, &options, limits)?.listings.len(), 2);
/// limits.functions = 1;
/// assert_eq!(SourceView::from_profile(&profile, &options, limits)?.listings.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourceLimits {
    /// Functions: 100 by default.
    pub functions: usize,
    /// Lines of one function: 200 by default. Of a longer one, those that cost most are shown, with some around each.
    pub lines: usize,
    /// Bytes of all together, with the compiler's words: 1 MiB by default.
    pub bytes: usize,
}

/// A function that is to be shown.
struct Chosen<'a> {
    listing: &'a Listing,
    function: &'a FunctionListing,
    /// The lines that findings are about.
    marked: Vec<i64>,
}

impl SourceView {
    pub(crate) fn new(bundle: &Bundle, findings: &[Finding], limits: SourceLimits) -> Option<Self> {
        let counted = Counted::new(bundle, findings)?;
        let mut view = Self::default();
        let mut chosen: Vec<Chosen<'_>> = Vec::new();
        for finding in findings {
            let at = finding.place.as_ref().and_then(|place| {
                let (listing, function) = counted.find(finding.kind, place)?;
                if function.source.is_none() {
                    view.miss(function);
                    return None;
                }
                let known = chosen.iter().position(|known| std::ptr::eq(known.function, function));
                let at = known.unwrap_or(chosen.len());
                if known.is_none() {
                    chosen.push(Chosen { listing, function, marked: Vec::new() });
                }
                chosen[at].marked.push(place.line);
                Some(at)
            });
            view.of_finding.push(at);
        }
        view.take(chosen, limits);
        Some(view)
    }

    /// The functions of a profile that have a source, those first that cost most with what they call.
    ///
    /// # Errors
    /// When the profile does not count what is asked for.
    pub fn from_profile(
        profile: &Profile,
        options: &ListingOptions<'_>,
        limits: SourceLimits,
    ) -> Result<Self, ListingError> {
        let mut listing = match Listing::new(profile, "", options) {
            Err(ListingError::NoFunction { .. }) => return Ok(Self::default()),
            listing => listing?,
        };
        listing.functions.retain(|function| function.source.is_some());
        listing.functions.sort_by_key(|function| Reverse(function.most()));
        let functions = listing.functions.iter();
        let chosen = functions.map(|function| Chosen { listing: &listing, function, marked: Vec::new() }).collect();
        let mut view = Self::default();
        view.take(chosen, limits);
        Ok(view)
    }

    /// The listing of the function that a finding is about, by the finding's index.
    #[must_use]
    pub fn of_finding(&self, finding: usize) -> Option<usize> {
        self.of_finding.get(finding).copied().flatten()
    }

    /// The index of each finding's listing.
    pub(super) fn findings(&self) -> impl Iterator<Item = Option<usize>> {
        self.of_finding.iter().copied()
    }

    /// The first listing of the function that a place is in.
    #[must_use]
    pub fn of_place(&self, place: &Place) -> Option<usize> {
        self.listings.iter().position(|listing| listing.functions.iter().any(|function| function.contains(place)))
    }

    /// What a reader should know who gave sources.
    pub(crate) fn remark(&self) -> Option<Remark> {
        let mut told = Vec::new();
        if let [first, others @ ..] = self.missing.as_slice() {
            let others = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
            told.push(format!("no source for {first}{others}"));
        }
        if self.left_out > 0 {
            told.push(format!("{} functions are left out: more than the report holds", self.left_out));
        }
        (!told.is_empty()).then(|| Remark { name: "sources".to_owned(), text: told.join("; ") })
    }

    fn miss(&mut self, function: &FunctionListing) {
        let file = function.file.as_deref().unwrap_or("a file that the profile does not name");
        let why = function.note.as_deref().unwrap_or("not given");
        let told = format!("{} in {file} ({why})", function.short_function());
        if !self.missing.contains(&told) {
            self.missing.push(told);
        }
    }

    fn take(&mut self, chosen: Vec<Chosen<'_>>, limits: SourceLimits) {
        let mut bytes = 0;
        let mut kept: Vec<Option<usize>> = Vec::new();
        for Chosen { listing, function, marked } in chosen {
            let excerpt = function.excerpt(limits.lines, &marked);
            let size = excerpt.text_bytes();
            if self.listings.len() >= limits.functions || size > limits.bytes - bytes {
                self.left_out += 1;
                kept.push(None);
                continue;
            }
            bytes += size;
            kept.push(Some(self.listings.len()));
            let sample_type = listing.sample_type.clone();
            self.listings.push(Listing {
                sample_type,
                unit: listing.unit,
                total: listing.total,
                functions: vec![excerpt],
            });
        }
        for at in &mut self.of_finding {
            *at = at.and_then(|at| kept[at]);
        }
    }
}

impl Default for SourceLimits {
    fn default() -> Self {
        Self { functions: 100, lines: 200, bytes: 1 << 20 }
    }
}

/// What the functions of findings cost, by what a finding can be about.
struct Counted {
    allocated: Option<Listing>,
    in_use: Option<Listing>,
    goroutines: Option<Listing>,
}

impl Counted {
    fn new(bundle: &Bundle, findings: &[Finding]) -> Option<Self> {
        let sources = bundle.sources()?;
        let wanted: BTreeSet<&str> =
            findings.iter().filter_map(|finding| finding.place.as_ref()).map(Place::function).collect();
        let options = ListingOptions::default()
            .with_sources(Some(sources))
            .with_escapes(bundle.escapes())
            .with_attribution(AttributeOptions::from_bundle(bundle));
        let of = |profile: &Profile, sample_type: Option<usize>| {
            let functions = profile.function_lines("").unwrap_or_default().into_iter();
            let functions = functions.filter(|function| wanted.contains(function.function.as_str())).collect();
            Some(Listing::from_profile(profile, sample_type?, functions, &options))
        };
        let of_heap = |name: &str| {
            let heap = &bundle.latest_heap()?.profile;
            of(heap, heap.sample_type_index(name))
        };
        Some(Self {
            allocated: of_heap("alloc_space"),
            in_use: of_heap("inuse_space"),
            goroutines: bundle.goroutines().last().and_then(|profile| of(profile, Some(profile.default_sample_type()))),
        })
    }

    /// What is in use is what findings about memory that stays are about.
    fn find(&self, kind: FindingKind, place: &Place) -> Option<(&Listing, &FunctionListing)> {
        use FindingKind::{BlockedGoroutines, EmptiedMap, FinalizerQueue, Leak, RetainedBy, Runtime, Window};
        let Self { allocated, in_use, goroutines } = self;
        let order = match kind {
            Leak | RetainedBy | Window | EmptiedMap | FinalizerQueue => [in_use, allocated, goroutines],
            BlockedGoroutines | Runtime => [goroutines, in_use, allocated],
            _ => [allocated, in_use, goroutines],
        };
        order.into_iter().flatten().find_map(|listing| {
            let found = listing.functions.iter().find(|function| function.contains(place))?;
            Some((listing, found))
        })
    }
}
