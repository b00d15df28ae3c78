//! The tables of metrics.

use gomem_table::{Row, ToTable, View};

use crate::model::{cycle::ObservedCycle, metrics::Metrics, state::GoState, waterfall::WaterfallPart};

impl Metrics {
    /// Its tables. What scrapes hold besides is in tables of its own: native histograms, diagnostics.
    pub const TABLES: &'static [View<Self>] = &[
        View::new(Self::schema, Self::to_table),
        View::new(GoState::schema, |metrics| metrics.state().to_table()),
        View::new(ObservedCycle::schema, |metrics| metrics.state().cycles().to_table()),
        View::new(WaterfallPart::schema, |metrics| metrics.state().waterfall().to_table()),
    ];
}
