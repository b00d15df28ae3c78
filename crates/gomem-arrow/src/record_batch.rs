//! A table's columns in Arrow's memory layout.

use std::{collections::HashMap, fmt::Write as _, sync::Arc};

use arrow_array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int64Array, LargeListArray, RecordBatch,
    RecordBatchOptions, StringArray, StringViewArray, StructArray, TimestampMillisecondArray, UInt32Array, UInt64Array,
    builder::make_view, types::UInt32Type,
};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, Field, Fields, Schema};
use arrow_select::take::take;
use gomem_table::{Category, Column, List, SCHEMA_VERSION, Table, Text, VERSION_COLUMN, Values};

/// The table's columns, in their order. The schema's metadata have the name of the table and the version of its schema.
///
/// # Errors
/// When the table has a type that is not laid out yet.
///
/// ```
/// use gomem_table::{Column, Table, Unit};
///
/// let table = Table::new("sites", vec![Column::int64("bytes", Unit::Bytes, vec![1, 2])])?;
/// assert_eq!(gomem_arrow::record_batch(&table)?.num_rows(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn record_batch(table: &Table) -> Result<RecordBatch, ArrowError> {
    let (fields, arrays) = arrays(table.columns())?;
    let options = RecordBatchOptions::new().with_row_count(Some(table.rows()));
    let about = [("table", table.name().to_owned()), (VERSION_COLUMN, SCHEMA_VERSION.to_string())];
    let about = about.map(|(name, value)| (name.to_owned(), value)).into();
    RecordBatch::try_new_with_options(Arc::new(Schema::new_with_metadata(fields, about)), arrays, &options)
}

fn arrays(columns: &[Column]) -> Result<(Fields, Vec<ArrayRef>), ArrowError> {
    let mut fields = Vec::with_capacity(columns.len());
    let mut arrays = Vec::with_capacity(columns.len());
    for column in columns {
        let array = array(column.values(), column.validity())?;
        fields.push(field(column.name(), column.values(), &array));
        arrays.push(array);
    }
    Ok((Fields::from(fields), arrays))
}

fn array(values: &Values, validity: Option<&[bool]>) -> Result<ArrayRef, ArrowError> {
    let nulls = validity.map(NullBuffer::from);
    Ok(match values {
        Values::Bool(v) => Arc::new(BooleanArray::new(v.as_slice().into(), nulls)),
        Values::Int64(v) => Arc::new(Int64Array::new(v.clone().into(), nulls)),
        Values::UInt64(v) => Arc::new(UInt64Array::new(v.clone().into(), nulls)),
        Values::Float64(v) => Arc::new(Float64Array::new(v.clone().into(), nulls)),
        Values::Timestamp(v) => {
            Arc::new(TimestampMillisecondArray::new(v.clone().into(), nulls).with_timezone(TIME_ZONE))
        }
        Values::Text(text) => text_array(text, nulls)?,
        Values::Category(category) => Arc::new(category_array(category, nulls)?),
        Values::List(list) => Arc::new(list_array(list, nulls)?),
        Values::SharedList(shared) => Arc::new(list_array(&shared.to_list(), nulls)?),
        Values::Struct(columns) => {
            let rows = values.len();
            let (fields, arrays) = arrays(columns)?;
            Arc::new(StructArray::try_new_with_length(fields, arrays, nulls, rows)?)
        }
        other => return Err(ArrowError::NotYetImplemented(format!("a column of {other:?}"))),
    })
}

fn field(name: &str, values: &Values, array: &ArrayRef) -> Field {
    let field = Field::new(name, array.data_type().clone(), true);
    match values {
        Values::Category(category) => field.with_metadata(enum_metadata(category.names)),
        _ => field,
    }
}

/// Views into the pool: each text is copied once, and checked once, however many rows hold it.
fn text_array(text: &Text, nulls: Option<NullBuffer>) -> Result<ArrayRef, ArrowError> {
    let mut blocks: Vec<Buffer> = Vec::new();
    let mut block: Vec<u8> = Vec::new();
    let mut pool_views: Vec<u128> = Vec::with_capacity(text.pool.len());
    for value in text.pool.iter() {
        if block.len() + value.len() > MOST_BLOCK_BYTES {
            blocks.push(std::mem::take(&mut block).into());
        }
        pool_views.push(make_view(value.as_bytes(), blocks.len() as u32, block.len() as u32));
        block.extend_from_slice(value.as_bytes());
    }
    blocks.push(block.into());
    let unknown = pool_views.len() as u32;
    pool_views.push(make_view(b"", 0, 0));
    let pool = StringViewArray::try_new(pool_views.into(), blocks, None)?;
    let codes: ScalarBuffer<u32> = text.codes.iter().map(|&code| code.min(unknown)).collect();
    take(&pool, &UInt32Array::new(codes, nulls), None)
}

