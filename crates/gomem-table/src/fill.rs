//! Columns that are filled a chunk of rows at a time.

use std::{collections::HashMap, sync::Arc};

use crate::{
    column::{Category, Column, List, SharedList, Text, Values},
    strings::{StringPool, StringPoolBuilder},
};

/// The values of one column, and which of them are known; `None` when all are.
pub(crate) type Filled = (Values, Option<Vec<bool>>);

/// Columns that grow with rows.
///
/// A chunk goes through one column after the other, so that the getter is compiled into the column's own loop.
pub(crate) trait Fill<R> {
    /// Makes room for so many rows.
    fn reserve(&mut self, rows: usize);
    fn extend(&mut self, rows: &[R]);
    fn finish(self: Box<Self>) -> Vec<Filled>;
}

/// The columns of the records in lists.
pub(crate) trait Records<I> {
    fn extend(&mut self, items: &[I]);
    fn finish(&mut self) -> Vec<Column>;
}

macro_rules! numbers {
    ($($whole:ident $partial:ident $type:ty => $variant:ident;)+) => {
        $(
            pub(crate) fn $whole<R>(get: impl Fn(&R) -> $type) -> impl Fill<R> {
                Whole { get, values: Vec::new(), wrap: Values::$variant }
            }

            pub(crate) fn $partial<R>(get: impl Fn(&R) -> Option<$type>) -> impl Fill<R> {
                Partial { get, values: Vec::new(), known: Known::default(), wrap: Values::$variant }
            }
        )+
    };
}

numbers! {
    bools optional_bools bool => Bool;
    int64s optional_int64s i64 => Int64;
    uint64s optional_uint64s u64 => UInt64;
    float64s optional_float64s f64 => Float64;
    timestamps optional_timestamps i64 => Timestamp;
}

pub(crate) fn categories<R>(names: &'static [&'static str], get: impl Fn(&R) -> u32) -> impl Fill<R> {
    Whole { get, values: Vec::new(), wrap: move |codes| Values::Category(Category { codes, names }) }
}

pub(crate) fn optional_categories<R>(names: &'static [&'static str], get: impl Fn(&R) -> Option<u32>) -> impl Fill<R> {
    let wrap = move |codes| Values::Category(Category { codes, names });
    Partial { get, values: Vec::new(), known: Known::default(), wrap }
}

pub(crate) fn codes<R>(pool: Arc<StringPool>, get: impl Fn(&R) -> u32) -> impl Fill<R> {
    Whole { get, values: Vec::new(), wrap: |codes| Values::Text(Text { codes, pool }) }
}

pub(crate) fn optional_codes<R>(pool: Arc<StringPool>, get: impl Fn(&R) -> Option<u32>) -> impl Fill<R> {
    Partial { get, values: Vec::new(), known: Known::default(), wrap: |codes| Values::Text(Text { codes, pool }) }
}

pub(crate) fn texts<R>(get: impl for<'r> Fn(&'r R) -> &'r str) -> impl Fill<R> {
    Interned::new(move |row: &R, pool: &mut StringPoolBuilder| Some(pool.intern(get(row))))
}

pub(crate) fn optional_texts<R>(get: impl for<'r> Fn(&'r R) -> Option<&'r str>) -> impl Fill<R> {
    Interned::new(move |row: &R, pool: &mut StringPoolBuilder| get(row).map(|text| pool.intern(text)))
}

pub(crate) fn strings<R>(get: impl Fn(&R) -> String) -> impl Fill<R> {
    Interned::new(move |row: &R, pool: &mut StringPoolBuilder| Some(pool.intern(&get(row))))
}

pub(crate) fn optional_strings<R>(get: impl Fn(&R) -> Option<String>) -> impl Fill<R> {
    Interned::new(move |row: &R, pool: &mut StringPoolBuilder| get(row).map(|text| pool.intern(&text)))
}

pub(crate) fn shared_texts<'a, R>(get: impl Fn(&R) -> &'a Arc<str>) -> impl Fill<R> {
    optional_shared_texts(move |row| Some(get(row)))
}

pub(crate) fn optional_shared_texts<'a, R>(get: impl Fn(&R) -> Option<&'a Arc<str>>) -> impl Fill<R> {
    // The texts outlive the column, so an address stands for one text. Most rows have one that was asked for lately.
    let mut by_address: HashMap<usize, u32> = HashMap::new();
    let mut recent = [(0, 0); RECENT_TEXTS];
    Interned::new(move |row: &R, pool: &mut StringPoolBuilder| {
        let text = get(row)?;
        let address = Arc::as_ptr(text).cast::<u8>().addr();
        let recent = &mut recent[(address / 16) % RECENT_TEXTS];
        if recent.0 != address {
            *recent = (address, *by_address.entry(address).or_insert_with(|| pool.intern(text)));
        }
        Some(recent.1)
    })
}

