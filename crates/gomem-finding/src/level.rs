//! What the scales share: names, in order.

use std::{error, fmt};

/// A name that is not on the scale.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownLevel {
    /// The name.
    pub found: String,
    /// The names there are.
    pub expected: &'static [&'static str],
}

impl fmt::Display for UnknownLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not one of {}", self.found, self.expected.join(", "))
    }
}

impl error::Error for UnknownLevel {}

/// Names for the variants of a scale: `NAMES`, `name`, `Display` and `FromStr`.
macro_rules! named {
    ($type:ident $($variant:ident $name:literal),+) => {
        impl $type {
            /// All of them, the lowest first.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Their names.
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            /// Its name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                Self::NAMES[self as usize]
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::level::UnknownLevel;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let found = Self::ALL.iter().copied().find(|level| level.name() == text);
                found.ok_or_else(|| $crate::level::UnknownLevel { found: text.to_owned(), expected: Self::NAMES })
            }
        }
    };
}

pub(crate) use named;
