//! A line of the program.

use std::{fmt, sync::Arc};

use gomem_table::{Definition, Unit};

use crate::{
    model::{Frame, Names, StackId, is_runtime},
    tables::number::signed,
};

/// A function, its file, and a line.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// let cycle = &trace.cycles(None)[0];
/// let place = cycle.place.as_ref().expect("the line that started it");
/// assert_eq!((&*place.function, place.line), ("main.service", 73));
/// assert!(!place.is_runtime());
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The function.
    pub function: Arc<str>,
    /// The file.
    pub file: Arc<str>,
    /// The line.
    pub line: u64,
}

impl Place {
    pub(super) fn new(frame: &Frame, names: &Names) -> Self {
        let (function, file) = (Arc::clone(names.text(frame.function)), Arc::clone(names.text(frame.file)));
        Self { function, file, line: frame.line }
    }

    /// The first frame of a stack that is not the runtime's.
    pub(super) fn of_site(stack: Option<StackId>, names: &Names) -> Option<Self> {
        names.site(stack?).map(|frame| Self::new(&frame, names))
    }

    /// The first frame of a stack that is not of the runtime or of a package that speaks for it.
    pub(super) fn of_caller(stack: Option<StackId>, names: &Names) -> Option<Self> {
        let speaks_for_it = |function: &str| is_runtime(function) || function.starts_with("runtime/");
        let frame = names.frames(stack?).iter().find(|frame| !speaks_for_it(names.function(frame)))?;
        Some(Self::new(frame, names))
    }

    /// Whether it is the runtime's own: heap profiles leave those out.
    #[must_use]
    pub fn is_runtime(&self) -> bool {
        is_runtime(&self.function)
    }

    /// All frames of a stack, the leaf first.
    pub(super) fn of_stack(stack: Option<StackId>, names: &Names) -> Arc<[Self]> {
        let frames = stack.map_or(&[][..], |stack| names.frames(stack));
        frames.iter().map(|frame| Self::new(frame, names)).collect()
    }

    /// Its columns, with a word before their names.
    pub(super) fn columns<'a>(prefix: &str) -> Definition<'a, Option<&'a Self>> {
        let name = |column: &str| format!("{prefix}{column}");
        Definition::new("place", "")
            .optional_shared_text(name("function"), NO_PLACE, PLACE, |place: &Option<&'a Self>| {
                place.map(|place| &place.function)
            })
            .optional_shared_text(name("file"), NO_PLACE, "its file", |place| place.map(|place| &place.file))
            .optional_int64(name("line"), Unit::None, NO_PLACE, "its line", |place| {
                place.map(|place| signed(place.line))
            })
    }

    /// The columns of a frame in a list.
    pub(super) fn frame<'a>() -> Definition<'a, &'a Self> {
        Definition::new("frame", "leaf first")
            .shared_text("function", "the function", |place: &&'a Self| &place.function)
            .shared_text("file", "its file", |place| &place.file)
            .int64("line", Unit::None, "its line", |place| signed(place.line))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.function, self.line)
    }
}

const PLACE: &str = "the first function on the stack that is not the runtime's";
const NO_PLACE: &str = "the trace has no stack for it, or all of it is the runtime's";
