//! The colours of the parts of a process's memory.

use gomem_metrics::Component;

/// The colour of a part of the memory, as `#rrggbb`.
pub(crate) fn part_colour(part: Component) -> &'static str {
    match part {
        Component::Live => "#1b6ca8",
        Component::Garbage => "#7fb2d9",
        Component::Fragmentation => "#d98e04",
        Component::Idle => "#c9cdd2",
        Component::Stacks => "#5f8f3e",
        Component::Metadata => "#8a6fb0",
        Component::OffHeap => "#b23a48",
        Component::Untouched => "#e4dcc8",
        _ => "#000000",
    }
}
