#![doc = include_str!("../README.md")]
//!
//! ## Tasks and types
//!
//! | to | use |
//! |---|---|
//! | answer an address, without a server | [`Served`], [`Answer`] |
//! | take a port of this machine | [`listen`] |
//! | serve until somebody ends it | [`serve`] |

#![forbid(unsafe_code)]

mod answer;
mod caller;
mod chosen;
mod draw;
mod profiles;
mod query;
mod refusal;
mod served;
mod server;
mod view;
mod views;
mod window_ends;

pub use answer::Answer;
pub use served::Served;
pub use server::{listen, serve};
