//! Function values: the variables that they hold for their functions.

use gomem_binary::{CapturedVariable, TypeId};

use crate::{
    answers::{
        leads::{self, Pointer},
        types::TypeSource,
        typing::Typing,
    },
    holders::closure,
    program::Leads,
};

impl<'a> Typing<'a> {
    /// A function value that holds variables.
    pub(super) fn function(&mut self, object: u32) {
        let snapshot = self.snapshot;
        let Some(name) = closure(snapshot, self.program, object) else { return };
        if self.types.number(object).is_some() || self.disputed.contains(&object) {
            return;
        }
        self.name(object, format!("func {name}").into(), TypeSource::Closure);
        let Some(entry) = snapshot.word(object, 0) else { return };
        let captured = self.types.captured.get(&entry).cloned();
        let captured = captured.unwrap_or_else(|| self.variables(entry, name));
        let content = snapshot.content(object);
        snapshot.objects.for_each_pointer(object, &snapshot.file, snapshot.target.order, |offset, value| {
            let at = captured.partition_point(|variable| variable.offset <= offset as u64);
            let Some(variable) = at.checked_sub(1).map(|at| &captured[at]) else { return };
            let pointer = Pointer::new(content, offset, value);
            self.captured(variable.type_id, offset as u64 - variable.offset, pointer);
        });
        self.types.captured.entry(entry).or_insert(captured);
    }

    /// Follows a variable that a function value holds, or its address: which of both, the object tells that it leads to.
    fn captured(&mut self, type_id: TypeId, offset: u64, pointer: Pointer<'a>) {
        let (snapshot, values) = (self.snapshot, &self.types.values);
        let by_value = values.pointer(type_id, offset).map(|(_, leads)| leads);
        let by_address = (offset == 0).then_some(Leads::Value(type_id));
        let can_be = |leads: &Leads| match leads {
            Leads::Interface | Leads::Function | Leads::Untold => true,
            leads => leads::claim(snapshot, values, *leads, pointer)
                .is_some_and(|(object, claim)| claim.fits(snapshot, values, object)),
        };
        match (by_value.filter(can_be), by_address.filter(can_be)) {
            (Some(leads), None) | (None, Some(leads)) => self.follow(leads, pointer),
            _ => {}
        }
    }

    /// The variables that function values hold whose code begins at `entry`.
    fn variables(&self, entry: u64, name: &str) -> Vec<CapturedVariable> {
        let debug = self.types.values.debug();
        let in_file = self.program.in_file(entry).map(|(_, entry)| entry);
        let found = in_file.map_or_else(Vec::new, |entry| debug.captured(entry));
        match receiver(name).filter(|_| found.is_empty()).and_then(|name| debug.named(&name)) {
            Some(type_id) => {
                let offset = self.snapshot.target.order.word_bytes as u64;
                vec![CapturedVariable { name: "receiver".into(), type_id, offset }]
            }
            None => found,
        }
    }
}

/// The type that a method belongs to whose value is a function: `main.(*T).Close-fm`, `main.T.Close-fm`.
fn receiver(name: &str) -> Option<String> {
    let (of, _method) = name.strip_suffix("-fm")?.rsplit_once('.')?;
    let (package, of) = match of.split_once(".(*") {
        Some((package, of)) => (package, of.strip_suffix(')')?),
        None => of.rsplit_once('.')?,
    };
    Some(format!("{package}.{of}"))
}

#[cfg(test)]
mod tests {
    use super::receiver;

    #[test]
    fn a_method_value_holds_its_receiver() {
        assert_eq!(receiver("main.(*lease).expire-fm").as_deref(), Some("main.lease"));
        assert_eq!(receiver("example.com/a.b/c.timer.Stop-fm").as_deref(), Some("example.com/a.b/c.timer"));
        assert_eq!((receiver("main.main.func1"), receiver("Stop-fm")), (None, None));
    }
}
