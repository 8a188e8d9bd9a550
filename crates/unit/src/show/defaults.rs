//! What holds where no file says anything.

use super::Show;
use crate::{
    table::{Default, Directive},
    values::{self, Parsed, Value},
};

/// What the manager has where its own configuration says nothing (systemd-system.conf(5)).
const BUILT_IN: &[(&str, &str)] = &[
    ("DefaultTimeoutStartSec", "90s"),
    ("DefaultTimeoutStopSec", "90s"),
    ("DefaultRestartSec", "100ms"),
    ("DefaultStartLimitIntervalSec", "10s"),
    ("DefaultStartLimitBurst", "5"),
    ("DefaultTimerAccuracySec", "1min"),
    ("DefaultStandardOutput", "journal"),
    ("DefaultStandardError", "inherit"),
    ("DefaultCPUAccounting", "yes"),
    ("DefaultIOAccounting", "no"),
    ("DefaultMemoryAccounting", "yes"),
    ("DefaultTasksAccounting", "yes"),
    ("DefaultIPAccounting", "no"),
    ("DefaultOOMPolicy", "stop"),
    ("DefaultMemoryPressureWatch", "auto"),
    ("DefaultMemoryPressureThresholdSec", "200ms"),
    ("DefaultCPUPressureWatch", "auto"),
    ("DefaultCPUPressureThresholdSec", "200ms"),
    ("DefaultIOPressureWatch", "auto"),
    ("DefaultIOPressureThresholdSec", "200ms"),
];

impl Show<'_> {
    /// A setting of the manager, as written.
    pub(super) fn manager(&self, key: &str) -> Option<&str> {
        let built_in = || BUILT_IN.iter().find(|(known, _)| *known == key).map(|(_, text)| *text);
        self.context.manager.get(key).or_else(built_in)
    }

    /// The value that holds of a directive while nobody sets it; `None` where that is nothing, or
    /// where it follows from something else.
    pub(super) fn default_value(&self, directive: &'static Directive) -> Option<Value> {
        let text = match directive.default {
            Default::Is(text) => text,
            Default::Manager(key) => self.manager(key)?,
            Default::None | Default::Computed(_) => return None,
        };
        self.parse(directive, text)
    }

    /// A text as a value of a directive.
    pub(super) fn parse(&self, directive: &'static Directive, text: &str) -> Option<Value> {
        let context = values::Context {
            directive,
            // The type that takes every directive.
            unit: crate::name::UnitType::Service,
            expander: self.expander,
        };
        match values::parse(text, &context, &mut Vec::new()) {
            Parsed::Value(value) => Some(value),
            Parsed::Reset | Parsed::Ignored => None,
        }
    }
}
