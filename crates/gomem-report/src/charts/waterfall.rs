//! The parts of a process's memory, as bars that begin where the one before ends.

use std::fmt::Write as _;

use gomem_metrics::{Waterfall, WaterfallPart};
use gomem_table::Unit;

use crate::charts::part_colour::part_colour;

/// The last moment as a picture: one bar a part, each beginning where the one before ends.
///
/// ```
/// # let mut metrics = gomem_metrics::Metrics::new();
/// # metrics.push_scrape(1_700_000_000_000, b"go_memstats_sys_bytes 9e6\ngo_memstats_heap_inuse_bytes 4e6\n")?;
/// let svg = gomem_report::waterfall_svg(&metrics.state().waterfall());
/// assert!(svg.starts_with("<svg"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn waterfall_svg(waterfall: &Waterfall) -> String {
    let moment = waterfall.at(None);
    let target = moment.parts().first().map_or("", |part| &*part.target);
    let parts: Vec<&WaterfallPart> = moment.parts().iter().filter(|part| &*part.target == target).collect();
    let counted = parts.iter().filter(|part| !part.component.is_in_others());
    let sum: f64 = counted.map(|part| part.bytes).sum();
    let scale = BAR_WIDTH / sum.max(1.0);
    let height = ROW_HEIGHT * (parts.len() as f64 + 1.0) + 8.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" font-family=\"system-ui,sans-serif\" font-size=\"13\" role=\"img\" aria-label=\"where the memory is\">"
    );
    let mut at = 0.0;
    for (index, part) in parts.iter().enumerate() {
        let y = 4.0 + ROW_HEIGHT * index as f64;
        // What lies in the others has its bar below their end.
        let from = if part.component.is_in_others() { at - part.bytes } else { at };
        let begin = from * scale + LABEL_WIDTH;
        let _ = write!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"currentColor\">{}</text><rect x=\"{begin:.1}\" y=\"{y}\" width=\"{:.1}\" height=\"{}\" fill=\"{}\"/><text x=\"{}\" y=\"{}\" fill=\"currentColor\">{}</text>",
            LABEL_WIDTH - 8.0,
            y + 15.0,
            part.component.title_among(parts.iter().map(|part| part.component)),
            (part.bytes * scale).max(0.5),
            ROW_HEIGHT - 6.0,
            part_colour(part.component),
            LABEL_WIDTH + BAR_WIDTH + 8.0,
            y + 15.0,
            Unit::Bytes.humanize(part.bytes)
        );
        at = from + part.bytes;
    }
    let y = 4.0 + ROW_HEIGHT * parts.len() as f64 + 15.0;
    let _ = write!(
        svg,
        "<text x=\"{}\" y=\"{y}\" text-anchor=\"end\" font-weight=\"bold\" fill=\"currentColor\">all</text><text x=\"{}\" y=\"{y}\" font-weight=\"bold\" fill=\"currentColor\">{}</text></svg>",
        LABEL_WIDTH - 8.0,
        LABEL_WIDTH + BAR_WIDTH + 8.0,
        Unit::Bytes.humanize(sum)
    );
    svg
}

/// So small that its words can be read on a phone, which is half as wide.
const WIDTH: f64 = 560.0;
const LABEL_WIDTH: f64 = 186.0;
const BAR_WIDTH: f64 = 294.0;
const ROW_HEIGHT: f64 = 26.0;

#[cfg(test)]
mod tests {
    use gomem_metrics::Metrics;

    use super::*;

    #[test]
    fn every_part_has_its_bar_and_its_words() {
        let text = "go_memstats_heap_alloc_bytes 60\ngo_memstats_sys_bytes 130\ngo_memstats_heap_released_bytes 30\n\
                    process_resident_memory_bytes 140\ngo_gc_heap_live_bytes 40\n";
        let mut metrics = Metrics::new();
        metrics.push_scrape(1000, text.as_bytes()).unwrap();
        let svg = waterfall_svg(&metrics.state().waterfall());
        assert_eq!(svg.matches("<rect").count(), 3, "{svg}");
        assert!(svg.contains("live objects") && svg.contains("outside of Go"), "{svg}");
    }
}
