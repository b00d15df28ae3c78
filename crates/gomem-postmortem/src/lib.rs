//! The join: what allocates, why the compiler says so, what it costs, what to change.
//!
//! A [`Bundle`] is any set of files that a Go program left behind; what each is, is told by its content. [`Report::of`]
//! joins them: every allocation site of the heap profile with the compiler's decision about its line, growth over the
//! heap profiles with the live heap of the metrics, and each site's share replayed through the GC model.
//!
//! ```no_run
//! use gomem_postmortem::{Bundle, Report};
//!
//! let report = Report::of(&Bundle::open("incident/".as_ref())?);
//! for finding in report.findings() {
//!     println!("{}: {}", finding.severity.name(), finding.title);
//! }
//! std::fs::write("report.html", report.to_html())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | holds |
//! |---|---|
//! | `bundle` | [`Bundle`], [`Artifact`]: files, recognised by content |
//! | `folder` | the files of a folder |
//! | `announced` | [`Announced`]: what a file says it is |
//! | `recognise` | what each file adds to a bundle |
//! | `program` | whether profiles are of one program |
//! | `compiler` | what the compiler says, found by place |
//! | `reason` | [`Reason`]: why a site allocates, in a word |
//! | `explain`, `record`, `unreported`, `sizes`, `size_classes`, `map_types`, `library` | which reason fits what a site allocates |
//! | `site` | [`Site`]: allocation sites with the compiler's reason |
//! | `growth` | [`Growth`]: sites whose live memory grows over heap profiles |
//! | `series` | [`Series`]: every site over any series of profiles |
//! | `pacing` | the GC model of the recorded run, and what a setting or a fix would do |
//! | `gc_window` | what the metrics or a GC trace counted of the GC, and over which time |
//! | `overview` | [`Overview`]: the run in numbers |
//! | `diagnosed` | what the rules say of metrics and GC traces; [`Unjudged`] |
//! | `waiting` | what goroutines wait on, and who made them |
//! | `mismatch` | inputs that are not of one program or build |
//! | `finding` | [`Finding`]: one thing to do, with its evidence |
//! | `ranking`, `charged`, `pool`, `leak` | all findings; of allocation sites, of pools, of leaks |
//! | `prediction_table` | what the GC model answers, as tables |
//! | `what_if` | [`what_if_html`]: peak heap against GC CPU over `GOGC` |
//! | `recording` | [`record_trace`], [`record_metrics`]: what a GC model learns from |
//! | `report` | [`Report`] |
//! | `chart`, `axis` | charts as SVG |
//! | `heap_over_time`, `memory_over_time`, `gc_timeline` | what metrics and GC traces tell, as charts |
//! | `sources` | the files that the parts of a report are made of |
//! | `html`, `text` | the report for people |
//! | `unrounded` | the bytes behind the whole MiB of a GC trace |
//! | `gone_leak` | [`GoneLeak`]: a leak that a second bundle no longer has |
//! | `comparison` | [`Comparison`]: what was predicted beside what a second bundle measured |

#![forbid(unsafe_code)]

mod announced;
mod axis;
mod bundle;
mod charged;
mod chart;
mod comparison;
mod compiler;
mod diagnosed;
mod explain;
mod finding;
mod folder;
mod gc_timeline;
mod gc_window;
mod gone_leak;
mod growth;
mod heap_over_time;
mod html;
mod leak;
mod library;
mod map_types;
mod memory_over_time;
mod mismatch;
mod overview;
mod pacing;
mod pool;
mod prediction_table;
mod program;
mod ranking;
mod reason;
mod recognise;
mod record;
mod recording;
mod report;
mod series;
mod site;
mod size_classes;
mod sizes;
mod sources;
mod text;
mod unreported;
mod unrounded;
mod waiting;
mod what_if;

pub use announced::{Announced, inflated_text};
pub use bundle::{Artifact, Bundle, BundleError, Contents, HeapProfile, Remark, Unread};
pub use comparison::Comparison;
pub use diagnosed::Unjudged;
pub use finding::{Evidence, FINDINGS_SCHEMA, Finding, FindingKind, Severity};
pub use gone_leak::GoneLeak;
pub use growth::Growth;
pub use overview::Overview;
pub use pacing::Saving;
pub use prediction_table::{predictions_table, recommendations_table};
pub use reason::Reason;
pub use recording::{Said, TooManyCycles, record_bundle, record_metrics, record_trace};
pub use report::{Report, SITES_SCHEMA, sites_table};
pub use series::{Series, SeriesError, SiteSeries};
pub use site::{Place, Site, attribute};
pub use what_if::what_if_html;
