//! A value that may be missing, with the reason.

/// One observed value. Zero, "not permitted" and "not measured" are three different answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fact<T> {
    /// It was read.
    Known(T),
    /// The kernel refused (`EACCES`, `EPERM`): more privilege would show it.
    NotPermitted,
    /// Nobody asked for it in this sample.
    #[default]
    NotMeasured,
    /// The thing has no such value (a kernel thread has no executable).
    NotApplicable,
    /// It was asked for and could not be made out (a garbage or truncated file, an old kernel).
    Unknown,
}

impl<T> Fact<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Fact::Known(value) => Some(value),
            _ => None,
        }
    }

    /// Borrowing form, keeping the reason.
    pub fn as_ref(&self) -> Fact<&T> {
        match self {
            Fact::Known(value) => Fact::Known(value),
            Fact::NotPermitted => Fact::NotPermitted,
            Fact::NotMeasured => Fact::NotMeasured,
            Fact::NotApplicable => Fact::NotApplicable,
            Fact::Unknown => Fact::Unknown,
        }
    }

    /// Changes the value, keeping the reason.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Fact::Known(value) => Fact::Known(f(value)),
            Fact::NotPermitted => Fact::NotPermitted,
            Fact::NotMeasured => Fact::NotMeasured,
            Fact::NotApplicable => Fact::NotApplicable,
            Fact::Unknown => Fact::Unknown,
        }
    }

    /// Whether it is known and satisfies `test`.
    pub fn is_known_and(&self, test: impl FnOnce(&T) -> bool) -> bool {
        self.known().is_some_and(test)
    }
}

impl<T> From<Option<T>> for Fact<T> {
    /// `None` means that the text was there and did not make sense.
    fn from(value: Option<T>) -> Self {
        value.map_or(Fact::Unknown, Fact::Known)
    }
}
