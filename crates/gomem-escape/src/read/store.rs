//! Steps that store something where it stays.

use memchr::memmem;

/// Whether the last step of a flow to the heap, `NODE (WHY)`, stores it in what is on the heap: a field, an element, a map, a
/// channel or a variable of a package. What a call gets is not stored by that; `append` is no such call.
pub(crate) fn is_store(node: &[u8], why: &[u8]) -> bool {
    match why {
        b"key of map put" | b"send" => true,
        b"call parameter" => node.starts_with(b"append("),
        why => why.starts_with(b"assign") && memmem::find(node, b" := ").is_none(),
    }
}
