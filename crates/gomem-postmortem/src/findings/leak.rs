//! What grows without end.

pub(crate) mod all_growth;
pub(crate) mod all_kept;
pub(crate) mod between;
pub(crate) mod for_good;
pub(crate) mod kept_together;
pub(crate) mod leak;
pub(crate) mod let_go;
