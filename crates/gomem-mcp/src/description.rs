//! A tool as a client sees it.

use std::sync::Arc;

use rmcp::model::{Tool as Description, ToolAnnotations};
use serde_json::{Map, Value, json};

use crate::tool::{Answer, Tool};

/// A tool as the protocol describes it.
pub(crate) fn described(tool: &Tool) -> Description {
    let writes = matches!(tool.answer, Answer::Written);
    let hints = ToolAnnotations::with_title(tool.title).read_only(!writes).destructive(false).idempotent(!writes);
    let mut description = Description::new(tool.name, tool.doc, Arc::new(tool.schema()));
    description.title = Some(tool.title.to_owned());
    description.annotations = Some(hints.open_world(false));
    description.output_schema = Some(Arc::new(output_schema(writes)));
    description
}

fn output_schema(writes: bool) -> Map<String, Value> {
    let text = || json!({ "type": "string" });
    let count = || json!({ "type": "integer" });
    let schema = if writes {
        json!({ "type": "object", "properties": { "written": text(), "bytes": count() }, "required": ["written"] })
    } else {
        json!({
            "type": "object",
            "properties": {
                "command": { "type": "string", "description": "The command line with the same answer." },
                "notes": { "type": "array", "items": text() },
                "total": { "type": "integer", "description": "How many rows there are." },
                "from": { "type": "integer", "description": "How many rows stand before the first." },
                "filtered_out": count(),
                "about": { "type": "object", "description": "What stands beside the rows." },
                "columns_left_out": { "type": "array", "items": text() },
                "rows": { "type": "array", "description": "A column that a row has not is not known." },
                "cursor": { "type": "string", "description": "There is more: pass it with the same arguments." },
                "at": text(),
                "value": { "description": "What a `more` led to." },
            },
            "required": ["command"],
        })
    };
    schema.as_object().cloned().unwrap_or_default()
}
