//! HTML from a template, which is part of the program and tested with it.

use gomem_symbol::{Outlet, name_for};
use minijinja::{Environment, Value};

/// HTML from a template. What a template cannot show, it says in its place.
pub(super) fn rendered(template: &str, values: Value) -> String {
    let mut environment = Environment::new();
    // Names are of users: they cannot become markup, in an element or in an attribute, and cannot turn text around.
    environment.set_formatter(|out, _, value| {
        let text = if value.is_none() || value.is_undefined() { String::new() } else { value.to_string() };
        out.write_str(&if value.is_safe() { text } else { escaped(&text) })?;
        Ok(())
    });
    environment.render_str(template, values).unwrap_or_else(|problem| escaped(&problem.to_string()))
}

/// Text that stays text; paths and functions break between their elements.
pub(super) fn breaking(text: &str) -> Value {
    Value::from_safe_string(escaped(text).replace('/', "/<wbr>"))
}

fn escaped(text: &str) -> String {
    name_for(Outlet::Html, text).into_owned()
}
