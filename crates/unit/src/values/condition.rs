//! Conditions and assertions (systemd.unit(5), CONDITIONS AND ASSERTS): `|`, `!` and what is asked.

use std::{borrow::Cow, fmt};

use super::{
    Context, Parsed, Value,
    text::{absolute_path, try_expand},
    words::BLANKS,
};
use crate::{diagnostic::Problem, table::Kind};

/// A condition or an assertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// What is asked: `PathExists` of `ConditionPathExists=` and of `AssertPathExists=`.
    pub kind: &'static str,
    /// `|`: of those with it one that holds is enough.
    pub is_trigger: bool,
    /// `!`: it holds where the answer is no.
    pub is_negated: bool,
    /// About what.
    pub parameter: Box<str>,
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let trigger = if self.is_trigger { "|" } else { "" };
        let negation = if self.is_negated { "!" } else { "" };
        write!(f, "{trigger}{negation}{}", self.parameter)
    }
}

pub(super) fn parse(text: &str, context: &Context<'_>, problems: &mut Vec<Problem>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let name = context.directive.name;
    let kind = name.strip_prefix("Condition").or_else(|| name.strip_prefix("Assert"));
    let is_path = context.directive.kind == Kind::PathCondition;
    // Behind the marks of a path blanks would belong to the path.
    let pass_blanks = |text: &'_ str| -> usize {
        match is_path {
            true => 0,
            false => text.bytes().take_while(|byte| BLANKS.contains(byte)).count(),
        }
    };
    let mut rest = text;
    let mut mark = |mark: char| {
        let Some(behind) = rest.strip_prefix(mark) else { return false };
        rest = behind.get(pass_blanks(behind)..).unwrap_or_default();
        true
    };
    let is_trigger = mark('|');
    let is_negated = mark('!');
    let at = text.len().saturating_sub(rest.len())..text.len();
    let parameter = try_expand(rest, at.clone(), context).and_then(|parameter| match is_path {
        true => absolute_path(parameter, at),
        false => Ok(parameter),
    });
    match parameter {
        Ok(parameter) => Parsed::Value(Value::Condition(Box::new(Condition {
            kind: kind.unwrap_or(name),
            is_trigger,
            is_negated,
            parameter: Cow::into_owned(parameter).into(),
        }))),
        Err(problem) => {
            problems.push(problem);
            Parsed::Ignored
        }
    }
}
