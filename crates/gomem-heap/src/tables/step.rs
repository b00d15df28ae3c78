//! What holders keep, in steps.

use gomem_table::{Definition, Row, Unit};

use crate::{
    answers::{Outliner, Step},
    heap::Heap,
    tables::holder::signed,
};

/// A step from a holder to what it keeps: objects that look alike.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let options = gomem_heap::HeapOptions::default().with_binary(binary);
/// # let heap = gomem_heap::Heap::decode_with(dump, options)?;
/// let steps = heap.steps(Some("main.cache"));
/// assert!(steps[0].retained_bytes >= steps[1].retained_bytes && steps[1].depth > steps[0].depth);
/// assert!(heap.path("main.cache").is_some_and(|path| path.contains("main.session")));
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct StepRow {
    /// The holders that the way begins with.
    pub holders: Vec<String>,
    /// How far from the holder it is.
    pub depth: u64,
    /// The field that leads to them, where it is one.
    pub field: Option<String>,
    /// The type of the objects, or their size.
    pub label: String,
    /// How many they are.
    pub objects: u64,
    /// What they dominate, themselves included.
    pub retained_bytes: u64,
    /// Their own bytes, and those of what is no step of its own.
    pub own_bytes: u64,
    /// The file and line that allocated one of them.
    pub site: Option<(String, u64)>,
    /// The row that it is below.
    pub parent: Option<u64>,
    is_untyped: bool,
}

impl Heap {
    /// What holders keep, in steps that a person reads, the heaviest first: objects that look alike are one step, and so is a list.
    /// With a name, only of holders with that name. Steps of less than a hundredth of a holder are left out.
    #[must_use]
    pub fn steps(&self, holder: Option<&str>) -> Vec<StepRow> {
        let types = self.object_types();
        let outliner = Outliner::new(&self.snapshot, &self.ownership, types, self.map_shapes());
        let starts = self.ownership.starts();
        let mut rows: Vec<StepRow> = Vec::new();
        let is_asked = |names: &[String]| holder.is_none_or(|asked| names.iter().any(|name| name == asked));
        let holdings = self.holdings().iter().zip(&starts);
        for (holding, start) in holdings.filter(|(holding, _)| holding.retained_bytes > 0 && is_asked(&holding.holders))
        {
            let steps = outliner.outline(start, holding.retained_bytes / 100);
            let first = rows.len() as u64;
            rows.extend(in_order(&steps).into_iter().map(|(step, parent)| StepRow {
                holders: holding.holders.clone(),
                depth: step.depth as u64,
                field: step.field.clone(),
                label: step.label.clone(),
                objects: step.objects,
                retained_bytes: step.retained_bytes,
                own_bytes: step.own_bytes,
                site: step.site.and_then(|site| {
                    let leaf = self.sites()[site as usize].leaf()?;
                    Some((leaf.file.to_string(), leaf.line))
                }),
                parent: parent.map(|parent| first + parent),
                is_untyped: step.is_untyped,
            }));
        }
        rows
    }

    /// The heaviest way from a holder, as a person says it: `main.server.sessions → map[string]*main.Session → 5000 × main.Session (session.go:43)`.
    #[must_use]
    pub fn path(&self, holder: &str) -> Option<String> {
        let rows = self.steps(Some(holder));
        let mut text = holder.to_owned();
        let mut parent = None;
        let mut first = 0;
        while let Some((at, row)) =
            rows.iter().enumerate().skip(first).find(|(_, row)| row.parent == parent && row.holders.len() == 1)
        {
            match &row.field {
                // The first field is the variable's own.
                Some(field) if parent.is_none() => text.push_str(field),
                Some(field) => text.push_str(&format!(" → {field}")),
                None => {}
            }
            text.push_str(" → ");
            if row.objects > 1 {
                text.push_str(&format!("{} × ", row.objects));
            }
            text.push_str(&row.label);
            if let Some((file, line)) = &row.site {
                let name = file.rsplit('/').next().unwrap_or(file);
                text.push_str(&format!(" ({name}:{line})"));
            }
            parent = Some(at as u64);
            first = at + 1;
        }
        (first > 0).then_some(text)
    }
}

/// Each step behind its parent, and what is below it before its neighbours; with its parent's new place.
fn in_order(steps: &[Step]) -> Vec<(&Step, Option<u64>)> {
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); steps.len() + 1];
    for (at, step) in steps.iter().enumerate() {
        below[step.parent.map_or(0, |parent| parent + 1)].push(at);
    }
    // They come the lightest first, so that the last is the heaviest.
    let mut rest: Vec<(usize, Option<u64>)> = below[0].iter().map(|at| (*at, None)).collect();
    let mut ordered = Vec::with_capacity(steps.len());
    while let Some((at, parent)) = rest.pop() {
        let place = ordered.len() as u64;
        ordered.push((&steps[at], parent));
        rest.extend(below[at + 1].iter().map(|child| (*child, Some(place))));
    }
    ordered
}

impl StepRow {
    /// Whether only the size of its objects is known.
    pub(crate) fn is_untyped(&self) -> bool {
        self.is_untyped
    }
}

impl Row for StepRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("heap_outline", "by holder, then each step behind the one it is below, the heaviest first")
            .about("what holders keep, in steps: objects that look alike are one")
            .texts("holders", "who keeps it: one alone, or several together", |row: &&'a Self| &row.holders)
            .int64("step", Unit::None, "how far from the holder, from 0", |row| signed(row.depth))
            .optional_text(
                "edge",
                "there is none, or none that leads to all of them",
                "the field that leads to them",
                |row| row.field.as_deref(),
            )
            .text("label", "the type of the objects, or the size of their slots", |row| &row.label)
            .int64("repeat", Unit::Count, "how many objects look so", |row| signed(row.objects))
            .int64("retained_bytes", Unit::Bytes, "what would go with them", |row| signed(row.retained_bytes))
            .int64("own_bytes", Unit::Bytes, "their own, and what is too little for a step", |row| {
                signed(row.own_bytes)
            })
            .optional_text("site_file", UNSAMPLED, "the file whose line allocated them", |row| {
                row.site.as_ref().map(|(file, _)| file.as_str())
            })
            .optional_int64("site_line", Unit::None, UNSAMPLED, "that line", |row| {
                row.site.as_ref().map(|(_, line)| signed(*line))
            })
            .optional_int64("parent", Unit::None, "below the holder itself", "the row that it is below", |row| {
                row.parent.map(signed)
            })
    }
}

const UNSAMPLED: &str = "none of them was sampled";
