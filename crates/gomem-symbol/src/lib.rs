//! Names and positions of Go code, as profiles and the compiler write them, brought to one form.
//!
//! The same function has several names: a profile says `example.com/app/store.(*Map[go.shape.int]).Put.func1`, the
//! compiler says package `example.com/app/store` and `(*Map[int]).Put.func1`. The same file has several paths: absolute,
//! relative to the build's directory, or cut by `-trimpath`. [`Symbol`] and [`SourcePath`] fold what differs and keep
//! what it was.
//!
//! ```
//! use gomem_symbol::{Origin, SourcePath, Symbol};
//!
//! let symbol = Symbol::decode("example.com/app/store.(*Map[go.shape.int]).Put.func1");
//! assert_eq!(symbol.package(), "example.com/app/store");
//! assert_eq!(symbol.receiver(), Some("*Map"));
//! assert_eq!(symbol.function(), "Put");
//! assert_eq!(symbol.closure(), Some("func1"));
//! assert_eq!(symbol.key(), "example.com/app/store.(*Map).Put.func1");
//! assert_eq!(Origin::from_package("sync", "example.com/app"), Origin::Std);
//!
//! let profile = SourcePath::decode("example.com/app/store/map.go");
//! assert!(profile.same_file(&SourcePath::decode("./store/map.go")));
//! ```
//!
//! | module | holds |
//! |---|---|
//! | `symbol` | [`Symbol`]: the parts of a function's name |
//! | `source_path` | [`SourcePath`]: a file's path, cleaned |
//! | `origin` | [`Origin`]: whose code a package is |
//! | `direction` | [`turns_text`]: characters that turn the direction of text |
//! | `outlet` | [`name_for`]: what of a name reaches each kind of output |
//! | `module` | [`Modules`]: the Go module it is of |
//! | `shapes` | [`shortened`]: a name without the shapes of its type arguments |

#![forbid(unsafe_code)]

mod direction;
mod module;
mod origin;
mod outlet;
mod shapes;
mod source_path;
mod symbol;

pub use direction::turns_text;
pub use module::Modules;
pub use origin::Origin;
pub use outlet::{Outlet, name_for};
pub use shapes::shortened;
pub use source_path::SourcePath;
pub use symbol::{Symbol, Wrapper, is_major_version, package_name};
