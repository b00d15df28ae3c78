//! What a log says of the program's functions.

use foldhash::{HashMap, HashSet};
use gomem_symbol::package_name;

use crate::{
    read::{
        std_names::{BASIC_TYPES, BUILTIN, METHODS, STD, STD_TYPES},
        xpos::{TextId, XPos},
    },
    text::{Call, CalleeShape, is_exported, is_name},
};

/// Functions that the log names, by package and name, and by place.
///
/// Without a flow analysis of its own the log tells much: which names are functions, what closures capture, which
/// functions hold loops, `go` and `defer`.
#[derive(Debug, Default)]
pub(crate) struct Functions {
    declared: HashMap<(TextId, Box<str>), Declared>,
    /// Declarations of each file.
    places: HashMap<TextId, Vec<Declaration>>,
    /// Names of methods, without their types.
    methods: HashSet<Box<str>>,
    /// Names of packages, and the last elements of their import paths.
    packages: HashSet<Box<str>>,
    /// Parameters that leak, by package.
    parameters: HashSet<(TextId, Box<str>)>,
    /// Variables that closures of a function capture, and function literals in it.
    captures: HashMap<(TextId, Box<str>), Captures>,
}

/// Line, column, package and name of a function.
type Declaration = (u32, u32, TextId, Box<str>);

/// What inlining says of a function.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Declared {
    /// Why it cannot be inlined, when that is a statement in it.
    pub(crate) obstacle: Option<Obstacle>,
    /// Whether it holds a loop; only bodies that can be inlined are printed.
    pub(crate) has_loop: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Obstacle {
    Go,
    Defer,
}

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Callee {
    /// A function whose body the compiler knows.
    Known,
    /// By its name a function of a package that the log does not have.
    NotLogged,
    /// The value of a function variable, or a method of an interface.
    Unknown,
    /// A method of a type parameter.
    TypeParameter,
    /// A function of package reflect.
    Reflect,
}

#[derive(Debug, Clone, Default)]
struct Captures {
    variables: u32,
    literals: HashSet<XPos>,
}

impl Functions {
    pub(crate) fn see_package(&mut self, path: &str) {
        for name in [package_name(path), path.rsplit('/').next().unwrap_or(path)] {
            if !self.packages.contains(name) {
                self.packages.insert(name.into());
            }
        }
    }

    pub(crate) fn see_parameter(&mut self, package: TextId, name: &str) {
        self.parameters.insert((package, name.into()));
    }

    pub(crate) fn declare(&mut self, package: TextId, at: XPos, function: &str, declared: Declared) {
        let name = without_type_arguments(function);
        let XPos { file, line, column } = at;
        self.places.entry(file).or_default().push((line, column, package, name.clone()));
        if let Some((_, method)) = name.rsplit_once('.')
            && !is_closure(&name)
            && !self.methods.contains(method)
        {
            self.methods.insert(method.into());
        }
        self.declared.entry((package, name)).or_insert(declared);
    }

    /// Learns of a package from the name of a function that was inlined: `fmt.Println`, `os.(*File).Name`.
    pub(crate) fn see_inlined(&mut self, package: TextId, callee: &str) {
        let Some((of, name)) = callee.split_once('.') else { return };
        let is_package =
            of.starts_with(char::is_lowercase) && (name.starts_with('(') || name.starts_with(char::is_uppercase));
        if is_package
            && is_name(of)
            && !self.packages.contains(of)
            && !self.declared.contains_key(&(package, without_type_arguments(callee)))
        {
            self.packages.insert(of.into());
        }
    }

    /// Learns of a method from the wrapper that a method value of it has: `Reader.Read-fm`.
    pub(crate) fn see_wrapper(&mut self, function: &str) {
        if let Some((_, method)) = function.strip_suffix("-fm").and_then(|function| function.rsplit_once('.'))
            && !self.methods.contains(method)
        {
            self.methods.insert(method.into());
        }
    }

    pub(crate) fn see_capture(&mut self, package: TextId, function: &str) {
        self.captures.entry((package, root(function))).or_default().variables += 1;
    }

    pub(crate) fn see_literal(&mut self, package: TextId, function: &str, at: XPos) {
        self.captures.entry((package, root(function))).or_default().literals.insert(at);
    }

    /// Once all is known.
    pub(crate) fn sort(&mut self) {
        for places in self.places.values_mut() {
            places.sort_unstable();
            places.dedup();
        }
    }

