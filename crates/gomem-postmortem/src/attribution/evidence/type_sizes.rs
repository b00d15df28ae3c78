//! How large the objects of a type are.

use foldhash::HashMap;
use gomem_escape::SubjectKind;
use gomem_symbol::package_name;

use crate::attribution::evidence::{
    map_types,
    size_classes::{is_room_for, rounded},
};

/// How large the objects of types are, in size classes: by the type itself, or learnt where one place makes one object.
#[derive(Debug, Default)]
pub(crate) struct TypeSizes {
    /// Votes: how many objects of each size were made where only such an object is made.
    by_type: HashMap<String, HashMap<u64, i64>>,
    /// What `make(Names, n)` makes, by the type: the log does not print whether that is a slice or a map.
    by_name: HashMap<String, Option<Container>>,
}

/// What a type is that `make` takes by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Container {
    Slice,
    Map,
}

/// What the compiler's log says is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Made<'a> {
    pub(crate) kind: SubjectKind,
    pub(crate) subject: &'a str,
    /// The package that says it.
    pub(crate) package: &'a str,
}

impl TypeSizes {
    /// So many objects of this size are made at a place where nothing else is made.
    pub(crate) fn learn(&mut self, made: Made<'_>, size: u64, objects: i64) {
        if let Some(name) = type_of(made) {
            let votes = self.by_type.entry(name).or_default();
            let votes = votes.entry(size).or_default();
            *votes = votes.saturating_add(objects);
        }
    }

    /// The type that `make(Names, n)` names is this.
    pub(crate) fn learn_container(&mut self, made: Made<'_>, container: Container) {
        if let Some(name) = named_container(made) {
            let known = self.by_name.entry(name).or_insert(Some(container));
            *known = known.filter(|known| *known == container);
        }
    }

    /// What the type is that `make(Names, n)` names; `None` when nothing tells, or both were told.
    pub(crate) fn container(&self, made: Made<'_>) -> Option<Container> {
        *self.by_name.get(&named_container(made)?)?
    }

    /// The size of what is made; `None` when nothing tells.
    pub(crate) fn of(&self, made: Made<'_>) -> Option<u64> {
        if let Some(bytes) = constant_bytes(made) {
            return Some(rounded(bytes));
        }
        let votes = self.by_type.get(&type_of(made)?)?;
        let all = votes.values().fold(0, |sum: i64, objects| sum.saturating_add(*objects));
        let (&size, &most) = votes.iter().max_by_key(|(size, objects)| (**objects, **size))?;
        // A place where another object was not sampled votes for that one's size: few do.
        (most as f64 >= LEAST_AGREEMENT * all as f64).then_some(size)
    }
}

/// Whether `size` is that of a slice with pointers and with a word about these before it.
pub(crate) fn is_with_header(made: Made<'_>, size: u64) -> bool {
    let element = made.subject.strip_prefix("make([]").and_then(|rest| rest.split([',', ')']).next());
    constant_bytes(made).is_some_and(|bytes| is_room_for(size, bytes))
        && made.kind == SubjectKind::MakeSlice
        && element.is_some_and(map_types::has_pointers)
}

/// The type that an execution trace has of what is made: of a slice, that of its elements; `None` where the text does not tell.
pub(crate) fn traced_type(made: Made<'_>) -> Option<String> {
    let element = match made.kind {
        SubjectKind::NewValue | SubjectKind::CompositeValue => {
            return type_of(made).filter(|name| !name.contains(['{', '[', ' ']));
        }
        SubjectKind::MakeSlice => made.subject.strip_prefix("make([]")?.split([',', ')']).next()?,
        _ => return None,
    };
    let (pointers, name) = element.split_at(element.len() - element.trim_start_matches('*').len());
    let is_name = |name: &str| name.chars().all(|one| one.is_alphanumeric() || one == '_' || one == '.');
    Some(match name {
        "byte" => format!("{pointers}uint8"),
        "rune" => format!("{pointers}int32"),
        "" => return None,
        _ if !is_name(name) => return None,
        _ if name.contains('.') || PREDECLARED.contains(&name) => element.to_owned(),
        _ => format!("{pointers}{}.{name}", package_name(made.package)),
    })
}

/// The bytes of what is made, where the text tells: of a basic type, or `n` elements of one.
fn constant_bytes(made: Made<'_>) -> Option<u64> {
    let subject = made.subject;
    match made.kind {
        SubjectKind::NewValue => map_types::size_of(made_type(subject)?),
        SubjectKind::MakeSlice => {
            let (element, sizes) = subject.strip_prefix("make([]")?.strip_suffix(')')?.split_once(", ")?;
            let room: u64 = sizes.rsplit(", ").next()?.parse().ok()?;
            room.checked_mul(map_types::size_of(element)?)
        }
        _ => None,
    }
}

