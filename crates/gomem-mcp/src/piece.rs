//! A value cut down to a number of bytes, with handles to what was cut.

use serde_json::{Map, Value, json};

use crate::{clean::head, cursor::Cursor};

/// A value in so many bytes of JSON, about: what is too large in it is a handle. The largest parts are cut first.
pub(crate) fn piece(value: &Value, bytes: usize, at: &Cursor) -> Value {
    if size(value) <= bytes {
        return value.clone();
    }
    match value {
        Value::String(text) => text_piece(text, bytes, at),
        Value::Array(items) => array_piece(items, bytes, at),
        Value::Object(members) => object_piece(members, bytes, at),
        scalar => scalar.clone(),
    }
}

/// What stands behind a handle: the rest of a text or list from there on, or a member.
pub(crate) fn continued(value: &Value, bytes: usize, at: &Cursor) -> Option<Value> {
    match value {
        Value::String(text) => text.get(at.from..).map(|rest| piece(&rest.into(), bytes, at)),
        Value::Array(items) => items.get(at.from..).map(|rest| piece(&rest.into(), bytes, at)),
        Value::Object(members) if at.from <= members.len() => {
            let rest: Map<String, Value> = members.clone().into_iter().skip(at.from).collect();
            Some(piece(&rest.into(), bytes, at))
        }
        scalar => (at.from == 0).then(|| scalar.clone()),
    }
}

/// The bytes of a value as JSON.
pub(crate) fn size(value: &Value) -> usize {
    value.to_string().len()
}

fn text_piece(text: &str, bytes: usize, at: &Cursor) -> Value {
    let mut most = bytes.saturating_sub(HANDLE).min(text.len());
    // A character may take six bytes of JSON.
    while most > 0 && size(&head(text, most).into()) + HANDLE > bytes {
        most = most * 3 / 4;
    }
    let start = head(text, most);
    json!({ "text": start, "more": handle(&at.from(at.from + start.len())) })
}

fn array_piece(items: &[Value], bytes: usize, at: &Cursor) -> Value {
    let mut shown = Vec::new();
    let mut used = HANDLE;
    for (index, item) in items.iter().enumerate() {
        let own = size(item) + 1;
        if used + own <= bytes {
            shown.push(item.clone());
        } else if shown.is_empty() && bytes > 2 * HANDLE {
            shown.push(piece(item, bytes - HANDLE, &at.below(&(at.from + index).to_string())));
            break;
        } else {
            break;
        }
        used += own;
    }
    let left = items.len() - shown.len();
    if left > 0 {
        let from = at.from + shown.len();
        shown.push(json!({ "left_out": left, "more": handle(&at.from(from)) }));
    }
    Value::Array(shown)
}

fn object_piece(members: &Map<String, Value>, bytes: usize, at: &Cursor) -> Value {
    let names: usize = members.keys().map(|name| size(&name.as_str().into()) + 2).sum();
    if names + members.len() * HANDLE > bytes {
        return few_members(members, bytes, at);
    }
    let room = bytes - names;
    let sizes: Vec<usize> = members.values().map(size).collect();
    let most = level(&sizes, room);
    let shown = members.iter().zip(&sizes).map(|((name, value), &own)| {
        let value = if own <= most { value.clone() } else { piece(value, most.max(HANDLE), &at.below(name)) };
        (name.clone(), value)
    });
    Value::Object(shown.collect())
}

/// The first members, where there is no room for all names.
fn few_members(members: &Map<String, Value>, bytes: usize, at: &Cursor) -> Value {
    let mut shown = Map::new();
    let mut used = 2 * HANDLE;
    for (name, value) in members {
        let value = piece(value, HANDLE, &at.below(name));
        used += size(&name.as_str().into()) + size(&value) + 2;
        if used > bytes {
            break;
        }
        shown.insert(name.clone(), value);
    }
    let left = members.len() - shown.len();
    if left > 0 {
        let from = at.from + shown.len();
        shown.insert("left_out".to_owned(), left.into());
        shown.insert("more".to_owned(), handle(&at.from(from)));
    }
    Value::Object(shown)
}

/// The most that a part gets, as the most that any gets, so that all fit.
fn level(sizes: &[usize], room: usize) -> usize {
    let mut sorted = sizes.to_vec();
    sorted.sort_unstable();
    let mut left = room;
    for (index, &own) in sorted.iter().enumerate() {
        let share = left / (sorted.len() - index);
        if own > share {
            return share;
        }
        left -= own;
    }
    room
}

fn handle(at: &Cursor) -> Value {
    if at.is_short() { at.to_string().into() } else { Value::Null }
}

/// What a handle takes, with the words around it.
const HANDLE: usize = 90;

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor() -> Cursor {
        Cursor::to_row(u64::MAX, 3)
    }

    #[test]
    fn the_largest_parts_are_cut_and_the_rest_stays() {
        let value =
            json!({ "rank": 1, "title": "short", "evidence": (0..500).collect::<Vec<_>>(), "text": "é".repeat(4000) });
        let cut = piece(&value, 1000, &cursor());
        assert!(size(&cut) <= 1000, "{cut}");
        assert_eq!((&cut["rank"], &cut["title"]), (&1.into(), &"short".into()));
        assert!(cut["text"]["text"].as_str().unwrap().len() > 100);
    }

    /// By handles alone, all of it is reached, and nothing twice.
    #[test]
    fn handles_lead_to_all_of_a_list_and_of_a_text() {
        let list: Vec<String> = (0..300).map(|index| format!("item {index}")).collect();
        let value = json!({ "list": list, "text": "漢字\n\"".repeat(900) });
        let (mut items, mut at) = (Vec::new(), cursor().below("list"));
        loop {
            let Value::Array(mut part) = continued(&value["list"], 700, &at).unwrap() else { panic!("a list") };
            let more = part.last().and_then(|last| last["more"].as_str().map(str::to_owned));
            if more.is_some() {
                part.pop();
            }
            items.extend(part.iter().map(|item| item.as_str().unwrap().to_owned()));
            let Some(more) = more else { break };
            at = Cursor::parse(&more).unwrap();
        }
        assert_eq!(items, list);
        let (mut text, mut at) = (String::new(), cursor().below("text"));
        loop {
            match continued(&value["text"], 700, &at).unwrap() {
                Value::String(rest) => break text.push_str(&rest),
                part => {
                    text.push_str(part["text"].as_str().unwrap());
                    at = Cursor::parse(part["more"].as_str().unwrap()).unwrap();
                }
            }
        }
        assert_eq!(value["text"], text.as_str());
        assert!(continued(&value["text"], 700, &cursor().from(1)).is_none(), "within a character");
        assert!(continued(&value["list"], 700, &cursor().from(1 << 40)).is_none());
    }

    #[test]
    fn whatever_it_is_it_fits() {
        let wide: Map<String, Value> = (0..5000).map(|index| (format!("name{index}"), index.into())).collect();
        let mut deep = Value::String("x".repeat(5000));
        for _ in 0..100 {
            deep = json!([deep, 1]);
        }
        for value in [wide.into(), deep, json!([["y".repeat(9000)], 1]), json!({ ("k".repeat(5000)): 1 })] {
            assert!(
                size(&piece(&value, 3000, &cursor())) <= 3000 + HANDLE,
                "{}",
                size(&piece(&value, 3000, &cursor()))
            );
        }
    }
}
