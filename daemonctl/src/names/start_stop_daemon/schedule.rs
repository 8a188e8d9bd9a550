//! What `--stop --retry` does, one thing after the other.

use std::ffi::OsStr;

use process::signals::Signal;

use super::Trouble;
use super::values::number;

/// One thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// Send that signal.
    Signal(i32),
    /// Wait so many seconds for their end.
    Wait(u32),
}

/// A schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// What to do.
    pub items: Vec<Item>,
    /// Where to begin again at its end.
    pub again_from: Option<usize>,
}

/// No item is longer.
const LONGEST: usize = 19;

impl Schedule {
    /// `TIMEOUT`, or items between slashes: `TERM/30/KILL/5`, `INT/10/forever/TERM/1`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &OsStr, signal: i32) -> Result<Schedule, Trouble> {
        let usage = |text: &str| Trouble::Usage(text.to_owned());
        let text = text.to_string_lossy();
        if !text.contains('/') {
            let Some(Entry::Item(wait @ Item::Wait(_))) = entry(&text)? else {
                return Err(usage("--retry takes timeout, or schedule list of at least two items"));
            };
            let kill = Item::Signal(rustix::process::Signal::KILL.as_raw());
            let items = vec![Item::Signal(signal), wait, kill, wait];
            return Ok(Schedule { items, again_from: None });
        }
        let (mut items, mut again_from) = (Vec::new(), None);
        for part in text.split('/') {
            if part.len() > LONGEST {
                return Err(usage(
                    "invalid schedule item: far too long (you must delimit items with slashes)",
                ));
            }
            match entry(part)? {
                Some(Entry::Item(item)) => items.push(item),
                Some(Entry::Forever) if again_from.is_some() => {
                    return Err(usage("invalid schedule: 'forever' appears more than once"));
                }
                Some(Entry::Forever) => again_from = Some(items.len()),
                None => return Err(usage(BAD_ITEM)),
            }
        }
        if again_from == Some(items.len()) {
            return Err(usage("invalid schedule: 'forever' appears last, nothing to repeat"));
        }
        Ok(Schedule { items, again_from })
    }
}

const BAD_ITEM: &str = "invalid schedule item (must be [-]<signal-name>, -<signal-number>, \
                        <timeout> or 'forever'";

enum Entry {
    Item(Item),
    Forever,
}

fn entry(text: &str) -> Result<Option<Entry>, Trouble> {
    if text == "forever" {
        return Ok(Some(Entry::Forever));
    }
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        let wrong = || Trouble::Usage("invalid timeout value in schedule".to_owned());
        return Ok(Some(Entry::Item(Item::Wait(number(text.as_ref()).ok_or_else(wrong)?))));
    }
    let name = text.strip_prefix('-').unwrap_or(text);
    match signal_number(name.as_ref()) {
        Some(signal) => Ok(Some(Entry::Item(Item::Signal(signal)))),
        None => Err(Trouble::Usage(BAD_ITEM.to_owned())),
    }
}

/// A signal's number, or its name without `SIG`.
pub fn signal_number(text: &OsStr) -> Option<i32> {
    if let Some(number) = number(text) {
        return i32::try_from(number).ok();
    }
    let is_meant = |signal: &Signal| signal.definition().is_some_and(|entry| text == entry.name);
    i32::try_from(Signal::all().find(is_meant)?.number()).ok()
}

#[cfg(test)]
mod tests {
    use super::{Item, Schedule};
    use crate::names::start_stop_daemon::Trouble;

    fn items(text: &str) -> Vec<Item> {
        Schedule::parse(text.as_ref(), 1).unwrap().items
    }

    #[test]
    fn a_number_alone_is_signal_wait_kill_wait() {
        let expected = [Item::Signal(1), Item::Wait(5), Item::Signal(9), Item::Wait(5)];
        assert_eq!(items("5"), expected);
    }

    #[test]
    fn lists_may_repeat_their_end() {
        let (term, kill, int) = (Item::Signal(15), Item::Signal(9), Item::Signal(2));
        assert_eq!(items("TERM/30/-KILL/-2/5"), [term, Item::Wait(30), kill, int, Item::Wait(5)]);
        let schedule = Schedule::parse("INT/1/forever/TERM/2".as_ref(), 1).unwrap();
        assert_eq!(schedule.again_from, Some(2));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for text in ["TERM", "forever", "TERM/forever", "forever/1/forever/2", "TERM//5", "X/5", ""]
        {
            let refused = Schedule::parse(text.as_ref(), 1);
            assert!(matches!(refused, Err(Trouble::Usage(_))), "{text}");
        }
    }
}
