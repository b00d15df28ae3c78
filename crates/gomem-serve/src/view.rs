//! The pages that there are.

/// A page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    Report,
    Top,
    Flame,
    List,
    Sites,
    Sizes,
    Labels,
}

impl View {
    pub(crate) const ALL: [Self; 7] =
        [Self::Report, Self::Top, Self::Flame, Self::List, Self::Sites, Self::Sizes, Self::Labels];

    pub(crate) fn of_path(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.path() == path)
    }

    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Report => "/",
            Self::Top => "/top",
            Self::Flame => "/flame",
            Self::List => "/list",
            Self::Sites => "/sites",
            Self::Sizes => "/sizes",
            Self::Labels => "/labels",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Report => "Report",
            Self::Top => "Top",
            Self::Flame => "Flame graph",
            Self::List => "Source",
            Self::Sites => "Sites",
            Self::Sizes => "Sizes",
            Self::Labels => "Labels",
        }
    }
}
