//! Templates, filled in.

use minijinja::{Environment, Error, Value};

use crate::words::escape;

/// A page from its template, which is part of the program and tested with it.
pub(super) fn rendered(template: &str, values: Value) -> Result<String, Error> {
    let mut environment = Environment::new();
    // Names are of users: they cannot become markup, and they cannot turn text around. The engine's own escaping turns every `/`
    // of a path into an entity, which nobody can search for.
    environment.set_formatter(|out, _, value| {
        let text = if value.is_none() || value.is_undefined() { String::new() } else { value.to_string() };
        out.write_str(&if value.is_safe() { text } else { escape(&text) })?;
        Ok(())
    });
    environment.render_str(template, values)
}
