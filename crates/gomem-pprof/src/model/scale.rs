//! Values from one unit to another, as `go tool pprof` converts them (`internal/measurement`).

/// A value in another unit, and that unit's canonical name. Units of different kinds give the kind's own default; units
/// that are not known leave the value as it is.
pub(crate) fn scale<'a>(value: i64, from: &str, to: &'a str) -> (f64, &'a str) {
    for kind in KINDS {
        if let Some(from) = kind.find(from) {
            let value = value as f64 * from.factor;
            let to = match to {
                "minimum" | "auto" => kind.widest(value.abs()),
                to => kind.find(to).unwrap_or(&kind.default),
            };
            return (value / to.factor, to.name);
        }
    }
    match to {
        "count" | "sample" | "unit" | "minimum" | "auto" => (value as f64, ""),
        to => (value as f64, to),
    }
}

/// A value as `go tool pprof` writes it.
pub(crate) fn scaled_label(value: i64, from: &str, to: &str) -> String {
    let (value, unit) = scale(value, from, to);
    let text = format!("{value:.2}");
    match text.strip_suffix(".00").unwrap_or(&text) {
        "0" | "-0" => "0".to_owned(),
        text => format!("{text}{unit}"),
    }
}

/// Whether values of the two units can be compared.
pub(crate) fn are_comparable(left: &str, right: &str) -> bool {
    left == right || KINDS.iter().any(|kind| kind.find(left).is_some() && kind.find(right).is_some())
}

struct UnitKind {
    units: &'static [UnitName],
    default: UnitName,
}

struct UnitName {
    name: &'static str,
    aliases: &'static [&'static str],
    factor: f64,
}

impl UnitKind {
    /// A unit by any of its names, whatever their case, in the plural or not.
    fn find(&self, name: &str) -> Option<&UnitName> {
        let name = name.to_lowercase();
        let name = if name.len() > 2 { name.strip_suffix('s').unwrap_or(&name) } else { &name };
        self.units.iter().find(|unit| unit.aliases.contains(&name))
    }

    /// The largest unit in which a value is at least one.
    fn widest(&self, value: f64) -> &UnitName {
        self.units.iter().rev().find(|unit| value / unit.factor >= 1.0).unwrap_or(&self.default)
    }
}

const fn unit(name: &'static str, aliases: &'static [&'static str], factor: f64) -> UnitName {
    UnitName { name, aliases, factor }
}

const KINDS: &[UnitKind] = &[
    UnitKind {
        units: &[
            unit("B", &["b", "byte"], 1.0),
            unit("kB", &["kb", "kbyte", "kilobyte"], 1024.0),
            unit("MB", &["mb", "mbyte", "megabyte"], 1_048_576.0),
            unit("GB", &["gb", "gbyte", "gigabyte"], 1_073_741_824.0),
            unit("TB", &["tb", "tbyte", "terabyte"], 1_099_511_627_776.0),
            unit("PB", &["pb", "pbyte", "petabyte"], 1_125_899_906_842_624.0),
        ],
        default: unit("B", &[], 1.0),
    },
    UnitKind {
        units: &[
            unit("ns", &["ns", "nanosecond"], 1.0),
            unit("us", &["μs", "us", "microsecond"], 1e3),
            unit("ms", &["ms", "millisecond"], 1e6),
            unit("s", &["s", "sec", "second"], 1e9),
            unit("hrs", &["hour", "hr"], 3.6e12),
        ],
        default: unit("s", &[], 1e9),
    },
    UnitKind {
        units: &[
            unit("n*GCU", &["nanogcu"], 1e-9),
            unit("u*GCU", &["microgcu"], 1e-6),
            unit("m*GCU", &["milligcu"], 1e-3),
            unit("GCU", &["gcu"], 1.0),
            unit("k*GCU", &["kilogcu"], 1e3),
            unit("M*GCU", &["megagcu"], 1e6),
            unit("G*GCU", &["gigagcu"], 1e9),
            unit("T*GCU", &["teragcu"], 1e12),
            unit("P*GCU", &["petagcu"], 1e15),
        ],
        default: unit("GCU", &[], 1.0),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_convert() {
        for (value, from, to, result) in [
            (2, "MB", "kb", (2048.0, "kB")),
            (1536, "bytes", "auto", (1.5, "kB")),
            (-1536, "bytes", "auto", (-1.5, "kB")),
            (0, "bytes", "auto", (0.0, "B")),
            (1500, "Milliseconds", "s", (1.5, "s")),
            (3, "bytes", "seconds", (3.0, "B")),
            (3, "count", "auto", (3.0, "")),
            (3, "widgets", "gadgets", (3.0, "gadgets")),
        ] {
            assert_eq!(scale(value, from, to), result, "{value} {from} {to}");
        }
        assert_eq!(scaled_label(1536, "bytes", "auto"), "1.50kB");
        assert_eq!((scaled_label(0, "bytes", "auto"), scaled_label(512, "bytes", "auto")), ("0".into(), "512B".into()));
        assert!(are_comparable("MB", "bytes") && are_comparable("x", "x") && !are_comparable("ms", "bytes"));
    }
}