    /// The function that a message names, or else the one around its place: Go before 1.25 does not name it.
    pub(crate) fn named_or_around<'a>(&'a self, named: &'a str, at: XPos) -> Option<&'a str> {
        if named.is_empty() { self.around(at) } else { Some(named) }
    }

    /// The declared function around a place. Receivers stand before their method's name.
    pub(crate) fn around(&self, at: XPos) -> Option<&str> {
        let XPos { file, line, column } = at;
        if line == 0 {
            return None;
        }
        let places = self.places.get(&file)?;
        let is_declared = |place: &&Declaration| !is_closure(&place.3);
        let after = places.partition_point(|place| (place.0, place.1) <= (line, column));
        let before = places[..after].iter().rev().find(is_declared);
        let same_line = places[after..].iter().take_while(|place| place.0 == line).find(is_declared);
        match (before, same_line) {
            (Some(before), Some(on_line)) if before.0 < line => Some(&on_line.3),
            (Some(before), _) => Some(&before.3),
            (None, on_line) => on_line.map(|place| place.3.as_ref()),
        }
    }

    /// The function or closure declared at exactly this place.
    pub(crate) fn declared_at(&self, at: XPos) -> Option<&str> {
        let XPos { file, line, column } = at;
        let places = self.places.get(&file)?;
        let at = places.partition_point(|place| (place.0, place.1) < (line, column));
        places.get(at).filter(|place| (place.0, place.1) == (line, column)).map(|place| place.3.as_ref())
    }

    pub(crate) fn get(&self, package: TextId, function: &str) -> Option<Declared> {
        self.declared.get(&(package, without_type_arguments(function))).copied()
    }

    pub(crate) fn is_package(&self, name: &str) -> bool {
        self.packages.contains(name) || STD.binary_search(&name).is_ok()
    }

    /// Whether a method of this name is declared anywhere, or is one of the best-known interfaces'.
    pub(crate) fn has_method(&self, name: &str) -> bool {
        self.methods.contains(name) || METHODS.contains(&name)
    }

    /// Whether a function literal of this function captures variables; `None` when the log does not tell.
    pub(crate) fn literal_captures(&self, package: TextId, function: &str) -> Option<bool> {
        let captures = self.captures.get(&(package, root(function)))?;
        match (captures.variables, captures.literals.len()) {
            (0, _) => Some(false),
            (_, 1) => Some(true),
            _ => None,
        }
    }

    pub(crate) fn callee(&self, package: TextId, call: Call<'_>) -> Callee {
        match call.shape() {
            CalleeShape::Dictionary => Callee::TypeParameter,
            CalleeShape::Computed => Callee::Unknown,
            CalleeShape::Literal => Callee::Known,
            CalleeShape::Method if call.callee.starts_with("(*reflect.") => Callee::Reflect,
            CalleeShape::Method => Callee::Known,
            CalleeShape::Selector("reflect", _) | CalleeShape::Qualified("reflect") => Callee::Reflect,
            CalleeShape::Name(name) => self.known_when(BUILTIN.contains(&name) || self.get(package, name).is_some()),
            CalleeShape::Selector(of, _) if self.get(package, call.callee).is_some() || self.is_package(of) => {
                Callee::Known
            }
            CalleeShape::Selector(of, name) if self.may_be_package(package, of, name) => Callee::NotLogged,
            CalleeShape::Selector(..) => Callee::Unknown,
            CalleeShape::Qualified(of) => self.known_when(self.is_package(of)),
        }
    }

    /// Whether the log has every package of the program: that of the runtime is not logged alone.
    pub(crate) fn has_all_packages(&self) -> bool {
        self.packages.contains("runtime")
    }

    /// Whether `of.name(…)`, where the log has no package `of`, looks like a function of one: a variable with an interface in it
    /// is most often a parameter, has a short name, or one of several words.
    fn may_be_package(&self, package: TextId, of: &str, name: &str) -> bool {
        let is_like_package = of.len() > 2 && of.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        is_like_package
            && is_exported(name)
            && !METHODS.contains(&name)
            && !self.has_all_packages()
            && !self.parameters.contains(&(package, of.into()))
    }

    fn known_when(&self, is_known: bool) -> Callee {
        if is_known { Callee::Known } else { Callee::Unknown }
    }

    /// Whether `name(…)` is a conversion to a type, rather than a call. `None` when the log does not tell.
    pub(crate) fn is_type(&self, package: TextId, name: &str) -> Option<bool> {
        if BASIC_TYPES.contains(&name) || name.starts_with("go.shape.") || STD_TYPES.contains(&name) {
            return Some(true);
        }
        if self.get(package, name).is_some() {
            return Some(false);
        }
        match name.split_once('.') {
            // All functions of the package are declared by now. A variable that holds a function begins with a small letter.
            None if is_exported(name) && self.declared.keys().any(|(of, _)| *of == package) => Some(true),
            _ => None,
        }
    }
}

