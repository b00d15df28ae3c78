//! The name of a package, by its import path.

/// The name that a package most likely has, by its import path: the last element that is no version, without the version that
/// `gopkg.in` puts behind a dot, and without `go-` before it or `-go` behind it. `github.com/a/roaring/v2` is `roaring`,
/// `gopkg.in/yaml.v3` is `yaml`, `github.com/a/go-redis` is `redis`. Packages that are known to be called otherwise are
/// listed: `github.com/yuin/gopher-lua` is `lua`.
///
/// ```
/// use gomem_symbol::package_name;
///
/// assert_eq!(package_name("gopkg.in/yaml.v3"), "yaml");
/// assert_eq!(package_name("github.com/RoaringBitmap/roaring/v2"), "roaring");
/// ```
#[must_use]
pub fn package_name(path: &str) -> &str {
    let (folder, last) = last_element(path);
    let (folder, name) = if is_version(last) && !folder.is_empty() { last_element(folder) } else { (folder, last) };
    if let Some(name) = known_name(folder, name) {
        return name;
    }
    let name = name.strip_prefix("go-").filter(|name| !name.is_empty()).unwrap_or(name);
    let name =
        name.strip_suffix("-go").or_else(|| name.strip_suffix(".go")).filter(|name| !name.is_empty()).unwrap_or(name);
    match name.rsplit_once('.') {
        Some((name, version)) if is_major_version(version) || version == "v1" || version == "v0" => name,
        _ => name,
    }
}

/// A line of a file, in short: the name of its folder's package, the file and the line.
///
/// ```
/// use gomem_symbol::short_place;
///
/// assert_eq!(short_place("example.com/ingest/store/sessions.go", 43), "store/sessions.go:43");
/// ```
#[must_use]
pub fn short_place(file: &str, line: i64) -> String {
    match file.rsplit_once('/') {
        Some((folder, name)) => match package_name(folder) {
            "" => format!("{name}:{line}"),
            package => format!("{package}/{name}:{line}"),
        },
        None => format!("{file}:{line}"),
    }
}

/// The folder, and the last element without the version behind `@` that a folder of the module cache has.
fn last_element(path: &str) -> (&str, &str) {
    let (folder, last) = path.rsplit_once('/').unwrap_or(("", path));
    (folder, last.split('@').next().unwrap_or(last))
}

/// Whether an element of an import path is a module's major version: `v2` and beyond.
///
/// ```
/// assert!(gomem_symbol::is_major_version("v2") && !gomem_symbol::is_major_version("v2ray"));
/// ```
#[must_use]
pub fn is_major_version(element: &str) -> bool {
    element.strip_prefix('v').is_some_and(|number| number.parse::<u32>().is_ok_and(|major| major > 1))
}

/// Whether a package is of a pattern of Go's: an import path, with `...` at its end whatever begins so.
///
/// ```
/// use gomem_symbol::is_of_package;
///
/// assert!(is_of_package("example.com/app/store", "example.com/app/..."));
/// assert!(is_of_package("example.com/app", "example.com/app/..."));
/// assert!(!is_of_package("example.com/apple", "example.com/app/..."));
/// assert!(!is_of_package("example.com/app/store", "example.com/app"));
/// ```
#[must_use]
pub fn is_of_package(package: &str, pattern: &str) -> bool {
    match pattern.strip_suffix("...") {
        Some(prefix) => package.starts_with(prefix) || package == prefix.trim_end_matches('/'),
        None => package == pattern,
    }
}

/// Whether an element is a version: a major one, or a whole one as in `semconv/v1.26.0`.
fn is_version(element: &str) -> bool {
    let is_whole = |numbers: &str| {
        numbers.contains('.')
            && numbers.split('.').all(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
    };
    is_major_version(element) || element.strip_prefix('v').is_some_and(is_whole)
}

/// The name of a package that has another than its path tells.
fn known_name(folder: &str, element: &str) -> Option<&'static str> {
    let is_it = |path: &str| path.rsplit_once('/') == Some((folder, element));
    KNOWN.iter().find(|(path, _)| is_it(path)).map(|&(_, name)| name)
}

/// Import paths without versions, and the name in their `package` clause.
const KNOWN: &[(&str, &str)] = &[
    ("github.com/blevesearch/bleve_index_api", "index"),
    ("github.com/blevesearch/scorch_segment_api", "segment"),
    ("github.com/blevesearch/upsidedown_store_api", "store"),
    ("github.com/blevesearch/zapx", "zap"),
    ("github.com/go-playground/universal-translator", "ut"),
    ("github.com/google/flatbuffers/go", "flatbuffers"),
    ("github.com/hashicorp/golang-lru", "lru"),
    ("github.com/influxdata/influxdb-client-go", "influxdb2"),
    ("github.com/influxdata/line-protocol", "protocol"),
    ("github.com/json-iterator/go", "jsoniter"),
    ("github.com/prometheus/client_model/go", "io_prometheus_client"),
    ("github.com/satori/go.uuid", "uuid"),
    ("github.com/twitchyliquid64/golang-asm", "golangasm"),
    ("github.com/yashtewari/glob-intersection", "gintersect"),
    ("github.com/yuin/gopher-lua", "lua"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (path, name) in [
            ("github.com/RoaringBitmap/roaring/v2", "roaring"),
            ("github.com/RoaringBitmap/roaring/v2@v2.4.5", "roaring"),
            ("gopkg.in/yaml.v3", "yaml"),
            ("github.com/redis/go-redis/v9", "redis"),
            ("github.com/quic-go/quic-go", "quic"),
            ("github.com/nats-io/nats.go", "nats"),
            ("go.opentelemetry.io/otel/semconv/v1.26.0", "semconv"),
            ("github.com/blevesearch/zapx/v17", "zap"),
            ("github.com/blevesearch/zapx/v17@v17.2.5", "zap"),
            ("github.com/json-iterator/go", "jsoniter"),
            ("github.com/json-iterator/go@v1.1.12", "jsoniter"),
            ("example.com/json-iterator/go", "go"),
            ("example.com/zapx", "zapx"),
            ("encoding/json", "json"),
            ("main", "main"),
            ("go", "go"),
            ("v2", "v2"),
            ("", ""),
        ] {
            assert_eq!(package_name(path), name, "{path}");
        }
    }
}
