//! Texts and positions as numbers.

/// A text of an [`Interner`](crate::read::Interner); the default is the empty one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(crate) struct TextId(pub(crate) u32);

/// A position whose file is interned, as the compiler's own `src.XPos`. Line and column are 0 where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(crate) struct XPos {
    pub(crate) file: TextId,
    pub(crate) line: u32,
    pub(crate) column: u32,
}
