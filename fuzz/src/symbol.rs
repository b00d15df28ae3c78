//! Any text as the name of a Go function, and as the path of a source file.

use gomem_symbol::{Modules, SourcePath, Symbol};

pub fn symbol(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let symbol = Symbol::decode(text);
    let _ = (symbol.key(), symbol.short(), symbol.local(), symbol.closure(), symbol.wrapper(), symbol.type_arguments());
    let again = Symbol::decode_in_package(symbol.package(), &symbol.local());
    let _ = (again.key(), again.receiver(), again.function());
    let path = SourcePath::decode(text);
    assert!(path.same_file(&path) || path.as_str().is_empty());
    let _ = (path.file_name(), path.folder(), path.is_std(), path.shared_parts(&path));
    let modules = Modules::from_packages([(symbol.package(), text)]);
    let _ = (modules.module(symbol.package(), text), modules.origin(symbol.package(), text));
}
