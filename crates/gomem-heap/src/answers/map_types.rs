//! The types of maps' keys and values: by the map's own type, or where the runtime puts the type of a table in front of it.

use crate::{
    answers::{maps, types::Types},
    memory::Snapshot,
};

/// The types of a map's keys and values: `map[string]*main.Session`, or of its tables `map.group[string]*main.Session`.
pub(crate) fn key_and_value(snapshot: &Snapshot, types: &Types, object: u32) -> Option<(String, String)> {
    let of = |object| of_name(&types.of(object)?.name);
    of(object).or_else(|| maps::parts(snapshot, object).into_iter().find_map(of))
}

fn of_name(name: &str) -> Option<(String, String)> {
    let name = name.strip_prefix("[]").unwrap_or(name);
    let rest = NAMES.iter().find_map(|table| name.strip_prefix(table))?;
    let mut depth = 0_usize;
    for (at, letter) in rest.char_indices() {
        match letter {
            '[' => depth += 1,
            ']' if depth == 0 => {
                let (key, value) = (&rest[..at], &rest[at + 1..]);
                return (!key.is_empty() && !value.is_empty()).then(|| (key.to_owned(), value.to_owned()));
            }
            ']' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// What the compiler calls the types of maps and of their tables (`cmd/compile/internal/reflectdata`), since Go 1.24 and before.
const NAMES: [&str; 3] = ["map[", "map.group[", "map.bucket["];

#[cfg(test)]
mod tests {
    use super::of_name;

    #[test]
    fn a_tables_type_has_those_of_keys_and_values() {
        let found = |name| of_name(name).map(|(key, value)| format!("{key}: {value}"));
        assert_eq!(found("map[string]main.pair[int]").as_deref(), Some("string: main.pair[int]"));
        assert_eq!(found("[]map.group[string]*main.session").as_deref(), Some("string: *main.session"));
        assert_eq!(found("map.group[[2]int][]uint8").as_deref(), Some("[2]int: []uint8"));
        assert_eq!(found("map.bucket[main.pair[int]]map[int]int").as_deref(), Some("main.pair[int]: map[int]int"));
        assert_eq!((found("[]string"), found("map.group[int"), found("map.group[]")), (None, None, None));
    }
}
