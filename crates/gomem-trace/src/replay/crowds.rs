//! Objects that share a slot.

use crate::replay::slots::{Object, Tenants};

/// Objects that share a slot. A crowd is the place of the last that came, which knows who was there before.
#[derive(Debug, Default)]
pub(super) struct Crowds {
    members: Vec<Member>,
    /// The first place that is free, which knows the next; by its place plus one.
    unused: u32,
}

#[derive(Debug, Clone, Copy)]
struct Member {
    object: Object,
    /// Who was there before, by their place plus one.
    before: u32,
}

impl Crowds {
    /// The crowd of nobody.
    pub(super) const NOBODY: u32 = 0;

    /// Those of a crowd, the last first.
    pub(super) fn of(&self, crowd: u32) -> impl Iterator<Item = Object> {
        let member = |place: u32| self.members.get(place.checked_sub(1)? as usize);
        std::iter::successors(member(crowd), move |last| member(last.before)).map(|member| member.object)
    }

    /// What an object that is born makes of who is there.
    ///
    /// In a slot of one, two can live for a time: the death of the one before is told later when the time of the thread that
    /// swept it runs ahead. Those before are dropped.
    pub(super) fn join(
        &mut self,
        tenants: Tenants,
        object: Object,
        holds_one: bool,
        dropped: &mut Vec<Object>,
    ) -> Tenants {
        let crowd = self.crowd(tenants);
        if holds_one {
            self.leave_before(crowd, |object| dropped.push(object));
        }
        Tenants::Several(self.add(object, crowd))
    }

    /// Who stays when those die that a cycle has ended for.
    pub(super) fn leave(&mut self, crowd: u32, ended_cycles: u32, mut died: impl FnMut(Object)) -> Tenants {
        let (mut left, mut next) = (Tenants::Nobody, crowd);
        while let Some(member) = self.take(next) {
            next = member.before;
            if member.object.can_be_dead(ended_cycles) {
                died(member.object);
            } else {
                left = match left {
                    Tenants::Nobody => Tenants::One(member.object),
                    others => {
                        let crowd = self.crowd(others);
                        Tenants::Several(self.add(member.object, crowd))
                    }
                };
            }
        }
        left
    }

    /// Those of two slots that are one now.
    pub(super) fn merge(&mut self, one: Tenants, other: Tenants) -> Tenants {
        match (one, other) {
            (Tenants::Nobody, tenants) | (tenants, Tenants::Nobody) => tenants,
            (one, other) => {
                let (mut one, mut other) = (self.crowd(one), self.crowd(other));
                while let Some(member) = self.take(other) {
                    one = self.add(member.object, one);
                    other = member.before;
                }
                Tenants::Several(one)
            }
        }
    }

    /// The crowd of who is there.
    fn crowd(&mut self, tenants: Tenants) -> u32 {
        match tenants {
            Tenants::Nobody => Self::NOBODY,
            Tenants::One(object) => self.add(object, Self::NOBODY),
            Tenants::Several(crowd) => crowd,
        }
    }

    fn leave_before(&mut self, crowd: u32, mut left: impl FnMut(Object)) {
        let Some(last) = crowd.checked_sub(1).and_then(|place| self.members.get_mut(place as usize)) else { return };
        let mut before = std::mem::take(&mut last.before);
        while let Some(member) = self.take(before) {
            left(member.object);
            before = member.before;
        }
    }

    fn add(&mut self, object: Object, before: u32) -> u32 {
        let member = Member { object, before };
        match self.unused.checked_sub(1) {
            Some(place) => {
                let unused = &mut self.members[place as usize];
                self.unused = std::mem::replace(unused, member).before;
                place + 1
            }
            None => {
                self.members.push(member);
                u32::try_from(self.members.len()).unwrap_or(Self::NOBODY)
            }
        }
    }

    /// Takes a member away; its place is unused then.
    fn take(&mut self, place: u32) -> Option<Member> {
        let member = self.members.get_mut(place.checked_sub(1)? as usize)?;
        let taken = *member;
        member.before = std::mem::replace(&mut self.unused, place);
        Some(taken)
    }
}
