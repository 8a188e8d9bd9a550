//! Lines that say the same as the line before.

use std::fmt;

use super::shape;
use crate::units;

/// Tells which lines repeat the one before: those of the same sender whose messages have the same
/// [`shape`].
#[derive(Default)]
pub struct Fold {
    shape: String,
    key: Option<u64>,
    repeats: Repeats,
}

/// What was left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repeats {
    /// Lines.
    pub count: u64,
    /// When the line was that they repeat.
    pub first_usec: u64,
    /// When the last one was.
    pub last_usec: u64,
}

/// What comes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It repeats the line before.
    Again,
    /// It says something else. So many repeated the line before.
    New(Option<Repeats>),
}

impl Fold {
    /// Takes the next line.
    pub fn see(&mut self, sender: &[u8], message: &[u8], realtime_usec: u64) -> Seen {
        self.shape.clear();
        shape::push(message, &mut self.shape);
        let key = Some(shape::key(sender, &self.shape));
        if self.key == key {
            self.repeats.count += 1;
            self.repeats.last_usec = realtime_usec;
            return Seen::Again;
        }
        let ended = self.end();
        self.key = key;
        self.repeats = Repeats { count: 0, first_usec: realtime_usec, last_usec: realtime_usec };
        Seen::New(ended)
    }

    /// There are no more lines, or something else stands between: what repeated the last one.
    pub fn end(&mut self) -> Option<Repeats> {
        self.key = None;
        Some(std::mem::take(&mut self.repeats)).filter(|repeats| repeats.count > 0)
    }
}

impl fmt::Display for Repeats {
    /// `41 more like this in 3m09s`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} more like this", self.count)?;
        let seconds = self.last_usec.abs_diff(self.first_usec) / 1_000_000;
        if seconds > 0 {
            write!(f, " in {}", units::duration(seconds as f64))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_neighbours_are_folded() {
        let mut fold = Fold::default();
        let mut see = |sender: &str, message: &str, second: u64| {
            fold.see(sender.as_bytes(), message.as_bytes(), second * 1_000_000)
        };
        assert_eq!(see("a", "lost 1", 1), Seen::New(None));
        assert_eq!(see("a", "lost 2", 3), Seen::Again);
        assert_eq!(see("a", "lost 3", 190), Seen::Again);
        let Seen::New(Some(repeats)) = see("b", "lost 3", 191) else { panic!("not new") };
        assert_eq!(repeats.to_string(), "2 more like this in 3m09s");
        assert_eq!(see("a", "lost 3", 192), Seen::New(None));
        assert_eq!(see("a", "lost 3", 192), Seen::Again);
        assert_eq!(fold.end().unwrap().to_string(), "1 more like this");
        assert_eq!(fold.end(), None);
    }
}
