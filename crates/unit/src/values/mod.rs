//! Values: what stands behind `=`, typed. Each [`Kind`] of the table is written in one way and gives
//! one variant of [`Value`]; what a value prints (`Display`) parses to the same value again.

pub mod command;
pub mod condition;
mod display;
pub mod environment;
pub mod resource;
pub mod sandbox;
pub mod scalar;
pub mod socket;
pub mod syslog;
pub mod text;
pub mod words;

pub use command::Command;
pub use condition::Condition;
pub use display::knows_specifiers;
pub use resource::CpuSet;
pub use sandbox::{Bind, Directory, Selection, Stream};
pub use scalar::{Amount, Limit, Statuses};
pub use socket::Listen;

use crate::{
    diagnostic::Problem,
    name::{Name, UnitType},
    specifier::Expander,
    table::{Directive, Kind},
    time::Calendar,
};

/// A value. Large ones are boxed: most units have many small ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// Microseconds; `u64::MAX` is infinity.
    Usec(u64),
    /// Nanoseconds; `u64::MAX` is infinity.
    Nsec(u64),
    /// Bytes.
    Bytes(u64),
    /// A size or count, a share of what there is, or no limit.
    Amount(Amount),
    /// Permission bits.
    Mode(u32),
    /// A signal's number.
    Signal(i32),
    /// Bits.
    Mask(u64),
    /// One of the words of the directive's kind, in the spelling of the table.
    Word(&'static str),
    /// A text.
    Text(Box<str>),
    /// Texts, in order.
    List(Box<[Box<str>]>),
    /// Names with what belongs to them, in order.
    Pairs(Box<[(Box<str>, Box<str>)]>),
    /// Units.
    Names(Box<[Name]>),
    /// A resource limit.
    Limit(Limit),
    /// A command line.
    Command(Box<Command>),
    /// A condition or an assertion.
    Condition(Box<Condition>),
    /// Exit statuses and signals.
    Statuses(Box<Statuses>),
    /// A calendar event.
    Calendar(Box<Calendar>),
    /// A list of what is allowed, or of what is not.
    Selection(Box<Selection>),
    /// Processors or memory nodes.
    Cpus(Box<CpuSet>),
    /// Bind mounts.
    Binds(Box<[Bind]>),
    /// Folders below /run, /var/lib and so on.
    Directories(Box<[Directory]>),
    /// Where standard input comes from or standard output goes to.
    Stream(Box<Stream>),
    /// What a socket listens on.
    Listen(Box<Listen>),
}

/// What became of an assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// A value, for the setting's list or in place of the one before.
    Value(Value),
    /// The assignment was empty: what was assigned before is undone.
    Reset,
    /// Nothing of it can be used; the problems say why.
    Ignored,
}

/// What a value may depend on besides its text.
pub struct Context<'a> {
    /// The directive that is assigned.
    pub directive: &'static Directive,
    /// The type of the unit.
    pub unit: UnitType,
    /// Replaces specifiers.
    pub expander: &'a Expander<'a>,
}

/// Parses what stands behind `=`: continuation lines joined, spaces at both ends cut. What is wrong
/// goes to `problems`; a list keeps the words that are right where systemd keeps them.
pub fn parse(text: &str, context: &Context<'_>, problems: &mut Vec<Problem>) -> Parsed {
    match context.directive.kind {
        Kind::Anything => Parsed::Ignored,
        kind if scalar::knows(kind) => scalar::parse(kind, text, context, problems),
        kind if text::knows(kind) => text::parse(kind, text, context, problems),
        kind if sandbox::knows(kind) => sandbox::parse(kind, text, context, problems),
        kind if resource::knows(kind) => resource::parse(kind, text, context, problems),
        Kind::Listen => socket::parse(text, context, problems),
        Kind::Command => command::parse(text, context, problems),
        kind if environment::knows(kind) => environment::parse(kind, text, context, problems),
        Kind::PathCondition | Kind::TextCondition => condition::parse(text, context, problems),
        _ => Parsed::Ignored,
    }
}
