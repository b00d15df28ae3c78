//! Python bindings of gomem.
