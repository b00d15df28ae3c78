//! Channels, which the runtime itself knows by one type.

use crate::{
    answers::{leads::Pointer, typing::Typing},
    program::Leads,
};

impl Typing<'_> {
    /// What the runtime knows as a channel says itself what is sent through it.
    pub(super) fn channel(&self, leads: Leads, address: u64) -> Option<Leads> {
        let values = &self.types.values;
        let Leads::Value(head) = leads else { return None };
        let of = values.is_channel_head(head).then(|| values.debug().field(head, "elemtype"))??;
        let (object, _) = self.snapshot.objects.find_start(address).filter(|(_, start)| *start == address)?;
        let element = self.described(self.snapshot.word(object, usize::try_from(of.0).ok()?)?)?;
        let name = values.name(element)?;
        let head = values.debug().named(&format!("hchan<{name}>"))?;
        let shown = values.debug().named(&format!("chan {name}")).unwrap_or(head);
        Some(Leads::Head { head, shown })
    }

    /// Follows the pointers of a channel that has none for the collector: to who waits for it.
    pub(super) fn channel_queues(&mut self, object: u32) {
        let snapshot = self.snapshot;
        let Some(contents) = self.types.of(object).and_then(|found| found.contents) else { return };
        let content = snapshot.content(object);
        let end = usize::try_from(self.types.values.bytes(contents.type_id)).unwrap_or_default().min(content.len());
        for offset in (0..end).step_by(snapshot.target.order.word_bytes) {
            let leads = self.types.values.pointer(contents.type_id, offset as u64);
            let value = snapshot.target.order.word(content, offset).filter(|value| *value != 0);
            if let (Some((_, leads @ Leads::Value(_))), Some(value)) = (leads, value) {
                self.follow(leads, Pointer::new(content, offset, value));
            }
        }
    }
}