/// `Map[go.shape.int]` → `Map`, `(*Pool[int]).Get` → `(*Pool).Get`.
pub(crate) fn without_type_arguments(name: &str) -> Box<str> {
    if !name.contains('[') {
        return name.into();
    }
    let mut depth = 0_u32;
    let mut plain = String::with_capacity(name.len());
    for char in name.chars() {
        match char {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(char),
            _ => {}
        }
    }
    plain.into()
}

/// The declared function that a closure belongs to: `(*T).run.func1.2` → `(*T).run`.
fn root(function: &str) -> Box<str> {
    let plain = without_type_arguments(function);
    match closure_suffix(&plain) {
        Some(at) => plain[..at].into(),
        None => plain,
    }
}

fn is_closure(function: &str) -> bool {
    closure_suffix(function).is_some()
}

/// Where a closure's own part of the name begins: `.func1`, `.gowrap1`, `.deferwrap1`, `-range1`.
fn closure_suffix(function: &str) -> Option<usize> {
    CLOSURE_MARKS
        .iter()
        .filter_map(|mark| {
            function
                .match_indices(mark)
                .find(|(at, mark)| function[at + mark.len()..].starts_with(|next: char| next.is_ascii_digit()))
        })
        .map(|(at, _)| at)
        .min()
}

const CLOSURE_MARKS: [&str; 4] = [".func", ".gowrap", ".deferwrap", "-range"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_closures_and_type_arguments() {
        assert_eq!(&*root("(*T[go.shape.int]).run.func1.2"), "(*T).run");
        assert_eq!(&*root("each-range1"), "each");
        assert_eq!(&*root("start.gowrap1"), "start");
        assert_eq!(&*root("functional"), "functional");
    }

    #[test]
    fn callees_are_known_or_not() {
        let mut functions = Functions::default();
        let package = TextId::default();
        let at = |line, column| XPos { file: package, line, column };
        functions.declare(package, at(3, 6), "keep", Declared::default());
        functions.declare(package, at(4, 12), "T.Area", Declared::default());
        functions.see_inlined(package, "zap.String");
        functions.see_package("github.com/a/go-redis/v9");
        functions.see_parameter(package, "store");
        for (call, callee) in [
            ("keep(x)", Callee::Known),
            ("hook(x)", Callee::Unknown),
            ("panic(x)", Callee::Known),
            ("T.Area(x)", Callee::Known),
            ("w.Write(x)", Callee::Unknown),
            ("store.Put(x)", Callee::Unknown),
            ("hookMap.Add(x)", Callee::Unknown),
            ("msgpack.Unmarshal(x, y)", Callee::NotLogged),
            ("redis.Do(x, y)", Callee::Known),
            ("json.Unmarshal(x, y)", Callee::Known),
            ("zap.String(x)", Callee::Known),
            ("reflect.DeepEqual(x, y)", Callee::Reflect),
            ("(*bytes.Buffer).Write(b, x)", Callee::Known),
            ("time.Time.Sub(t, x)", Callee::Known),
            ("s.W.Write(x)", Callee::Unknown),
            ("(func(go.shape.*uint8) string)(&.dict[0])(v)", Callee::TypeParameter),
        ] {
            assert_eq!(functions.callee(package, Call::parse(call).unwrap()), callee, "{call}");
        }
        functions.see_package("runtime");
        let call = Call::parse("msgpack.Unmarshal(x, y)").unwrap();
        assert_eq!(functions.callee(package, call), Callee::Unknown, "a whole log has all packages");
        functions.see_package("github.com/a/msgpack/v5");
        assert_eq!(functions.callee(package, call), Callee::Known);
        functions.sort();
        assert_eq!(functions.around(at(3, 30)), Some("keep"));
        assert_eq!(functions.around(at(4, 7)), Some("T.Area"), "its receiver");
        assert_eq!(functions.around(at(1, 1)), None);
        assert_eq!(functions.declared_at(at(4, 12)), Some("T.Area"));
        assert!(functions.has_method("Area"));
        assert_eq!(functions.is_type(package, "keep"), Some(false));
        assert_eq!(functions.is_type(package, "Color"), Some(true));
        assert_eq!(functions.is_type(package, "f"), None);
    }
}
