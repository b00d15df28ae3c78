//! Whether what the compiler says of a line is about an object whose type the program's file proves.

use gomem_binary::MadeType;
use gomem_escape::SubjectKind;

use crate::attribution::evidence::{record::Record, type_sizes::traced_type};

/// Whether a record is of an object of this type; `None` where its text does not tell.
pub(crate) fn is_of_type(record: Record<'_>, made: &MadeType) -> Option<bool> {
    // Other types have several names: `byte`, `any`, and those with arguments.
    let name = named(&made.name).filter(|_| !made.is_element)?;
    match record.kind() {
        SubjectKind::NewValue | SubjectKind::CompositeValue => {
            let said = traced_type(record.made())?;
            // A package's folder can have another name than the package.
            named(&said).map(|said| said == name)
        }
        // These make arrays and structs without a name.
        SubjectKind::FuncLiteral
        | SubjectKind::MethodValue
        | SubjectKind::VariadicSlice
        | SubjectKind::SliceLiteral => Some(false),
        _ => None,
    }
}

/// The name of a type that a package declares, without the package's.
fn named(name: &str) -> Option<&str> {
    let (package, name) = name.split_once('.')?;
    let is_name = |name: &str| name.chars().all(|one| one.is_alphanumeric() || one == '_');
    // What is predeclared was taken for a type of the package.
    (is_name(package) && is_name(name) && !PREDECLARED.contains(&name)).then_some(name)
}

/// Names that need no package, as the compiler's log prints them after `new` and `&`.
const PREDECLARED: [&str; 22] = [
    "any",
    "bool",
    "byte",
    "comparable",
    "complex64",
    "complex128",
    "error",
    "float32",
    "float64",
    "int",
    "int8",
    "int16",
    "int32",
    "int64",
    "rune",
    "string",
    "uint",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "uintptr",
];

#[cfg(test)]
mod tests {
    use gomem_escape::EscapeLog;

    use super::*;

    #[test]
    fn a_type_is_proved_or_another_one() {
        let log = "# example.com/app/go-store\n\
            ./a.go:1:1: &page{...} escapes to heap\n./a.go:2:1: new(store.page) escapes to heap\n\
            ./a.go:3:1: &row{...} escapes to heap\n./a.go:4:1: new(int) escapes to heap\n\
            ./a.go:5:1: func literal escapes to heap\n./a.go:6:1: moved to heap: p\n./a.go:7:1: &box[int]{...} escapes to heap\n";
        let log = EscapeLog::decode(log.as_bytes()).expect("a log");
        let of = |name: &str| {
            let made = MadeType { name: name.to_owned(), bytes: 24, is_element: false };
            log.heap_decisions().iter().map(|decision| is_of_type(Record::Heap(decision), &made)).collect::<Vec<_>>()
        };
        let (yes, no) = (Some(true), Some(false));
        assert_eq!(of("store.page"), [yes, yes, no, None, no, None, None]);
        for other in ["int", "store.box[int]", "struct { F uintptr }", "[3]store.page", "*store.page"] {
            assert_eq!(of(other), [None; 7], "{other}");
        }
    }
}
