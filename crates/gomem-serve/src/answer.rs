//! An answer to a request.

/// An answer to a request.
///
/// ```
/// # let artifact = gomem_postmortem::Artifact { name: "a.log".into(), bytes: Vec::new(), modified_ms: None };
/// # let bundle = gomem_postmortem::Bundle::from_artifacts("incident", vec![artifact]);
/// let answer = gomem_serve::Served::new(bundle).answer("/no/such/page");
/// assert_eq!(answer.status, 404);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// Of HTTP: 200, 400 or 404.
    pub status: u16,
    /// What the body is.
    pub content_type: &'static str,
    /// A page, or a table for programs.
    pub body: String,
}

impl Answer {
    pub(crate) fn page(status: u16, body: String) -> Self {
        Self { status, content_type: "text/html; charset=utf-8", body }
    }

    pub(crate) fn json(status: u16, body: String) -> Self {
        Self { status, content_type: "application/json", body }
    }
}
