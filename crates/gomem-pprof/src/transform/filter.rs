//! Filters, with the meaning and in the order of `go tool pprof`.

use gomem_symbol::{Symbol, is_of_package};
use regex::Regex;

use super::{prune::simplified, tag_filter::TagFilter};
use crate::{
    error::UsageError,
    model::{Location, LocationId, Profile},
    pattern::compile,
};

/// Which samples, frames and labels to keep. Regular expressions are Go's; an empty one filters nothing.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// let mut filter = gomem_pprof::Filter::default();
/// filter.focus = "parse".to_owned();
/// assert_eq!(profile.filter(&filter)?.samples().len(), 1);
/// filter.focus = "encode".to_owned();
/// assert_eq!(profile.filter(&filter)?.samples().len(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Filter {
    /// Keeps samples with a frame whose function, file or mapped file matches.
    pub focus: String,
    /// Leaves out samples with such a frame.
    pub ignore: String,
    /// Keeps samples with a frame of this package: an import path, with `...` at its end all below too.
    pub package: String,
    /// Leaves out the frames that match.
    pub hide: String,
    /// Leaves out the frames that do not match.
    pub show: String,
    /// Leaves out the frames above the outermost that matches, and the samples where none does.
    pub show_from: String,
    /// Leaves out the frames below the innermost function that matches.
    pub prune_from: String,
    /// Keeps samples with a label that matches: an expression over `key:value`, `key=expression`, or a range of numbers
    /// such as `1kb:10kb`, `:64kb`, `bytes=4mb:`.
    pub tagfocus: String,
    /// Leaves out samples with such a label.
    pub tagignore: String,
    /// Keeps labels whose key matches.
    pub tagshow: String,
    /// Leaves out labels whose key matches.
    pub taghide: String,
    /// Label keys, with commas between: the samples' values become frames at the root, the first key outermost.
    pub tagroot: String,
    /// The same at the leaf.
    pub tagleaf: String,
    /// Whether inlined functions count as the function they were inlined into.
    pub noinlines: bool,
}

impl Profile {
    /// What a filter keeps. Fractions stay those of the whole profile: see [`TopOptions::relative`](crate::TopOptions).
    ///
    /// # Errors
    /// When an expression is none.
    pub fn filter(&self, filter: &Filter) -> Result<Self, UsageError> {
        let names = Names::compile(filter)?;
        let units = self.label_units();
        let tagfocus = TagFilter::compile("tagfocus", &filter.tagfocus, &units)?;
        let tagignore = TagFilter::compile("tagignore", &filter.tagignore, &units)?;
        let mut profile = self.interesting().into_owned();
        profile.totals = Some(self.remembered_totals());
        if !filter.tagroot.is_empty() || !filter.tagleaf.is_empty() {
            profile.add_label_frames(&filter.tagroot, &filter.tagleaf);
        }
        profile.filter_names(&names, &filter.package);
        if let Some(show_from) = &names.show_from {
            profile.show_from(show_from);
        }
        if tagfocus.is_some() || tagignore.is_some() {
            profile.restack(|sample, stack| {
                stack.extend(sample.locations());
                tagfocus.as_ref().is_none_or(|focus| focus.is_match(sample))
                    && !tagignore.as_ref().is_some_and(|ignore| ignore.is_match(sample))
            });
        }
        if names.tagshow.is_some() || names.taghide.is_some() {
            profile.retain_labels(|key| {
                names.tagshow.as_ref().is_none_or(|show| show.is_match(key))
                    && !names.taghide.as_ref().is_some_and(|hide| hide.is_match(key))
            });
        }
        if let Some(prune_from) = &names.prune_from {
            profile.prune_from(prune_from);
        }
        if filter.noinlines {
            profile.retain_lines(|location, place| place + 1 == location.lines().len());
            if profile.pprof_compat {
                // `go tool pprof` shows columns by address, but not together with this option.
                profile.lines.iter_mut().for_each(|line| line.column = 0);
            }
        }
        Ok(profile)
    }

    /// Focus, package, ignore, hide and show.
    fn filter_names(&mut self, names: &Names, package: &str) {
        let has_names = [&names.focus, &names.ignore, &names.hide, &names.show].into_iter().any(Option::is_some);
        if !has_names && package.is_empty() {
            return;
        }
        let locations = || self.locations().map(|(_, location)| location);
        let ignored: Vec<bool> = locations().map(|location| matches(names.ignore.as_ref(), location)).collect();
        let focused: Vec<bool> =
            locations().map(|location| names.focus.is_none() || matches(names.focus.as_ref(), location)).collect();
        let packaged: Vec<bool> =
            locations().map(|location| package.is_empty() || has_package(location, package)).collect();
        let mut kept_lines: Vec<bool> = Vec::with_capacity(self.lines.len());
        let mut hidden: Vec<bool> = Vec::new();
        for location in locations() {
            let before = kept_lines.len();
            let hides_file = names.hide.as_ref().is_some_and(|hide| is_file_match(hide, location));
            let shows_file = names.show.as_ref().is_some_and(|show| is_file_match(show, location));
            for line in location.lines() {
                let is_match = |regex: &Regex| {
                    line.function()
                        .map(|function| regex.is_match(function.name()) || regex.is_match(function.filename()))
                };
                let hidden = hides_file || names.hide.as_ref().is_some_and(|hide| is_match(hide) == Some(true));
                // A location that was not symbolised has nothing to show.
                let shown = names.show.as_ref().is_none_or(|show| match is_match(show) {
                    Some(is_match) => shows_file || is_match,
                    None => false,
                });
                kept_lines.push(shown && !hidden);
            }
            hidden.push(!kept_lines[before..].contains(&true));
        }
        self.restack(|sample, stack| {
            let (mut is_focused, mut is_packaged) = (false, false);
            for LocationId(id) in sample.locations() {
                if ignored[id as usize] {
                    return false;
                }
                is_focused |= focused[id as usize];
                is_packaged |= packaged[id as usize];
            }
            let before = stack.len();
            stack.extend(sample.locations().filter(|id| !hidden[id.0 as usize]));
            is_focused && is_packaged && stack.len() > before
        });
        let mut kept = kept_lines.into_iter();
        self.retain_lines(|_, _| kept.next().unwrap_or(true));
    }

