//! A bundle that is served: an address leads to a page.

use std::path::PathBuf;

use gomem_postmortem::{Bundle, BundleError, Report};

use crate::{
    answer::Answer,
    chosen::Chosen,
    draw::{Form, above, page},
    profiles::NamedProfile,
    query::Query,
    refusal::Refusal,
    view::View,
    views::{Narrowed, Question, Shown, flame_view, labels_view, list_view, sites_view, sizes_view, top_view},
};

/// A bundle that is served: an address leads to a page. Everything was read before; no address leads to a file.
///
/// ```
/// # let log = b"# p\n./a.go:1:2: x escapes to heap\n".to_vec();
/// # let artifact = gomem_postmortem::Artifact { name: "escape.log".into(), bytes: log, modified_ms: None };
/// # let bundle = gomem_postmortem::Bundle::from_artifacts("incident", vec![artifact]);
/// let served = gomem_serve::Served::new(bundle);
/// assert_eq!(served.answer("/").status, 200);
/// assert_eq!(served.answer("/top?focus=main").status, 404, "there is no profile");
/// assert_eq!(served.answer("/etc/passwd").status, 404);
/// ```
#[derive(Debug)]
pub struct Served {
    bundle: Bundle,
    report: Report,
    profiles: Vec<NamedProfile>,
    origin: Option<PathBuf>,
}

impl Served {
    /// Joins what a bundle holds.
    #[must_use]
    pub fn new(bundle: Bundle) -> Self {
        let (report, profiles) = (Report::from_bundle(&bundle), NamedProfile::of_bundle(&bundle));
        Self { bundle, report, profiles, origin: None }
    }

    /// Says where the bundle is, so that pages can name the command that says the same.
    #[must_use]
    pub fn with_origin(self, origin: PathBuf) -> Self {
        Self { origin: Some(origin), ..self }
    }

    /// The answer to an address: a path, and what stands after it.
    #[must_use]
    pub fn answer(&self, address: &str) -> Answer {
        let (path, text) = address.split_once('?').unwrap_or((address, ""));
        let (query, problem) = Query::read(text);
        let Some(view) = View::of_path(path) else {
            let known: Vec<&str> = View::ALL.iter().map(|view| view.path()).collect();
            let refusal = Refusal::missing(format!("there is no page `{path}`; there are {}", known.join(" ")));
            return self.refused(View::Report, &Query::default(), None, &refusal);
        };
        if let Some(problem) = problem {
            return self.refused(view, &query, None, &problem);
        }
        let chosen = Chosen::new(&self.profiles, &query);
        let question = Question { bundle: &self.bundle, report: &self.report, query: &query };
        let answer = match (view, &chosen) {
            (View::Report, chosen) => self.report(&query, chosen.as_ref()),
            (_, Err(refusal)) => Err(refusal.clone()),
            (View::Top, Ok(chosen)) => self.page(view, &query, chosen, Ok(top_view(&query, chosen))),
            (View::Flame, Ok(chosen)) => self.page(view, &query, chosen, Ok(flame_view(&question, chosen))),
            (View::List, Ok(chosen)) => self.page(view, &query, chosen, list_view(&question, chosen)),
            (View::Sites, Ok(chosen)) => self.page(view, &query, chosen, sites_view(&question, chosen)),
            (View::Sizes, Ok(chosen)) => self.page(view, &query, chosen, sizes_view(chosen)),
            (View::Labels, Ok(chosen)) => self.page(view, &query, chosen, Ok(labels_view(chosen))),
        };
        answer.unwrap_or_else(|refusal| self.refused(view, &query, chosen.as_ref().ok(), &refusal))
    }

    fn page(
        &self,
        view: View,
        query: &Query,
        chosen: &Chosen<'_>,
        shown: Result<Shown, Refusal>,
    ) -> Result<Answer, Refusal> {
        let shown = shown?;
        if query.is_json {
            let table = shown.table.ok_or_else(no_table)?;
            return Ok(Answer::json(200, table.json_document().collect()));
        }
        let form = Form { view, query, profiles: &self.profiles, chosen: Some(chosen), refusal: None };
        let above = above(&form, self.report.name(), self.origin.as_deref(), None);
        Ok(Answer::page(200, page(&self.title(view), &above, &shown.body)))
    }

    /// The report, made anew of a window of time. Only filters need a profile.
    fn report(&self, query: &Query, chosen: Result<&Chosen<'_>, &Refusal>) -> Result<Answer, Refusal> {
        if query.is_json {
            return Err(no_table());
        }
        let window = query.window()?;
        let cut = if window.is_open() {
            None
        } else {
            let empty = |problem: BundleError| Refusal::question(problem.to_string());
            let bundle = self.bundle.within(window).map_err(empty)?;
            Some((Report::from_bundle(&bundle), bundle))
        };
        let (report, bundle) = cut.as_ref().map_or((&self.report, &self.bundle), |(report, bundle)| (report, bundle));
        let narrowed = match chosen {
            Ok(chosen) => Narrowed::new(&Question { bundle, report, query }, chosen)?,
            Err(refusal) if !query.filters().is_empty() => return Err(refusal.clone()),
            Err(refusal) if refusal.status == 404 => Narrowed::default(),
            Err(refusal) if cut.is_some() => Narrowed::without_profile(refusal),
            Err(refusal) => return Err(refusal.clone()),
        };
        let form = Form { view: View::Report, query, profiles: &self.profiles, chosen: chosen.ok(), refusal: None };
        let above = above(&form, self.report.name(), self.origin.as_deref(), narrowed.note.as_deref());
        Ok(Answer::page(200, narrowed.html(report, &above)))
    }

    /// What is wrong, above the form that it was asked by.
    fn refused(&self, view: View, query: &Query, chosen: Option<&Chosen<'_>>, refusal: &Refusal) -> Answer {
        if query.is_json {
            let message = match &refusal.parameter {
                Some(name) => format!("{name}: {}", refusal.message),
                None => refusal.message.clone(),
            };
            let message = gomem_table::Cell::Text(&message).to_json();
            return Answer::json(refusal.status, format!("{{\"error\":{message}}}\n"));
        }
        // What can be chosen from is known without the filters.
        let plain = Query { profile: query.profile.clone(), ..Query::default() };
        let fallback = if chosen.is_none() { Chosen::new(&self.profiles, &plain).ok() } else { None };
        let chosen = chosen.or(fallback.as_ref());
        let form = Form { view, query, profiles: &self.profiles, chosen, refusal: Some(refusal) };
        let above = above(&form, self.report.name(), self.origin.as_deref(), None);
        Answer::page(refusal.status, page(&self.title(view), &above, ""))
    }

    fn title(&self, view: View) -> String {
        format!("{}: {}", self.report.name(), view.title().to_lowercase())
    }
}

fn no_table() -> Refusal {
    Refusal::parameter("format", "this page is no table")
}
