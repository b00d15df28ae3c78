//! Whether profiles are of one program.

use foldhash::{HashMap, HashSet};
use gomem_pprof::{Function, Profile};
use gomem_symbol::{Modules, Origin, Symbol};

/// Which program each profile is of; program 0 has the most profiles.
#[derive(Debug, Default)]
pub(crate) struct Programs {
    pub(crate) of_profile: Vec<usize>,
    pub(crate) names: Vec<String>,
    /// Different builds of program 0.
    pub(crate) builds: usize,
}

/// What tells a program.
#[derive(Debug, Clone)]
struct Program {
    name: String,
    build_id: String,
    /// Its own functions, as far as the profile has them.
    functions: HashSet<String>,
    /// The last two parts of the path of `main.main`.
    main: Option<String>,
}

pub(crate) fn tell_apart<'a>(profiles: impl ExactSizeIterator<Item = &'a Profile>) -> Programs {
    if profiles.len() < 2 {
        let of_profile = vec![0; profiles.len()];
        return Programs { of_profile, names: vec![String::new()], builds: 1 };
    }
    let mut groups: Vec<(Program, usize)> = Vec::new();
    let mut of_profile = Vec::new();
    let mut build_ids: Vec<String> = Vec::new();
    let mut by_build: HashMap<String, usize> = HashMap::default();
    for profile in profiles {
        let program = Program::new(profile);
        build_ids.push(program.build_id.clone());
        let of_build = by_build.get(&program.build_id).filter(|_| !program.build_id.is_empty()).copied();
        let alike = || groups.iter().take(MOST_COMPARED).position(|(known, _)| known.is(&program));
        let group = of_build.or_else(alike);
        by_build.entry(program.build_id.clone()).or_insert(group.unwrap_or(groups.len()));
        match group {
            Some(group) => {
                groups[group].0.functions.extend(program.functions);
                groups[group].1 += 1;
                of_profile.push(group);
            }
            None => {
                of_profile.push(groups.len());
                groups.push((program, 1));
            }
        }
    }
    // The first of those with the most profiles changes places with the first of all.
    let most = groups.iter().map(|group| group.1).max().unwrap_or(0);
    let first = groups.iter().position(|group| group.1 == most).unwrap_or(0);
    groups.swap(0, first);
    for group in &mut of_profile {
        *group = match *group {
            0 => first,
            old if old == first => 0,
            old => old,
        };
    }
    let ids: HashSet<&String> = build_ids
        .iter()
        .zip(&of_profile)
        .filter(|(id, group)| **group == 0 && !id.is_empty())
        .map(|one| one.0)
        .collect();
    let builds = ids.len().max(1);
    Programs { of_profile, names: groups.into_iter().map(|group| group.0.name).collect(), builds }
}

impl Program {
    fn new(profile: &Profile) -> Self {
        let name_of = |function: Function<'_>| {
            let symbol = Symbol::decode(function.name());
            (symbol.package().to_owned(), function.path().as_str().to_owned(), symbol.key())
        };
        let named: Vec<(String, String, String)> = profile.functions().map(name_of).collect();
        let modules = Modules::from_packages(named.iter().map(|(package, file, _)| (package.as_str(), file.as_str())));
        let main = named.iter().find(|(_, _, key)| key == "main.main").map(|(_, file, _)| last_parts(file));
        let module = modules.module("main", "");
        let name = match &main {
            Some(main) if module == "main" => main.clone(),
            _ => module,
        };
        let build_id = profile.mappings().next().map_or("", |mapping| mapping.build_id()).to_owned();
        let own = |(package, file, _): &(String, String, String)| modules.origin(package, file) == Origin::User;
        // Every program has a `main.main`; `main` tells by its file.
        let functions = named.iter().filter(|one| own(one) && one.2 != "main.main").map(|one| one.2.clone()).collect();
        Self { name, build_id, functions, main }
    }

    /// A judgement, where no build ID tells: of functions seen in two profiles of one service, far more than a fifth are the
    /// same; two services of one repository have different `main` files.
    fn is(&self, other: &Self) -> bool {
        let fewest = self.functions.len().min(other.functions.len());
        let shared = self.functions.intersection(&other.functions).count() as f64 / fewest.max(1) as f64;
        if shared >= 0.8 {
            return true;
        }
        match (&self.main, &other.main) {
            (Some(main), Some(theirs)) if main != theirs => false,
            _ => fewest < FEWEST_FUNCTIONS || shared >= 0.2,
        }
    }
}

fn last_parts(path: &str) -> String {
    let mut parts: Vec<&str> = path.rsplitn(3, '/').take(2).collect();
    parts.reverse();
    parts.join("/")
}

const FEWEST_FUNCTIONS: usize = 3;
/// A folder of profiles of more programs than these is none that a team collects: the rest are told apart by their build
/// IDs alone, so that not each is compared with each.
const MOST_COMPARED: usize = 64;

/// Whether a profile that is text is another one written as text too: both count the same allocation.
pub(crate) fn is_twin(other: &Profile, text: &Profile) -> bool {
    let bytes = |profile: &Profile| Some(profile.total(profile.sample_type_index("alloc_space")?) as f64);
    let (Some(one), Some(two)) = (bytes(other), bytes(text)) else { return true };
    (one - two).abs() <= SAME_BYTES * one.max(two)
}

/// What is rounded when samples are scaled.
const SAME_BYTES: f64 = 0.005;
