//! Enums whose variants have names: said once, with everything that names are for.

use std::{error, fmt};

/// A name that no variant has.
///
/// ```
/// use gomem_table::Unit;
///
/// let problem = "furlongs".parse::<Unit>().unwrap_err();
/// assert_eq!(problem.found, "furlongs");
/// assert!(problem.expected.contains(&"bytes"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownName {
    /// The name.
    pub found: String,
    /// The names there are.
    pub expected: &'static [&'static str],
}

impl UnknownName {
    #[doc(hidden)]
    #[must_use]
    pub fn new(found: &str, expected: &'static [&'static str]) -> Self {
        Self { found: found.to_owned(), expected }
    }
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not one of {}", self.found, self.expected.join(", "))
    }
}

impl error::Error for UnknownName {}

/// Names for the variants of an enum, in the order of their declaration: `ALL`, `NAMES`, `name`, `Display` and `FromStr`; with
/// the feature `serde`, `Serialize` and `Deserialize` too.
///
/// ```
/// #[derive(Debug, Clone, Copy, PartialEq, Eq)]
/// enum Regime {
///     Gogc,
///     MemoryLimit,
/// }
/// gomem_table::named!(Regime { Gogc "gogc", MemoryLimit "memory_limit" });
///
/// assert_eq!(Regime::MemoryLimit.name(), "memory_limit");
/// assert_eq!("gogc".parse(), Ok(Regime::Gogc));
/// ```
#[macro_export]
macro_rules! named {
    ($type:ident { $($variant:ident $name:literal),+ $(,)? }) => {
        impl $type {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Their names, in the same order.
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            /// Its name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }

        // A column holds the place of a name: that of its variant.
        const _: () = {
            let mut place = 0;
            while place < $type::ALL.len() {
                assert!($type::ALL[place] as usize == place, "names stand in the order of the variants");
                place += 1;
            }
        };

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::UnknownName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let found = Self::ALL.iter().copied().find(|variant| variant.name() == text);
                found.ok_or_else(|| $crate::UnknownName::new(text, Self::NAMES))
            }
        }

        $crate::serialize_name!($type);
    };
}

#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! __serialize_name {
    ($type:ident) => {
        impl $crate::serde::Serialize for $type {
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $type {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = <std::borrow::Cow<'de, str> as $crate::serde::Deserialize>::deserialize(deserializer)?;
                name.parse().map_err($crate::serde::de::Error::custom)
            }
        }
    };
}

#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __serialize_name {
    ($type:ident) => {};
}

#[doc(hidden)]
pub use __serialize_name as serialize_name;
