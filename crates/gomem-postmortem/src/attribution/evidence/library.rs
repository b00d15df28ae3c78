//! What the functions of the standard library and the runtime allocate for.

use gomem_escape::Cause;
use gomem_symbol::{Origin, Symbol};

use crate::attribution::reason::Reason;

/// Why a function of the runtime allocates. The heap profile hides these frames where another follows, so they are seen
/// in tracebacks and where nothing else is on the stack.
pub(crate) fn of_runtime(symbol: &Symbol) -> Option<Reason> {
    let name = symbol.function();
    Some(match symbol.package() {
        "internal/runtime/maps" => Reason::MapGrowth,
        "runtime" if ["makemap", "mapclone"].iter().any(|start| name.starts_with(start)) => {
            Reason::Compiler(Cause::MapCreation)
        }
        "runtime"
            if ["mapassign", "hashGrow", "growWork", "newoverflow"].iter().any(|start| name.starts_with(start)) =>
        {
            Reason::MapGrowth
        }
        "runtime" if matches!(symbol.receiver(), Some("*hmap")) => Reason::MapGrowth,
        "runtime" if name.starts_with("growslice") || name.starts_with("moveSlice") => {
            Reason::Compiler(Cause::SliceGrowth)
        }
        "runtime" if name.starts_with("makeslice") => Reason::Compiler(Cause::UnknownSize),
        "runtime" if name.starts_with("concat") => Reason::Compiler(Cause::Concatenation),
        "runtime" if name.starts_with("convT") => Reason::Compiler(Cause::InterfaceBoxing),
        "runtime"
            if ["slicebyteto", "stringto", "slicerune", "intstring", "gostring", "rawstring", "rawbyte"]
                .iter()
                .any(|start| name.starts_with(start)) =>
        {
            Reason::Compiler(Cause::StringConversion)
        }
        "runtime" if ["makechan", "chansend", "chanrecv", "selectgo"].iter().any(|start| name.starts_with(start)) => {
            Reason::Channel
        }
        "runtime" if name.starts_with("newdefer") || name.starts_with("deferproc") => {
            Reason::Compiler(Cause::DeferInLoop)
        }
        // To go through a map by reflection it makes what holds the place.
        "runtime" if name.starts_with("mapiterinit") => Reason::Runtime,
        "runtime" if name.starts_with("newproc") || name == "gostartcallfn" => Reason::Compiler(Cause::Goroutine),
        _ => return None,
    })
}

/// Why a function that cgo writes allocates: it copies what C holds.
pub(crate) fn of_cgo(symbol: &Symbol) -> Option<Reason> {
    let copies = ["_Cfunc_GoString", "_Cfunc_GoBytes"].iter().any(|start| symbol.function().starts_with(start));
    copies.then_some(Reason::Compiler(Cause::StringConversion))
}

/// Why a function of the standard library allocates, by itself or by its package. `None` when that depends on the caller.
pub(crate) fn of_std(symbol: &Symbol) -> Option<Reason> {
    // The body of a range over a function is a function of its own.
    let function = symbol.function().split("-range").next().unwrap_or_default();
    let package = symbol.package();
    // `sync.runtime_SemacquireMutex`: of the runtime, which writes it for another package.
    if function.starts_with("runtime_") {
        return Some(Reason::Runtime);
    }
    if function.contains("rror")
        && symbol.receiver().is_none()
        && matches!(package, "errors" | "fmt" | "strconv" | "time")
    {
        return Some(Reason::ErrorValue);
    }
    let first = package.split('/').next().unwrap_or_default();
    Some(match (first, package, symbol.receiver().map(|receiver| receiver.trim_start_matches('*')), function) {
        (_, "strings" | "bytes", Some("Builder" | "Buffer"), "String") => Reason::Compiler(Cause::StringConversion),
        (_, "strings" | "bytes", Some("Builder" | "Buffer"), _) => Reason::BufferGrowth,
        (_, "bytes", None, "growSlice" | "makeSlice") => Reason::BufferGrowth,
        (_, "bufio", Some("Scanner" | "Reader"), "Text" | "ReadString") => Reason::Compiler(Cause::StringConversion),
        (_, "bufio", None, "NewReaderSize" | "NewWriterSize") => Reason::BufferGrowth,
        // What else is made there the compiler tells.
        (_, "bufio", None, _) | (_, "bufio", Some("ReadWriter"), _) => return None,
        (_, "bufio", ..) => Reason::BufferGrowth,
        (_, "strings" | "bytes", None, "NewReader" | "NewBuffer" | "NewBufferString" | "NewReplacer") => {
            Reason::Compiler(Cause::ReturnedPointer)
        }
        (_, "io", None, "ReadAll") => Reason::BufferGrowth,
        (_, "slices" | "bytes" | "strings" | "internal/stringslite", None, "Clone")
        | (_, "maps", None, "Clone" | "clone") => Reason::Copy,
        (_, "strings" | "bytes" | "internal/stringslite", ..) => Reason::StringBuilding,
        (_, "slices", None, "Grow" | "Insert" | "Concat" | "AppendSeq" | "Collect" | "Sorted" | "Repeat") => {
            Reason::Compiler(Cause::SliceGrowth)
        }
        (_, "maps", ..) => Reason::MapGrowth,
        (_, "fmt" | "strconv" | "log" | "log/slog" | "log/internal" | "text/template" | "html/template", ..) => {
            Reason::Formatting
        }
        (_, "time", Some("Time" | "Duration" | "Month" | "Weekday"), "Format" | "String" | "AppendFormat") => {
            Reason::Formatting
        }
        (_, "errors", ..) => Reason::ErrorValue,
        (_, "regexp" | "regexp/syntax", ..) => Reason::Regexp,
        (_, "sync", Some("Pool"), _) | (_, "sync", Some("poolChain"), _) => Reason::PoolRefill,
        (_, "sync", Some("Map"), _) | (_, "internal/sync" | "internal/concurrent", ..) => Reason::MapGrowth,
        (_, "reflect" | "internal/reflectlite", ..) => Reason::Compiler(Cause::Reflection),
        ("encoding", ..) => Reason::Encoding,
        ("testing", ..) => Reason::Testing,
        _ => return None,
    })
}

