//! The report as JSON: its tables, row by row.

use gomem_table::{Cell, Table, ToTable};

use crate::{findings::line_costs, report::report::Report};

impl Report {
    /// The report as JSON, for machines. What is a list there is a table: its rows are objects, with the columns as fields.
    ///
    /// ```
    /// # let log = b"# p\n./a.go:1:2: x escapes to heap\n".to_vec();
    /// # let artifact = gomem_postmortem::Artifact { name: "escape.log".into(), bytes: log, modified_ms: None };
    /// # let bundle = gomem_postmortem::Bundle::from_artifacts("incident", vec![artifact]);
    /// let report = gomem_postmortem::Report::from_bundle(&bundle);
    /// assert!(report.to_json().starts_with('{'));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let waterfall = self.waterfall().at(None);
        let fields = [
            ("schema_version", SCHEMA_VERSION.to_string()),
            ("gomem_version", Cell::Text(env!("CARGO_PKG_VERSION")).to_json()),
            ("bundle", Cell::Text(self.name()).to_json()),
            ("overview", std::slice::from_ref(self.overview()).to_table().json_rows().next().unwrap_or_default()),
            ("findings", rows(&self.findings().to_table())),
            ("sites", rows(&self.sites().to_table())),
            ("lines", rows(&line_costs(self.sites()).to_table())),
            ("rules", rows(&self.rules().to_table())),
            ("waterfall", rows(&waterfall.to_table())),
            ("gogc", rows(&self.gogc().to_table())),
            ("sources", self.sources().map_or_else(|| "[]".to_owned(), |sources| rows(&sources.to_table()))),
            ("benchmarks", rows(&self.benchmarks().to_table())),
            ("benchmark_lines", rows(&self.benchmark_lines().to_table())),
            ("files", self.files().to_string()),
            ("remarks", rows(&self.remarks().to_table())),
            ("unused_files", rows(&self.unused_files().to_table())),
        ];
        let fields = fields.map(|(name, json)| format!("  \"{name}\": {json}"));
        format!("{{\n{}\n}}\n", fields.join(",\n"))
    }
}

/// A list with one row a line.
pub(super) fn rows(table: &Table) -> String {
    let rows: Vec<String> = table.json_rows().map(|row| format!("\n    {row}")).collect();
    if rows.is_empty() { "[]".to_owned() } else { format!("[{}\n  ]", rows.join(",")) }
}

/// The version of the JSON: it counts up when a field goes or changes its meaning, not when one is added.
pub(super) const SCHEMA_VERSION: u32 = 2;
