#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

use std::ops::Range;

use gomem_table::{Column, List, SharedList, Table, Values};
use polars::prelude::{
    BooleanChunked, DataFrame, DataType, Float64Chunked, FrozenCategories, Int64Chunked, IntoSeries, NamedFrom,
    NewChunkedArray, PlSmallStr, PolarsResult, Series, StringChunked, StructChunked, TimeUnit, TimeZone, UInt64Chunked,
    polars_bail,
};

/// The table as a data frame.
///
/// # Errors
/// When Polars refuses a column: a table that was built is never refused.
///
/// ```
/// use gomem_table::{Column, Table, Unit};
///
/// let table = Table::new("sites", vec![Column::int64("bytes", Unit::Bytes, vec![1, 2])])?;
/// assert_eq!(gomem_frames::to_frame(&table)?.height(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn to_frame(table: &Table) -> PolarsResult<DataFrame> {
    let columns =
        table.columns().iter().map(|column| series(column).map(Into::into)).collect::<PolarsResult<Vec<_>>>()?;
    DataFrame::new(table.rows(), columns)
}

fn series(column: &Column) -> PolarsResult<Series> {
    values(column.name().into(), column.values(), column.validity())
}

fn values(name: PlSmallStr, values: &Values, validity: Option<&[bool]>) -> PolarsResult<Series> {
    let known = |row: usize| validity.is_none_or(|known| known[row]);
    let rows = values.len();
    Ok(match values {
        Values::Bool(v) => {
            BooleanChunked::from_iter_options(name, (0..rows).map(|row| known(row).then(|| v[row]))).into_series()
        }
        Values::Int64(v) => {
            Int64Chunked::from_iter_options(name, (0..rows).map(|row| known(row).then(|| v[row]))).into_series()
        }
        Values::UInt64(v) => {
            UInt64Chunked::from_iter_options(name, (0..rows).map(|row| known(row).then(|| v[row]))).into_series()
        }
        Values::Float64(v) => {
            Float64Chunked::from_iter_options(name, (0..rows).map(|row| known(row).then(|| v[row]))).into_series()
        }
        Values::Timestamp(v) => {
            let numbers = Int64Chunked::from_iter_options(name, (0..rows).map(|row| known(row).then(|| v[row])));
            numbers.into_series().cast(&DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC)))?
        }
        Values::Text(text) => {
            let texts = (0..rows).map(|row| known(row).then(|| text.pool.text(text.codes[row])));
            StringChunked::from_iter_options(name, texts).into_series()
        }
        Values::Category(category) => {
            let names = |row: usize| category.names.get(category.codes[row] as usize).copied();
            let texts = StringChunked::from_iter_options(name, (0..rows).map(|row| names(row).filter(|_| known(row))));
            let categories = FrozenCategories::new(category.names.iter().copied())?;
            texts.into_series().cast(&DataType::from_frozen_categories(categories))?
        }
        Values::List(list) => {
            lists(name, &list.items, rows, |row| known(row).then(|| list.offsets[row]..list.offsets[row + 1]))?
        }
        Values::SharedList(SharedList { codes, lists: List { offsets, items } }) => lists(name, items, rows, |row| {
            let place = codes[row] as usize;
            known(row).then(|| offsets[place]..offsets[place + 1])
        })?,
        Values::Struct(fields) => {
            let fields = fields.iter().map(series).collect::<PolarsResult<Vec<_>>>()?;
            StructChunked::from_series(name, rows, fields.iter())?.into_series()
        }
        other => polars_bail!(ComputeError: "a column of {other:?}"),
    })
}

/// Rows of parts of some items.
fn lists(
    name: PlSmallStr,
    items: &Values,
    rows: usize,
    part: impl Fn(usize) -> Option<Range<usize>>,
) -> PolarsResult<Series> {
    let items = values("item".into(), items, None)?;
    let lists: Vec<Option<Series>> =
        (0..rows).map(|row| part(row).map(|part| items.slice(part.start as i64, part.len()))).collect();
    // The type comes from the items, so that a column of empty lists has one.
    Series::new(name, lists).cast(&DataType::List(Box::new(items.dtype().clone())))
}

#[cfg(test)]
mod tests {
    use gomem_table::{Column, StringPoolBuilder, Text, Unit};
    use polars::prelude::AnyValue;

    use super::*;

    #[test]
    fn every_kind_of_column() {
        let mut pool = StringPoolBuilder::new();
        let codes = vec![pool.intern("leaf"), pool.intern("root"), pool.intern("leaf")];
        let stack = Values::Text(Text { codes, pool: pool.finish() });
        let record = Values::Struct(vec![Column::int64("line", Unit::None, vec![7, 8, 9])]);
        let table = Table::new(
            "all",
            vec![
                Column::optional_bool("bool", [Some(true), None]),
                Column::optional_int64("int", Unit::None, [None, Some(-3)]),
                Column::uint64("uint", Unit::None, vec![u64::MAX, 0]),
                Column::float64("float", Unit::None, vec![0.5, 1.5]),
                Column::timestamp("time", vec![1_700_000_000_000, 0]),
                Column::optional_strings("text", [Some("a"), None]),
                Column::category("kind", vec![1, 0], &["small", "large"]),
                Column::list("stack", Unit::None, vec![0, 2, 3], stack),
                Column::list("steps", Unit::None, vec![0, 0, 3], record),
            ],
        )
        .unwrap();
        let frame = to_frame(&table).unwrap();
        assert_eq!(frame.shape(), (2, 9));
        let null = |name: &str| frame.column(name).unwrap().null_count();
        assert_eq!((null("bool"), null("int"), null("text"), null("steps")), (1, 1, 1, 0));
        assert_eq!(frame.column("kind").unwrap().get(0).unwrap().to_string(), "\"large\"");
        assert!(matches!(frame.column("kind").unwrap().dtype(), DataType::Enum(..)));
        assert_eq!(frame.column("stack").unwrap().list().unwrap().get_as_series(0).unwrap().len(), 2);
        let steps = frame.column("steps").unwrap().list().unwrap().get_as_series(1).unwrap();
        assert_eq!(steps.struct_().unwrap().field_by_name("line").unwrap().get(2).unwrap(), AnyValue::Int64(9));
        assert!(frame.column("time").unwrap().dtype().is_temporal());
    }

    #[test]
    fn no_rows_keep_their_types() {
        let table =
            Table::new("none", vec![Column::strings("text", [""; 0]), Column::category("kind", vec![], &["a"])])
                .unwrap();
        let frame = to_frame(&table).unwrap();
        assert_eq!((frame.height(), frame.column("text").unwrap().dtype()), (0, &DataType::String));
    }
}
