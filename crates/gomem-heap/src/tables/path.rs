//! Ways from holders to objects.

use std::sync::Arc;

use gomem_table::{Definition, Row, Unit};

use crate::{
    answers::{self, WayTarget},
    heap::Heap,
    tables::holder::signed,
};

/// A step of a way from a holder.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let options = gomem_heap::HeapOptions::default().with_binary(binary);
/// # let heap = gomem_heap::Heap::decode_with(dump, options)?;
/// use gomem_heap::WayTarget;
///
/// let paths = heap.paths(&WayTarget::Holder("main.cache".into()), 1);
/// let [map, session] = &*paths else { panic!("two steps") };
/// assert_eq!((&*map.edge, map.type_name.as_deref()), ("main.cache", Some("map[string]*main.session")));
/// // The map's 250 sessions look alike.
/// assert_eq!((&*session.edge, session.type_name.as_deref(), session.repeat), ("[*]", Some("main.session"), 250));
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PathRow {
    /// The way, by its place.
    pub path: u64,
    /// The place of the step.
    pub step: u64,
    /// What is followed: the holder, then where in an object the pointer is.
    pub edge: String,
    /// How many objects look so, of those that lead to what was asked for.
    pub repeat: u64,
    /// One of them.
    pub object: u32,
    /// Their slots.
    pub bytes: u64,
    /// Their type.
    pub type_name: Option<Arc<str>>,
}

impl Heap {
    /// Ways from holders to what is asked for, no more than `limit`, those that lead to the most bytes first. Of each object the shortest
    /// counts, and ways that look alike are one. There is none to what no root reaches.
    #[must_use]
    pub fn paths(&self, to: &WayTarget, limit: usize) -> Vec<PathRow> {
        let types = self.object_types();
        let ways = answers::ways(&self.snapshot, &self.ownership, types, self.map_shapes(), to, limit);
        let row = |path: u64, step: u64, found: answers::WayStep| PathRow {
            path,
            step,
            edge: found.edge,
            repeat: found.objects,
            object: found.object,
            bytes: found.bytes,
            type_name: types.of(found.object).map(|known| known.name.clone()),
        };
        let ways = ways.into_iter().zip(0..);
        ways.flat_map(|(way, path)| way.steps.into_iter().zip(0..).map(move |(found, step)| (path, step, found)))
            .map(|(path, step, found)| row(path, step, found))
            .collect()
    }

    /// Whether a holder has this name.
    #[must_use]
    pub fn has_holder(&self, name: &str) -> bool {
        self.ownership.roots.holders.iter().any(|holder| holder.name == name)
    }
}

impl Row for PathRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("heap_paths", "by path, those to the most bytes first, then by step")
            .about("ways from holders to objects, the shortest to each; ways that look alike are one")
            .int64("path", Unit::None, "the way, from 0", |row: &&'a Self| signed(row.path))
            .int64("step", Unit::None, "its step, from 0", |row| signed(row.step))
            .text(
                "edge",
                "what is followed: the holder, then where in an object the pointer is; `[*]` is any of many elements",
                |row| &row.edge,
            )
            .int64("repeat", Unit::Count, "the objects there that lead to what was asked for, or are it", |row| {
                signed(row.repeat)
            })
            .int64("object", Unit::None, "one of them", |row| i64::from(row.object))
            .int64("bytes", Unit::Bytes, "their slots', with a map's tables", |row| signed(row.bytes))
            .optional_shared_text("type", "nothing tells it", "its type", |row| row.type_name.as_ref())
    }
}

/// So many ways a person reads.
pub(super) const LIMIT: usize = 20;