    fn show_from(&mut self, show_from: &Regex) {
        // The outermost line of each location that matches; all lines when the mapped file does.
        let shown: Vec<Option<usize>> = self
            .locations()
            .map(|(_, location)| {
                if is_file_match(show_from, location) {
                    return Some(location.lines().len() - 1);
                }
                location.lines().rposition(|line| {
                    line.function().is_some_and(|function| {
                        show_from.is_match(function.name()) || show_from.is_match(function.filename())
                    })
                })
            })
            .collect();
        self.restack(|sample, stack| {
            let last = sample.locations().rposition(|id| shown[id.0 as usize].is_some());
            if let Some(last) = last {
                stack.extend(sample.locations().take(last + 1));
            }
            last.is_some()
        });
        self.retain_lines(|location, place| shown[location.id().0 as usize].is_none_or(|shown| place <= shown));
    }

    fn prune_from(&mut self, prune_from: &Regex) {
        let first: Vec<Option<usize>> = self
            .locations()
            .map(|(_, location)| {
                location.lines().position(|line| {
                    line.function().is_some_and(|function| {
                        !function.name().is_empty() && prune_from.is_match(simplified(function.name()))
                    })
                })
            })
            .collect();
        self.restack(|sample, stack| {
            let begin = sample.locations().position(|id| first[id.0 as usize].is_some()).unwrap_or(0);
            stack.extend(sample.locations().skip(begin));
            true
        });
        self.retain_lines(|location, place| first[location.id().0 as usize].is_none_or(|first| place >= first));
    }
}

/// The compiled expressions.
struct Names {
    focus: Option<Regex>,
    ignore: Option<Regex>,
    hide: Option<Regex>,
    show: Option<Regex>,
    show_from: Option<Regex>,
    prune_from: Option<Regex>,
    tagshow: Option<Regex>,
    taghide: Option<Regex>,
}

impl Names {
    fn compile(filter: &Filter) -> Result<Self, UsageError> {
        let compile = |option, pattern: &str| match pattern {
            "" => Ok(None),
            pattern => compile(pattern).map(Some).map_err(|problem| UsageError::pattern(option, pattern, &problem)),
        };
        Ok(Self {
            focus: compile("focus", &filter.focus)?,
            ignore: compile("ignore", &filter.ignore)?,
            hide: compile("hide", &filter.hide)?,
            show: compile("show", &filter.show)?,
            show_from: compile("show_from", &filter.show_from)?,
            prune_from: compile("prune_from", &filter.prune_from)?,
            tagshow: compile("tagshow", &filter.tagshow)?,
            taghide: compile("taghide", &filter.taghide)?,
        })
    }
}

/// Whether a function, its file, or the mapped file matches.
fn matches(regex: Option<&Regex>, location: Location<'_>) -> bool {
    regex.is_some_and(|regex| {
        is_file_match(regex, location)
            || location
                .lines()
                .filter_map(|line| line.function())
                .any(|function| regex.is_match(function.name()) || regex.is_match(function.filename()))
    })
}

/// Whether a function is of a package, or of one below it.
fn has_package(location: Location<'_>, pattern: &str) -> bool {
    let mut functions = location.lines().filter_map(|line| line.function());
    functions.any(|function| is_of_package(Symbol::decode(function.name()).package(), pattern))
}

fn is_file_match(regex: &Regex, location: Location<'_>) -> bool {
    location.mapping().is_some_and(|mapping| regex.is_match(mapping.filename()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_one_of_its_functions_and_no_file() {
        let text = "heap profile: 3: 30 [3: 30] @ heap/1048576\n\
             1: 10 [1: 10] @ 0x1\n#\t0x1\tmain.parse+0x1\tapp/store.go:1\n\n\
             1: 10 [1: 10] @ 0x2 0x1\n#\t0x2\texample.com/app/store.(*Map[...]).Put+0x1\tapp/main.go:1\n\
             #\t0x1\tmain.parse+0x1\tapp/store.go:1\n\n\
             1: 10 [1: 10] @ 0x3\n#\t0x3\texample.com/apple.Eat+0x1\tapple.go:1\n\n";
        let profile = Profile::decode(text.as_bytes()).unwrap();
        for (package, expected) in [
            ("", 3),
            ("main", 2),
            ("example.com/app/store", 1),
            ("example.com/app", 0),
            ("example.com/app/...", 1),
            ("example.com/...", 2),
            ("store", 0),
            ("[", 0),
        ] {
            let filter = Filter { package: package.to_owned(), ..Filter::default() };
            assert_eq!(profile.filter(&filter).unwrap().samples().len(), expected, "{package}");
        }
        let both = Filter { package: "main".to_owned(), hide: "^main\\.".to_owned(), ..Filter::default() };
        assert_eq!(profile.filter(&both).unwrap().samples().len(), 1, "what is hidden counts");
    }
}