fn category_array(category: &Category, nulls: Option<NullBuffer>) -> Result<DictionaryArray<UInt32Type>, ArrowError> {
    let names = StringArray::from_iter_values(category.names);
    DictionaryArray::try_new(UInt32Array::new(category.codes.clone().into(), nulls), Arc::new(names))
}

fn list_array(list: &List, nulls: Option<NullBuffer>) -> Result<LargeListArray, ArrowError> {
    let items = array(&list.items, None)?;
    let field = Arc::new(field("item", &list.items, &items));
    let offsets: ScalarBuffer<i64> = list.offsets.iter().map(|&offset| offset as i64).collect();
    LargeListArray::try_new(field, OffsetBuffer::new(offsets), items, nulls)
}

/// What makes Polars read a dictionary as an `Enum`: all names, each after its length.
fn enum_metadata(names: &[&str]) -> HashMap<String, String> {
    let mut encoded = String::new();
    for name in names {
        let _ = write!(encoded, "{};{name}", name.len());
    }
    [("_PL_ENUM_VALUES2".to_owned(), encoded.clone()), ("_PL_ENUM_VALUES".to_owned(), encoded)].into()
}

/// A view holds an offset of 32 bits, and other readers take it for a signed one.
const MOST_BLOCK_BYTES: usize = i32::MAX as usize;
const TIME_ZONE: &str = "UTC";

#[cfg(test)]
mod tests {
    use gomem_table::{StringPoolBuilder, Unit};

    use super::*;

    fn text(values: &[&str]) -> Text {
        let mut pool = StringPoolBuilder::new();
        Text { codes: values.iter().map(|value| pool.intern(value)).collect(), pool: pool.finish() }
    }

    fn batch(columns: Vec<Column>) -> RecordBatch {
        record_batch(&Table::new("t", columns).unwrap()).unwrap()
    }

    #[test]
    fn text_is_kept_once_and_nulls_are_null() {
        let long = "github.com/example/service/internal/store.(*Batch).Append";
        let column = Column::new("function", Unit::None, Values::Text(text(&[long, "", long])));
        let batch = batch(vec![column.with_validity(vec![true, false, true])]);
        let strings = batch.column(0).as_any().downcast_ref::<StringViewArray>().unwrap();
        assert_eq!(strings.iter().collect::<Vec<_>>(), [Some(long), None, Some(long)]);
        assert_eq!(strings.data_buffers().iter().map(Buffer::len).sum::<usize>(), long.len());
    }

    #[test]
    fn a_code_that_the_pool_does_not_hold_is_empty_text() {
        let strings = text_array(&Text { codes: vec![9], pool: text(&["a"]).pool }, None).unwrap();
        assert_eq!(strings.as_any().downcast_ref::<StringViewArray>().unwrap().value(0), "");
    }

    #[test]
    fn categories_carry_all_their_names() {
        let batch = batch(vec![Column::category("decision", vec![1, 1], &["escapes_to_heap", "moved_to_heap"])]);
        let metadata = batch.schema().field(0).metadata().clone();
        assert_eq!(metadata["_PL_ENUM_VALUES2"], "15;escapes_to_heap13;moved_to_heap");
    }

    #[test]
    fn lists_of_structs_nest_and_a_table_without_columns_keeps_its_shape() {
        let fields = Values::Struct(vec![
            Column::new("key", Unit::None, Values::Text(text(&["job", "pod", "job"]))),
            Column::optional_int64("num", Unit::None, [Some(1), None, Some(3)]),
        ]);
        let batch = batch(vec![Column::list("labels", Unit::None, vec![0, 2, 2, 3], fields)]);
        let lists = batch.column(0).as_any().downcast_ref::<LargeListArray>().unwrap();
        assert_eq!((0..3).map(|row| lists.value_length(row)).collect::<Vec<_>>(), [2, 0, 1]);
        assert_eq!(lists.values().len(), 3);
        assert_eq!(record_batch(&Table::new("t", vec![]).unwrap()).unwrap().num_columns(), 0);
    }
}
