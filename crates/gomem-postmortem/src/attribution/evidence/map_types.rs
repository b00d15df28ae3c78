//! The map types that a log names, and how large their buckets are.

use foldhash::HashSet;

use crate::attribution::evidence::size_classes::rounded;

/// The sizes of the buckets of maps.
#[derive(Debug, Default)]
pub(crate) struct Maps {
    buckets: HashSet<u64>,
    keys: HashSet<u64>,
    /// Whether there are maps of types whose size is not known.
    pub(crate) has_others: bool,
}

impl Maps {
    /// Takes the type from `make(map[string]int, 8)` or `map[string]int{...}`.
    pub(crate) fn add(&mut self, subject: &str) {
        match bucket_sizes(subject) {
            Some(buckets) => self.buckets.extend(buckets),
            None => self.has_others = true,
        }
        let subject = subject.strip_prefix("make(").unwrap_or(subject);
        let key = subject.strip_prefix("map[").and_then(|rest| size_of(rest.split(']').next()?));
        self.keys.extend(key);
    }

    /// Whether it can be a bucket of a map whose key is known and whose value is a type by name: a struct of whole words.
    pub(crate) fn may_have_bucket(&self, size: u64) -> bool {
        let values = || (1..=MOST_WORDS).map(|words| 8 * words);
        self.has_others
            && self.keys.iter().any(|key| {
                values().any(|value| {
                    let slots = 8 * (key.next_multiple_of(8) + value);
                    rounded(8 + slots) == size || rounded(8 + 8 * (key + value) + 8) == size
                })
            })
    }

    pub(crate) fn has_bucket(&self, size: u64) -> bool {
        self.buckets.contains(&size)
    }

    /// Whether all of these are sizes of one map's memory as it grows: so many buckets in one piece that their number is a power
    /// of two.
    pub(crate) fn has_tables(&self, sizes: &[u64]) -> bool {
        self.buckets.iter().any(|bucket| {
            // A bucket is a control word and slots, and its size class is up to a word larger.
            let is_table = |size: u64| {
                size == *bucket
                    || (1..32).any(|doubled| [*bucket, bucket - 8].iter().any(|one| rounded(one << doubled) == size))
            };
            sizes.iter().all(|size| is_table(*size))
        })
    }
}

/// The sizes that buckets and groups of a map have, by `make(map[string]int, 8)` or `map[string]int{...}`; `None` for a type
/// whose size is not known.
pub(crate) fn bucket_sizes(subject: &str) -> Option<[u64; 2]> {
    let subject = subject.strip_prefix("make(").unwrap_or(subject);
    let (key, value) = subject.strip_prefix("map[").and_then(slot)?;
    let align = if key.max(value) >= 8 { 8 } else { key.max(value).max(1).next_power_of_two() };
    Some([
        // `bucketOf` until Go 1.23: tops, keys, values, overflow.
        rounded(8 + 8 * (key + value) + 8),
        // Since then groups of slots behind a control word. A slot that ends with nothing is padded, so that the end has an
        // address of its own.
        rounded(8 + 8 * (key + value.max(1)).div_ceil(align) * align),
    ])
}

/// Whether a size is that of some buckets in one piece: so many that their number is a power of two.
pub(crate) fn is_array_of(size: u64, bucket: u64) -> bool {
    (1..32).any(|doubled| {
        let bytes = bucket << doubled;
        // Buckets are as large as their contents and their size class is a little larger.
        bytes >= size && bytes - bytes / 8 <= size
    })
}

/// Whether a bucket of a map with a usual key and value has this size.
pub(crate) fn is_usual_bucket(size: u64) -> bool {
    USUAL_SLOTS.iter().any(|slot| rounded(8 + 8 * slot + 8) == size || rounded(8 + 8 * slot) == size)
}

/// Whether memory of this size can be a map's: a usual bucket, or several groups.
pub(crate) fn can_be_of_map(size: u64) -> bool {
    is_usual_bucket(size) || size > 2 * SMALLEST_GROUP
}

/// Eight slots of a byte behind a control word, and eight more.
const SMALLEST_GROUP: u64 = 72;

/// The bytes of key and value, of what follows `map[`.
fn slot(rest: &str) -> Option<(u64, u64)> {
    let mut depth = 0;
    let end = rest.find(|letter| {
        depth += i32::from(letter == '[') - i32::from(letter == ']');
        depth < 0
    })?;
    let value = &rest[end + 1..];
    let value = value.split_once('{').map_or(value, |(value, _)| value);
    let value = value.split_once([',', ')']).map_or(value, |(value, _)| value);
    Some((size_of(&rest[..end])?, size_of(value)?))
}

/// The bytes of a value of a basic type, a pointer, a text, a slice.
pub(crate) fn size_of(name: &str) -> Option<u64> {
    Some(match name {
        "bool" | "byte" | "uint8" | "int8" => 1,
        "int16" | "uint16" => 2,
        "rune" | "int32" | "uint32" | "float32" => 4,
        "int" | "uint" | "int64" | "uint64" | "float64" | "uintptr" => 8,
        "string" | "any" | "error" => 16,
        "struct " | "struct {}" => 0,
        _ if name.starts_with("[]") => 24,
        _ if name.starts_with('*') || name.starts_with("map[") || name.starts_with("chan ") => 8,
        _ if name.starts_with("func(") => 8,
        _ if name.starts_with("interface ") => 16,
        _ => return None,
    })
}

/// Whether what has a type by this name has pointers; of others than [`size_of`] knows nothing is said.
pub(crate) fn has_pointers(name: &str) -> bool {
    let begins = ["[]", "*", "map[", "chan ", "func(", "interface "];
    ["string", "any", "error"].contains(&name) || begins.iter().any(|word| name.starts_with(word))
}

/// A value larger than this is kept by a pointer.
const MOST_WORDS: u64 = 16;

/// Numbers, texts, slices and pointers, by themselves and as value.
const USUAL_SLOTS: [u64; 12] = [8, 9, 12, 16, 17, 20, 24, 25, 32, 40, 48, 64];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_of_types() {
        let mut maps = Maps::default();
        for subject in ["make(map[string]int, 8)", "map[int]map[int]int{}", "map[[]string]*T{...}"] {
            maps.add(subject);
        }
        assert!(maps.has_bucket(208) && maps.has_bucket(144) && !maps.has_bucket(160) && !maps.has_others);
        assert!(maps.has_tables(&[896, 3456, 6528]) && !maps.has_tables(&[896, 3072]), "of 200 bytes each");
        maps.add("make(Names)");
        assert!(maps.has_others);
    }
}
