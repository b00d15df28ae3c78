//! A heap's answers as rows: what each row holds is said once, and tables, schemas and documents follow.

mod diagnostic;
mod difference;
mod goroutine;
mod holder;
mod holder_site;
mod map;
mod object;
mod object_type;
mod path;
mod root;
mod step;
mod summary;
mod window;

use gomem_table::{Row, ToTable, View};

pub use diagnostic::DiagnosticRow;
pub use difference::DifferenceRow;
pub use goroutine::GoroutineRow;
pub use holder::HolderRow;
pub use holder_site::HolderSiteRow;
pub use map::MapRow;
pub use object::ObjectRow;
pub use object_type::TypeRow;
pub use path::PathRow;
pub use root::RootRow;
pub use step::StepRow;
pub use summary::SummaryRow;
pub use window::WindowRow;

use crate::{answers::WayTarget, heap::Heap};

impl Heap {
    /// The tables of a heap, by name.
    pub const TABLES: &'static [View<Self>] = &[
        View::new(HolderRow::schema, |heap| heap.holders().to_table()),
        View::new(HolderSiteRow::schema, |heap| heap.holder_sites().to_table()),
        View::new(GoroutineRow::schema, |heap| heap.goroutines().to_table()),
        View::new(PathRow::schema, |heap| heap.paths(&WayTarget::All, path::LIMIT).to_table()),
        View::new(StepRow::schema, |heap| heap.steps(None).to_table()),
        View::new(WindowRow::schema, |heap| heap.windows(Heap::WINDOW_MIN_BYTES, Heap::WINDOW_RATIO).to_table()),
        View::new(MapRow::schema, |heap| heap.maps().to_table()),
        View::new(TypeRow::schema, |heap| heap.types().to_table()),
        View::new(ObjectRow::schema, Self::object_table),
        View::new(RootRow::schema, |heap| heap.roots().to_table()),
        View::new(SummaryRow::schema, |heap| [heap.summary()].to_table()),
        View::new(DiagnosticRow::schema, |heap| heap.diagnostic_rows().to_table()),
    ];
}