/// The type of `make(Names, n)`, with its package's name; `None` where the text tells what it is.
fn named_container(made: Made<'_>) -> Option<String> {
    let (name, _) = made.subject.strip_prefix("make(")?.split_once(", ")?;
    let is_named = made.kind == SubjectKind::MakeSlice && !name.starts_with("[]");
    is_named.then(|| with_package(name, made.package))
}

/// The type of what is made, with its package's name.
fn type_of(made: Made<'_>) -> Option<String> {
    let name = match made.kind {
        SubjectKind::NewValue | SubjectKind::CompositeValue => made_type(made.subject)?,
        _ => return None,
    };
    Some(with_package(name, made.package))
}

/// A type with its package's name: the log leaves it out within the package.
fn with_package(name: &str, package: &str) -> String {
    let is_named = name.starts_with(|first: char| first.is_alphabetic() || first == '_');
    let head = name.split(['[', '{', ' ']).next().unwrap_or_default();
    if !is_named || head.contains('.') || matches!(head, "struct" | "map" | "func" | "interface" | "chan") {
        return name.to_owned();
    }
    format!("{}.{name}", package_name(package))
}

/// `T` of `&T{...}`, `new(T)` and `T{...}`.
fn made_type(subject: &str) -> Option<&str> {
    if let Some(name) = subject.strip_prefix("new(") {
        return name.strip_suffix(')');
    }
    let literal = subject.strip_prefix('&').unwrap_or(subject);
    literal.strip_suffix("{...}").or_else(|| literal.strip_suffix("{}"))
}

const LEAST_AGREEMENT: f64 = 0.8;
const PREDECLARED: [&str; 17] = [
    "bool",
    "string",
    "int",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "uintptr",
    "float32",
    "float64",
    "complex64",
    "complex128",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_slice_with_pointers_has_a_word_about_them() {
        let made = |subject| Made { package: "p", kind: SubjectKind::MakeSlice, subject };
        let sizes = TypeSizes::default();
        assert_eq!(sizes.of(made("make([]string, 0, 64)")), Some(1024));
        assert!(is_with_header(made("make([]string, 0, 64)"), 1152));
        assert!(!is_with_header(made("make([]string, 0, 16)"), 288), "it is small");
        assert!(!is_with_header(made("make([]byte, 1024)"), 1152), "it has no pointers");
    }

    #[test]
    fn a_name_is_of_a_slice_or_of_a_map() {
        let made = |subject, package| Made { kind: SubjectKind::MakeSlice, subject, package };
        let mut types = TypeSizes::default();
        types.learn_container(made("make(Row, n)", "example.com/sql"), Container::Slice);
        assert_eq!(types.container(made("make(sql.Row, len(columns))", "example.com/memory")), Some(Container::Slice));
        assert_eq!(types.container(made("make(Row, n)", "example.com/memory")), None, "of another package");
        types.learn_container(made("make(sql.Row, n)", "example.com/rows"), Container::Map);
        assert_eq!(types.container(made("make(Row, n)", "example.com/sql")), None, "two of one name");
        types.learn_container(made("make([]Row, n)", "example.com/sql"), Container::Slice);
        assert_eq!(types.by_name.len(), 1);
    }

    #[test]
    fn types_have_the_name_that_a_trace_gives_them() {
        let name = |kind, subject| traced_type(Made { kind, subject, package: "example.com/app/store" });
        for (kind, subject, expected) in [
            (SubjectKind::NewValue, "&Session{...}", Some("store.Session")),
            (SubjectKind::NewValue, "new(cart.Item)", Some("cart.Item")),
            (SubjectKind::NewValue, "&struct { a int }{...}", None),
            (SubjectKind::NewValue, "&Box[int]{...}", None),
            (SubjectKind::MakeSlice, "make([]byte, n)", Some("uint8")),
            (SubjectKind::MakeSlice, "make([]*Session, 0, 8)", Some("*store.Session")),
            (SubjectKind::MakeSlice, "make([][]byte, 8)", None),
            (SubjectKind::MakeSlice, "make([]string, 8)", Some("string")),
            (SubjectKind::Append, "append", None),
        ] {
            assert_eq!(name(kind, subject).as_deref(), expected, "{subject}");
        }
    }
}