/// So many texts are found without hashing; none is at address 0.
const RECENT_TEXTS: usize = 256;

pub(crate) fn text_lists<R, S: AsRef<str>, L: IntoIterator<Item = S>>(get: impl Fn(&R) -> L) -> impl Fill<R> {
    TextLists {
        push: move |row: &R, codes: &mut Vec<u32>, pool: &mut StringPoolBuilder| {
            codes.extend(get(row).into_iter().map(|text| pool.intern(text.as_ref())));
        },
        codes: Vec::new(),
        offsets: vec![0],
        finish: StringPoolBuilder::finish,
        pool: StringPoolBuilder::new(),
    }
}

pub(crate) fn code_lists<R>(pool: Arc<StringPool>, get: impl Fn(&R, &mut Vec<u32>)) -> impl Fill<R> {
    TextLists {
        push: move |row: &R, codes: &mut Vec<u32>, _: &mut Arc<StringPool>| get(row, codes),
        codes: Vec::new(),
        offsets: vec![0],
        finish: |pool| pool,
        pool,
    }
}

pub(crate) fn int64_lists<R, L: IntoIterator<Item = i64>>(get: impl Fn(&R) -> L) -> impl Fill<R> {
    Int64Lists { get, values: Vec::new(), offsets: vec![0] }
}

/// A column that all rows have a value for.
struct Whole<G, T, W> {
    get: G,
    values: Vec<T>,
    wrap: W,
}

impl<R, T, G: Fn(&R) -> T, W: FnOnce(Vec<T>) -> Values> Fill<R> for Whole<G, T, W> {
    fn reserve(&mut self, rows: usize) {
        self.values.reserve(rows);
    }

    fn extend(&mut self, rows: &[R]) {
        self.values.extend(rows.iter().map(&self.get));
    }

    fn finish(self: Box<Self>) -> Vec<Filled> {
        vec![((self.wrap)(self.values), None)]
    }
}

/// Which rows are known; nothing is kept before one is not.
#[derive(Default)]
struct Known(Option<Vec<bool>>);

impl Known {
    /// Takes the next row, after so many.
    #[inline]
    fn push(&mut self, is_known: bool, rows_before: usize) {
        match &mut self.0 {
            Some(known) => known.push(is_known),
            None if is_known => {}
            None => {
                let mut known = vec![true; rows_before];
                known.push(false);
                self.0 = Some(known);
            }
        }
    }

    fn reserve(&mut self, rows: usize) {
        if let Some(known) = &mut self.0 {
            known.reserve(rows);
        }
    }
}

/// A column that some rows have no value for.
struct Partial<G, T, W> {
    get: G,
    values: Vec<T>,
    known: Known,
    wrap: W,
}

impl<R, T: Default, G: Fn(&R) -> Option<T>, W: FnOnce(Vec<T>) -> Values> Fill<R> for Partial<G, T, W> {
    fn reserve(&mut self, rows: usize) {
        self.values.reserve(rows);
        self.known.reserve(rows);
    }

    fn extend(&mut self, rows: &[R]) {
        for row in rows {
            let value = (self.get)(row);
            self.known.push(value.is_some(), self.values.len());
            self.values.push(value.unwrap_or_default());
        }
    }

    fn finish(self: Box<Self>) -> Vec<Filled> {
        vec![((self.wrap)(self.values), self.known.0)]
    }
}

/// A column of text that is interned row by row.
struct Interned<G> {
    intern: G,
    pool: StringPoolBuilder,
    codes: Vec<u32>,
    known: Known,
}

impl<G> Interned<G> {
    fn new<R>(intern: G) -> Self
    where
        G: FnMut(&R, &mut StringPoolBuilder) -> Option<u32>,
    {
        Self { intern, pool: StringPoolBuilder::new(), codes: Vec::new(), known: Known::default() }
    }
}

impl<R, G: FnMut(&R, &mut StringPoolBuilder) -> Option<u32>> Fill<R> for Interned<G> {
    fn reserve(&mut self, rows: usize) {
        self.codes.reserve(rows);
        self.known.reserve(rows);
    }

    fn extend(&mut self, rows: &[R]) {
        for row in rows {
            let code = (self.intern)(row, &mut self.pool);
            self.known.push(code.is_some(), self.codes.len());
            self.codes.push(code.unwrap_or_default());
        }
    }

    fn finish(mut self: Box<Self>) -> Vec<Filled> {
        if self.known.0.is_some() && self.pool.is_empty() {
            // What an unknown row's code points to.
            self.pool.intern("");
        }
        vec![(Values::Text(Text { codes: self.codes, pool: self.pool.finish() }), self.known.0)]
    }
}

