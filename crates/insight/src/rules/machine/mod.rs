//! The machine as a whole: what harms every service on it.

mod kernel;
mod load;
mod storage;

use super::{Case, Rule};
use crate::finding::{Confidence, Finding, Role, Severity};

/// The rules.
pub(super) const RULES: &[&[Rule]] = &[load::RULES, storage::RULES, kernel::RULES];

/// A finding of the machine: it stands for itself.
fn of_machine(case: &Case<'_>, rule: &'static str, subject: &str, severity: Severity) -> Finding {
    case.finding(rule, subject).severity(severity).role(Role::Separate).sure(Confidence::Certain)
}
