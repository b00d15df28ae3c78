//! The whole log, folded.

use std::sync::Arc;

use gomem_table::{Row, ToTable, View};

use crate::{
    model::{CapturedVariable, HeapDecision, Inlining, Leak, StackBuffer, WrappedCall},
    read::Coverage,
    text::{BuildError, GoVersions},
};

/// What the compiler decided, one entry per place.
#[derive(Debug, Clone, Default)]
pub struct EscapeLog {
    pub(crate) decisions: Vec<HeapDecision>,
    pub(crate) stack_buffers: Vec<StackBuffer>,
    pub(crate) captured: Vec<CapturedVariable>,
    pub(crate) wrapped: Vec<WrappedCall>,
    pub(crate) additions: Vec<(Arc<str>, u32)>,
    pub(crate) leaks: Vec<Leak>,
    pub(crate) inlining: Vec<Inlining>,
    pub(crate) coverage: Coverage,
    pub(crate) unknown: Vec<u64>,
    pub(crate) unplaced: u64,
    pub(crate) build_errors: Vec<BuildError>,
    pub(crate) versions: GoVersions,
}

impl EscapeLog {
    /// Its tables. That of all lines is one of [`Diagnostics`](crate::Diagnostics).
    pub const TABLES: &'static [View<Self>] = &[
        View::new(HeapDecision::schema, |log| log.heap_decisions().to_table()),
        View::new(Leak::schema, |log| log.leaks().to_table()),
        View::new(Inlining::schema, |log| log.inlining().to_table()),
        View::new(StackBuffer::schema, |log| log.stack_buffers().to_table()),
    ];

    /// What goes to the heap, in the order of the log.
    ///
    /// ```
    /// # let log = "# example.com/app\n\
    /// #            ./a.go:7:10: buf escapes to heap in put:\n\
    /// #            ./a.go:7:10:   flow: {heap} ← &{storage for buf}:\n\
    /// #            ./a.go:7:10:     from buf (spill) at ./a.go:7:10\n\
    /// #            ./a.go:7:10:     from (*sync.Pool).Put(pool, buf) (call parameter) at ./a.go:7:9\n\
    /// #            ./a.go:7:10: buf escapes to heap\n";
    /// # let log = gomem_escape::EscapeLog::decode(log.as_bytes())?;
    /// # let decision = &log.heap_decisions()[0];
    /// assert_eq!((&*decision.file, decision.line), ("a.go", Some(7)));
    /// assert_eq!(decision.message(), "buf escapes to heap");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn heap_decisions(&self) -> &[HeapDecision] {
        &self.decisions
    }

    /// What does not escape and may allocate all the same: its size is only known at run time, and the buffer for it on the
    /// stack may be too small.
    #[must_use]
    pub fn stack_buffers(&self) -> &[StackBuffer] {
        &self.stack_buffers
    }

    /// The variables that closures capture, in order of their places.
    #[must_use]
    pub fn captured_variables(&self) -> &[CapturedVariable] {
        &self.captured
    }

    /// The calls that `go` or `defer` puts into a function of its own, in order of their places.
    #[must_use]
    pub fn wrapped_calls(&self) -> &[WrappedCall] {
        &self.wrapped
    }

    /// File and line of `text += more`, as far as a flow goes through it: no line says that it allocates.
    #[must_use]
    pub fn text_additions(&self) -> &[(Arc<str>, u32)] {
        &self.additions
    }

    /// Parameters that leak.
    #[must_use]
    pub fn leaks(&self) -> &[Leak] {
        &self.leaks
    }

    /// Functions that can and cannot be inlined.
    #[must_use]
    pub fn inlining(&self) -> &[Inlining] {
        &self.inlining
    }

    /// What became of the lines.
    ///
    /// ```
    /// # let log = "# example.com/app\n\
    /// #            ./a.go:7:10: buf escapes to heap in put:\n\
    /// #            ./a.go:7:10:   flow: {heap} ← &{storage for buf}:\n\
    /// #            ./a.go:7:10:     from buf (spill) at ./a.go:7:10\n\
    /// #            ./a.go:7:10:     from (*sync.Pool).Put(pool, buf) (call parameter) at ./a.go:7:9\n\
    /// #            ./a.go:7:10: buf escapes to heap\n";
    /// # let log = gomem_escape::EscapeLog::decode(log.as_bytes())?;
    /// # let decision = &log.heap_decisions()[0];
    /// let coverage = log.coverage();
    /// assert_eq!((coverage.lines, coverage.unknown), (6, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        self.coverage
    }

    /// The numbers of the first lines that were not understood.
    #[must_use]
    pub fn unknown_lines(&self) -> &[u64] {
        &self.unknown
    }

    /// How many lines talk of the heap as the compiler does, and have no position that can be read: decisions may be missing.
    #[must_use]
    pub fn unplaced_lines(&self) -> u64 {
        self.unplaced
    }

    /// Why the build failed, if it did: then decisions are missing, and a comparison says nothing.
    ///
    /// ```
    /// # let log = "# example.com/app\n\
    /// #            ./a.go:7:10: buf escapes to heap in put:\n\
    /// #            ./a.go:7:10:   flow: {heap} ← &{storage for buf}:\n\
    /// #            ./a.go:7:10:     from buf (spill) at ./a.go:7:10\n\
    /// #            ./a.go:7:10:     from (*sync.Pool).Put(pool, buf) (call parameter) at ./a.go:7:9\n\
    /// #            ./a.go:7:10: buf escapes to heap\n";
    /// # let log = gomem_escape::EscapeLog::decode(log.as_bytes())?;
    /// # let decision = &log.heap_decisions()[0];
    /// assert!(log.build_errors().is_empty(), "the build did not fail");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn build_errors(&self) -> &[BuildError] {
        &self.build_errors
    }

    /// The versions of Go that can have printed the log.
    ///
    /// ```
    /// # let log = "# example.com/app\n\
    /// #            ./a.go:7:10: buf escapes to heap in put:\n\
    /// #            ./a.go:7:10:   flow: {heap} ← &{storage for buf}:\n\
    /// #            ./a.go:7:10:     from buf (spill) at ./a.go:7:10\n\
    /// #            ./a.go:7:10:     from (*sync.Pool).Put(pool, buf) (call parameter) at ./a.go:7:9\n\
    /// #            ./a.go:7:10: buf escapes to heap\n";
    /// # let log = gomem_escape::EscapeLog::decode(log.as_bytes())?;
    /// # let decision = &log.heap_decisions()[0];
    /// let versions = log.go_versions();
    /// assert!(versions.oldest() >= 21 && versions.newest() <= 27);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn go_versions(&self) -> GoVersions {
        self.versions
    }
}
