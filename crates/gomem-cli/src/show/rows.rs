//! The first rows of a table, below what they are rows of.

use std::io::Write;

use gomem_pprof::{Profile, SampleType};
use gomem_table::{Table, Unit};

use crate::{
    failure::Failure,
    show::{
        format::{Format, Rows, TableOptions},
        output::Output,
        render::render,
    },
};

impl TableOptions {
    /// The first rows; for people, below what they are rows of.
    pub(crate) fn write(&self, table: &Table, of: &str, out: &mut Output<'_>) -> Result<(), Failure> {
        self.rows.write(table, self.format, of, out)
    }

    /// The same; for people only these columns.
    pub(crate) fn write_short(
        &self,
        table: &Table,
        columns: &[&str],
        of: &str,
        out: &mut Output<'_>,
    ) -> Result<(), Failure> {
        self.write_first(&self.rows.head(table, self.format), table.rows(), columns, of, out)
    }

    /// How many rows of so many are the first.
    pub(crate) fn count(&self, rows: usize) -> usize {
        self.rows.of(rows, self.format)
    }

    /// The first of `all` rows, which are all that `table` has; for people only these columns, below what they are rows of.
    pub(crate) fn write_first(
        &self,
        table: &Table,
        all: usize,
        columns: &[&str],
        of: &str,
        out: &mut Output<'_>,
    ) -> Result<(), Failure> {
        if !self.format.is_for_people() {
            return render(table, self.format, out);
        }
        heading(of, (table.rows(), all), self.format, out)?;
        render(&table.select(columns), self.format, out)
    }

    /// The first rows, without a heading.
    pub(crate) fn render(&self, table: &Table, out: &mut Output<'_>) -> Result<(), Failure> {
        render(&self.rows.head(table, self.format), self.format, out)
    }
}

impl Rows {
    /// The first rows; for people, below what they are rows of.
    pub(crate) fn write(&self, table: &Table, format: Format, of: &str, out: &mut Output<'_>) -> Result<(), Failure> {
        let rows = self.of(table.rows(), format);
        if format.is_for_people() {
            heading(of, (rows, table.rows()), format, out)?;
        }
        render(&table.head(rows), format, out)
    }
}

/// What the rows are, and how many of how many are shown.
fn heading(of: &str, (rows, all): (usize, usize), format: Format, out: &mut Output<'_>) -> Result<(), Failure> {
    write!(out, "{of}")?;
    if rows < all {
        write!(out, "; the first {rows} of {all} rows, -n 0 shows all")?;
    }
    Ok(writeln!(out, "{}", if format == Format::Markdown { "\n" } else { "" })?)
}

/// What is summed, and what all of it comes to.
pub(crate) fn whole(profile: &Profile, index: usize) -> String {
    let name = profile.sample_types().get(index).map_or("", SampleType::name);
    format!("{name}: {} in total", total(profile, index))
}

pub(crate) fn total(profile: &Profile, index: usize) -> String {
    let total = profile.total(index);
    match profile.unit(index) {
        Unit::None => total.to_string(),
        unit => unit.humanize(total as f64),
    }
}