/// Whether a function writes its text to what the caller gives it, and keeps nothing: `fmt.Fprintf`.
pub(crate) fn writes_to_caller(symbol: &Symbol) -> bool {
    symbol.package() == "fmt" && symbol.function().starts_with("Fprint")
}

/// Whether a method reads or writes by way of what its maker was given: what `io.TeeReader` writes to is not its reader's.
pub(crate) fn passes_on(symbol: &Symbol) -> bool {
    symbol.package() == "io" && matches!(symbol.receiver(), Some("*teeReader" | "*multiWriter"))
}

/// Whether `method` reads or writes for a function of the standard library that was given its value, as the body of a response is
/// given to `io.ReadAll`: what such a method allocates is not for the function. The buffers of `bytes`, `strings` and `bufio` are
/// made for who writes to them.
pub(crate) fn is_given(method: &Symbol, function: &Symbol) -> bool {
    method.receiver().is_some()
        && (READS.contains(&method.function()) || WRITES.contains(&method.function()))
        && !matches!(method.package(), "bytes" | "strings" | "bufio" | "io")
        && method.package() != function.package()
        && Origin::from_package(function.package(), "-") == Origin::Std
}

/// Whether it is a method that reads, of one of the interfaces of `io`.
pub(crate) fn reads(method: &Symbol) -> bool {
    method.receiver().is_some() && READS.contains(&method.function())
}

/// The methods of the interfaces of `io` that read, and those that write.
const READS: [&str; 4] = ["Read", "ReadAt", "ReadByte", "WriteTo"];
const WRITES: [&str; 4] = ["Write", "WriteByte", "WriteString", "ReadFrom"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_is_given() {
        let is = |method, function| is_given(&Symbol::decode(method), &Symbol::decode(function));
        assert!(
            is("net/http.(*body).Read", "io.ReadAll") && is("example.com/lz.(*Reader).Read", "bufio.(*Reader).fill")
        );
        for (method, function, why) in [
            ("net/http.(*body).Read", "net/http.(*bodyEOFSignal).Read", "of one package"),
            ("bytes.(*Buffer).Write", "encoding/json.(*Encoder).Encode", "the encoder's own buffer"),
            ("net/http.(*body).Close", "io.ReadAll", "no reading"),
            ("net/http.(*body).Read", "example.com/lz.(*Reader).Read", "no function of the standard library"),
        ] {
            assert!(!is(method, function), "{why}");
        }
    }

    #[test]
    fn functions_have_reasons() {
        for (name, reason) in [
            ("strings.(*Builder).WriteString", "buffer_growth"),
            ("bytes.(*Buffer).String", "string_conversion"),
            ("bytes.growSlice", "buffer_growth"),
            ("bufio.(*Scanner).Scan", "buffer_growth"),
            ("bufio.NewReaderSize", "buffer_growth"),
            ("io.ReadAll", "buffer_growth"),
            ("strings.Repeat", "string_building"),
            ("strings.Clone", "copy"),
            ("bytes.Clone", "copy"),
            ("maps.clone", "copy"),
            ("slices.Clone[go.shape.[]int,go.shape.int]", "copy"),
            ("slices.Concat[go.shape.[]int,go.shape.int]", "slice_growth"),
            ("fmt.Sprintf", "formatting"),
            ("fmt.Errorf", "error_value"),
            ("strconv.syntaxError", "error_value"),
            ("time.newParseError", "error_value"),
            ("strconv.formatBits", "formatting"),
            ("encoding/json.Marshal", "encoding"),
            ("reflect.New", "reflection"),
            ("sync.(*Pool).pinSlow", "pool_refill"),
            ("slices.AppendSeq[go.shape.[]string]-range1", "slice_growth"),
        ] {
            assert_eq!(of_std(&Symbol::decode(name)).map(Reason::name), Some(reason), "{name}");
        }
        for name in ["sort.Slice", "bufio.NewScanner", "bufio.NewReadWriter", "io.copyBuffer"] {
            assert_eq!(of_std(&Symbol::decode(name)), None, "{name}");
        }
        assert!(passes_on(&Symbol::decode("io.(*teeReader).Read")) && !passes_on(&Symbol::decode("io.(*pipe).read")));
        for (name, reason) in [
            ("runtime.mapassign_faststr", "map_growth"),
            ("internal/runtime/maps.newarray", "map_growth"),
            ("runtime.growslice", "slice_growth"),
            ("runtime.makechan", "channel"),
            ("runtime.newproc1", "goroutine"),
            ("runtime.slicebytetostring", "string_conversion"),
            ("runtime.concatstring2", "concatenation"),
            ("runtime.mapiterinit", "runtime"),
        ] {
            assert_eq!(of_runtime(&Symbol::decode(name)).map(Reason::name), Some(reason), "{name}");
        }
        assert_eq!(of_runtime(&Symbol::decode("runtime.allocm")), None);
    }
}