/// A column of lists of numbers.
struct Int64Lists<G> {
    get: G,
    values: Vec<i64>,
    offsets: Vec<usize>,
}

impl<R, L: IntoIterator<Item = i64>, G: Fn(&R) -> L> Fill<R> for Int64Lists<G> {
    fn reserve(&mut self, rows: usize) {
        self.offsets.reserve(rows);
    }

    fn extend(&mut self, rows: &[R]) {
        for row in rows {
            self.values.extend((self.get)(row));
            self.offsets.push(self.values.len());
        }
    }

    fn finish(self: Box<Self>) -> Vec<Filled> {
        let Self { values, offsets, .. } = *self;
        vec![(Values::List(List { offsets, items: Box::new(Values::Int64(values)) }), None)]
    }
}

/// A column of lists of texts, whose pool is made on the way (`P` a builder) or was there before.
struct TextLists<G, P, F> {
    push: G,
    codes: Vec<u32>,
    offsets: Vec<usize>,
    pool: P,
    finish: F,
}

impl<R, P, G: Fn(&R, &mut Vec<u32>, &mut P), F: FnOnce(P) -> Arc<StringPool>> Fill<R> for TextLists<G, P, F> {
    fn reserve(&mut self, rows: usize) {
        self.offsets.reserve(rows);
    }

    fn extend(&mut self, rows: &[R]) {
        for row in rows {
            (self.push)(row, &mut self.codes, &mut self.pool);
            self.offsets.push(self.codes.len());
        }
    }

    fn finish(self: Box<Self>) -> Vec<Filled> {
        let text = Values::Text(Text { codes: self.codes, pool: (self.finish)(self.pool) });
        vec![(Values::List(List { offsets: self.offsets, items: Box::new(text) }), None)]
    }
}

/// A column of lists of records.
pub(crate) struct Lists<G, I, F> {
    get: G,
    fields: F,
    items: Vec<I>,
    offsets: Vec<usize>,
}

impl<G, I, F> Lists<G, I, F> {
    pub(crate) fn new(fields: F, get: G) -> Self {
        Self { get, fields, items: Vec::new(), offsets: vec![0] }
    }
}

impl<R, I, L: IntoIterator<Item = I>, G: Fn(&R) -> L, F: Records<I>> Fill<R> for Lists<G, I, F> {
    fn reserve(&mut self, rows: usize) {
        self.offsets.reserve(rows);
    }

    fn extend(&mut self, rows: &[R]) {
        self.items.clear();
        let before = self.offsets.last().copied().unwrap_or_default();
        for row in rows {
            self.items.extend((self.get)(row));
            self.offsets.push(before + self.items.len());
        }
        self.fields.extend(&self.items);
    }

    fn finish(mut self: Box<Self>) -> Vec<Filled> {
        let items = Box::new(Values::Struct(self.fields.finish()));
        vec![(Values::List(List { offsets: self.offsets, items }), None)]
    }
}

/// A column of lists of records that rows share.
pub(crate) struct SharedLists<G, F> {
    get: G,
    fields: F,
    /// By address, the place of a list. The lists outlive the column.
    places: HashMap<usize, u32>,
    /// The one that was asked for last; none is at address 0.
    recent: (usize, u32),
    codes: Vec<u32>,
    offsets: Vec<usize>,
}

impl<G, F> SharedLists<G, F> {
    pub(crate) fn new(fields: F, get: G) -> Self {
        Self { get, fields, places: HashMap::new(), recent: (0, 0), codes: Vec::new(), offsets: vec![0] }
    }
}

impl<'a, R, I: 'a, G: Fn(&R) -> &'a Arc<[I]>, F: Records<&'a I>> Fill<R> for SharedLists<G, F> {
    fn reserve(&mut self, rows: usize) {
        self.codes.reserve(rows);
    }

    fn extend(&mut self, rows: &[R]) {
        for row in rows {
            let list = (self.get)(row);
            let address = Arc::as_ptr(list).cast::<u8>().addr();
            if self.recent.0 != address {
                let (fields, offsets) = (&mut self.fields, &mut self.offsets);
                let place = *self.places.entry(address).or_insert_with(|| {
                    let items: Vec<&'a I> = list.iter().collect();
                    fields.extend(&items);
                    offsets.push(offsets.last().copied().unwrap_or_default() + items.len());
                    (offsets.len() - 2) as u32
                });
                self.recent = (address, place);
            }
            self.codes.push(self.recent.1);
        }
    }

    fn finish(mut self: Box<Self>) -> Vec<Filled> {
        let items = Box::new(Values::Struct(self.fields.finish()));
        let lists = List { offsets: self.offsets, items };
        vec![(Values::SharedList(SharedList { codes: self.codes, lists }), None)]
    }
}
