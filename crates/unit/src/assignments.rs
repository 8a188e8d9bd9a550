//! Assignments while the files of a unit are read.

use std::collections::BTreeSet;

use crate::{
    table::{Id, Merge},
    unit::{Definition, Setting},
};

/// Assignments while files are read. What they undo is taken out at the end in one go: a file with a
/// million lines takes as long as it is long.
#[derive(Debug, Default)]
pub(crate) struct Assignments {
    settings: Vec<Setting>,
    /// Empty assignments: how many settings were there before, and of what.
    resets: Vec<(usize, Id)>,
}

impl Assignments {
    pub(crate) fn assign(&mut self, setting: Setting) {
        self.settings.push(setting);
    }

    pub(crate) fn reset(&mut self, id: Id) {
        if id.directive().merge != Merge::Keep {
            self.resets.push((self.settings.len(), id));
        }
    }

    /// What holds.
    pub(crate) fn finish(self) -> Definition {
        let mut over: BTreeSet<Undone> = BTreeSet::new();
        let mut kept: Vec<Setting> = Vec::with_capacity(self.settings.len());
        let mut resets = self.resets.into_iter().rev().peekable();
        for (at, setting) in self.settings.into_iter().enumerate().rev() {
            while let Some((_, id)) = resets.next_if(|(before, _)| *before > at) {
                over.insert(Undone::of(id));
            }
            if over.contains(&Undone::of(setting.id)) {
                continue;
            }
            if setting.id.directive().merge == Merge::Last {
                over.insert(Undone::One(setting.id));
            }
            kept.push(setting);
        }
        kept.reverse();
        kept.shrink_to_fit();
        Definition::of(kept)
    }
}

/// What an empty assignment undoes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Undone {
    /// The earlier ones of a directive.
    One(Id),
    /// The earlier ones of all directives of a list.
    List(&'static str),
}

impl Undone {
    fn of(id: Id) -> Undone {
        match id.directive().merge {
            Merge::AppendTo(list) => Undone::List(list),
            _ => Undone::One(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Assignments;
    use crate::{
        table::{Group, Id, Merge},
        unit::{Definition, Origin, Setting},
        values::Value,
    };
    use proptest::prelude::*;

    const IDS: [Id; 5] = [
        Id::of(Group::Unit, "Description"),
        Id::of(Group::Unit, "After"),
        Id::of(Group::Exec, "Environment"),
        Id::of(Group::Timer, "OnBootSec"),
        Id::of(Group::Timer, "OnCalendar"),
    ];

    /// The settings that hold after each assignment.
    #[derive(Default)]
    struct AtOnce(Vec<Setting>);

    impl AtOnce {
        fn assign(&mut self, setting: Setting) {
            if setting.id.directive().merge == Merge::Last {
                self.0.retain(|earlier| earlier.id != setting.id);
            }
            self.0.push(setting);
        }

        fn reset(&mut self, id: Id) {
            match id.directive().merge {
                Merge::Last | Merge::Append => self.0.retain(|earlier| earlier.id != id),
                list @ Merge::AppendTo(_) => {
                    self.0.retain(|earlier| earlier.id.directive().merge != list);
                }
                Merge::Keep => {}
            }
        }
    }

    proptest! {
        /// Taking out at the end what was undone is the same as doing so at once.
        #[test]
        fn assignments_in_one_go(steps in proptest::collection::vec((0..IDS.len(), any::<bool>()), 0..60)) {
            let mut late = Assignments::default();
            let mut at_once = AtOnce::default();
            for (line, (which, is_reset)) in steps.into_iter().enumerate() {
                let id = IDS[which];
                if is_reset && line % 3 == 0 {
                    late.reset(id);
                    at_once.reset(id);
                    continue;
                }
                let origin = Origin::new(0, u32::try_from(line).expect("small"));
                let setting = Setting { id, origin, value: Value::Flag(is_reset) };
                late.assign(setting.clone());
                at_once.assign(setting);
            }
            prop_assert_eq!(late.finish(), Definition::of(at_once.0));
        }
    }
}
