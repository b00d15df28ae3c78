//! What functions keep that run when an object has died.

use crate::{
    answers::{leads::Pointer, typing::Typing},
    program::Leads,
};

impl Typing<'_> {
    /// Follows finalizers and cleanups: to the functions, the objects and the arguments.
    pub(super) fn callbacks(&mut self) {
        let snapshot = self.snapshot;
        for finalizer in &snapshot.finalizers {
            self.function_at(finalizer.function);
            let pointer = self.described(finalizer.pointer_type);
            if let Some((_, leads)) = pointer.and_then(|pointer| self.types.values.pointer(pointer, 0)) {
                self.follow(leads, Pointer::new(&[], 0, finalizer.object));
            }
        }
        for cleanup in snapshot.cleanups.iter().flatten() {
            self.function_at(cleanup.function);
            // The argument's type is that of the function's parameter.
            let entry = self.program.in_file(cleanup.code).map(|(_, entry)| entry);
            let parameter = entry.and_then(|entry| self.types.values.debug().parameters(entry).first().copied());
            if let Some(type_id) = parameter.filter(|_| cleanup.argument != 0) {
                self.follow(Leads::Value(type_id), Pointer::new(&[], 0, cleanup.argument));
            }
        }
    }

    pub(super) fn function_at(&mut self, address: u64) {
        if let Some(object) = self.snapshot.objects.find(address) {
            self.function(object);
        }
    }
}
