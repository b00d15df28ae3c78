//! The options of a filter, for whoever offers them by name: a command line, another language.

use super::filter::Filter;

/// An option of a [`Filter`] that is an expression.
///
/// ```
/// use gomem_pprof::Filter;
///
/// let mut filter = Filter::default();
/// for option in Filter::OPTIONS {
///     if option.name() == "focus" {
///         *option.of(&mut filter) = "main\\.".to_owned();
///     }
/// }
/// assert_eq!(filter.focus, "main\\.");
/// ```
#[derive(Debug)]
pub struct FilterOption {
    name: &'static str,
    value: &'static str,
    doc: &'static str,
    field: fn(&mut Filter) -> &mut String,
}

impl Filter {
    /// Its options that are expressions, in the order in which people look for them.
    pub const OPTIONS: &'static [FilterOption] = &[
        FilterOption {
            name: "focus",
            value: "REGEXP",
            doc: "Keep samples with a frame that matches (function, file or mapped file)",
            field: |filter| &mut filter.focus,
        },
        FilterOption {
            name: "ignore",
            value: "REGEXP",
            doc: "Leave out samples with a frame that matches",
            field: |filter| &mut filter.ignore,
        },
        FilterOption {
            name: "package",
            value: "PACKAGE",
            doc: "Keep samples with a frame of this package: an import path, with `...` at its end all below too",
            field: |filter| &mut filter.package,
        },
        FilterOption {
            name: "hide",
            value: "REGEXP",
            doc: "Leave out frames that match",
            field: |filter| &mut filter.hide,
        },
        FilterOption {
            name: "show",
            value: "REGEXP",
            doc: "Leave out frames that do not match",
            field: |filter| &mut filter.show,
        },
        FilterOption {
            name: "show_from",
            value: "REGEXP",
            doc: "Leave out frames above the outermost that matches",
            field: |filter| &mut filter.show_from,
        },
        FilterOption {
            name: "prune_from",
            value: "REGEXP",
            doc: "Leave out frames below the innermost that matches",
            field: |filter| &mut filter.prune_from,
        },
        FilterOption {
            name: "tagfocus",
            value: "FILTER",
            doc: "Keep samples with a label that matches: `key=regexp`, or a range such as `bytes=1kb:10kb`",
            field: |filter| &mut filter.tagfocus,
        },
        FilterOption {
            name: "tagignore",
            value: "FILTER",
            doc: "Leave out samples with a label that matches",
            field: |filter| &mut filter.tagignore,
        },
        FilterOption {
            name: "tagshow",
            value: "REGEXP",
            doc: "Keep the labels whose keys match",
            field: |filter| &mut filter.tagshow,
        },
        FilterOption {
            name: "taghide",
            value: "REGEXP",
            doc: "Leave out the labels whose keys match",
            field: |filter| &mut filter.taghide,
        },
        FilterOption {
            name: "tagroot",
            value: "KEYS",
            doc: "Label keys, with commas between, whose values become frames at the root",
            field: |filter| &mut filter.tagroot,
        },
        FilterOption {
            name: "tagleaf",
            value: "KEYS",
            doc: "The same at the leaf",
            field: |filter| &mut filter.tagleaf,
        },
    ];

    /// The option called so.
    #[must_use]
    pub fn option(name: &str) -> Option<&'static FilterOption> {
        Self::OPTIONS.iter().find(|option| option.name == name)
    }
}

impl FilterOption {
    /// Its name, as `go tool pprof` calls it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it takes: `REGEXP`, `PACKAGE`, `FILTER` or `KEYS`.
    #[must_use]
    pub fn value(&self) -> &'static str {
        self.value
    }

    /// What it does, in a phrase.
    #[must_use]
    pub fn doc(&self) -> &'static str {
        self.doc
    }

    /// Where a filter holds it.
    pub fn of<'a>(&self, filter: &'a mut Filter) -> &'a mut String {
        (self.field)(filter)
    }
}
