//! HTML: the frame around every page, tables, and the filters.

mod command;
mod form;
mod page;
mod rendered;
mod table;

pub(crate) use form::Form;
pub(crate) use page::{above, page};
pub(crate) use table::{Bar, MOST_ROWS, bars_html, listing_link, table_html};
