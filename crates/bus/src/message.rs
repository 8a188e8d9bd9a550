//! One D-Bus message: a header of sixteen fixed bytes and an array of fields, then a body.
//! As the D-Bus specification's chapter "Message Format" has it.

use crate::wire::{Reader, Typed, Value, WireError, Writer};

/// The fixed part of a header, up to and including the length of the array of fields.
pub(crate) const FIXED: usize = 16;
const NO_AUTO_START: u8 = 0x2;
const ALLOW_INTERACTIVE_AUTHORIZATION: u8 = 0x4;
/// Longest message that is taken, in bytes: the specification's longest array, and a header.
const LONGEST: usize = (64 << 20) + (1 << 16);

/// A property or variable by its name.
pub type Named = (String, Typed);

/// An argument of a call.
#[derive(Clone, Copy, Debug)]
pub enum Arg<'a> {
    /// `s`
    Str(&'a str),
    /// `as`
    Strings(&'a [&'a str]),
    /// `b`
    Bool(bool),
    /// `u`
    U32(u32),
    /// `i`
    I32(i32),
    /// `t`
    U64(u64),
    /// `a(sv)`
    Properties(&'a [Named]),
    /// `a(sa(sv))`
    Units(&'a [(String, Vec<Named>)]),
    /// Of the value's own type.
    Typed(&'a Typed),
}

impl Arg<'_> {
    fn signature(&self) -> &str {
        match self {
            Self::Str(_) => "s",
            Self::Strings(_) => "as",
            Self::Bool(_) => "b",
            Self::U32(_) => "u",
            Self::I32(_) => "i",
            Self::U64(_) => "t",
            Self::Properties(_) => "a(sv)",
            Self::Units(_) => "a(sa(sv))",
            Self::Typed(typed) => typed.signature(),
        }
    }

    fn write(self, writer: &mut Writer) {
        match self {
            Self::Str(text) => writer.str(text),
            Self::Strings(texts) => writer.array(4, |w| texts.iter().for_each(|t| w.str(t))),
            Self::Bool(flag) => writer.u32(u32::from(flag)),
            Self::U32(number) => writer.u32(number),
            Self::I32(number) => writer.u32(number.cast_unsigned()),
            Self::U64(number) => writer.u64(number),
            Self::Properties(properties) => write_properties(writer, properties),
            Self::Units(units) => writer.array(8, |w| {
                for (name, properties) in units {
                    w.align(8);
                    w.str(name);
                    write_properties(w, properties);
                }
            }),
            Self::Typed(typed) => write_typed(writer, typed),
        }
    }
}

fn write_properties(writer: &mut Writer, properties: &[Named]) {
    writer.array(8, |w| {
        for (name, typed) in properties {
            w.align(8);
            w.str(name);
            w.signature(typed.signature());
            write_typed(w, typed);
        }
    });
}

fn write_typed(writer: &mut Writer, typed: &Typed) {
    let outcome = writer.value(typed.signature(), typed.value());
    debug_assert!(outcome.is_ok(), "a value's type was checked when it was made");
}

/// What a call asks, of whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallParts<'a> {
    pub serial: u32,
    pub destination: Option<&'a str>,
    pub path: &'a str,
    pub interface: &'a str,
    pub member: &'a str,
    pub args: &'a [Arg<'a>],
    /// The other side may have a person asked for a password before it answers.
    pub may_ask: bool,
}

/// Marshals a method call.
pub(crate) fn encode_call(call: &CallParts<'_>) -> Vec<u8> {
    let mut body = Writer::default();
    let mut signature = String::new();
    for arg in call.args {
        arg.write(&mut body);
        signature.push_str(arg.signature());
    }
    let mut w = Writer::default();
    w.u8(b'l');
    w.u8(1); // method call
    // NO_AUTO_START: to ask what runs must not start anything.
    w.u8(if call.may_ask {
        NO_AUTO_START | ALLOW_INTERACTIVE_AUTHORIZATION
    } else {
        NO_AUTO_START
    });
    w.u8(1); // protocol version
    w.u32(u32::try_from(body.len()).unwrap_or(u32::MAX));
    w.u32(call.serial);
    w.array(8, |w| {
        let mut field = |code: u8, kind: &str, text: &str| {
            w.align(8);
            w.u8(code);
            w.signature(kind);
            if kind == "g" { w.signature(text) } else { w.str(text) }
        };
        field(1, "o", call.path);
        field(2, "s", call.interface);
        field(3, "s", call.member);
        if let Some(destination) = call.destination {
            field(6, "s", destination);
        }
        if !signature.is_empty() {
            field(8, "g", &signature);
        }
    });
    w.align(8);
    let mut bytes = w.into_bytes();
    bytes.extend_from_slice(&body.into_bytes());
    bytes
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Return,
    Error,
    Signal,
    /// A call: none of ours to answer.
    Other,
}

/// A message's header, as far as a caller needs it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Header {
    pub kind: Kind,
    pub big_endian: bool,
    pub reply_to: Option<u32>,
    pub error: Option<String>,
    pub path: String,
    pub interface: String,
    pub member: String,
    pub signature: String,
    /// Where the body starts in the message's bytes.
    pub body_at: usize,
}

/// How long the message is that starts with these [`FIXED`] bytes.
pub(crate) fn message_length(fixed: &[u8]) -> Result<usize, WireError> {
    let mut r = Reader::new(fixed, big_endian(fixed)?);
    r.u32()?;
    let body = r.u32()? as usize;
    r.u32()?;
    let fields = r.u32()? as usize;
    let length = FIXED.saturating_add(fields.next_multiple_of(8)).saturating_add(body);
    if length > LONGEST { Err(WireError::BadLength) } else { Ok(length) }
}

fn big_endian(bytes: &[u8]) -> Result<bool, WireError> {
    match bytes.first() {
        Some(b'l') => Ok(false),
        Some(b'B') => Ok(true),
        _ => Err(WireError::BadValue),
    }
}

/// Reads the header of a whole message.
pub(crate) fn decode_header(message: &[u8]) -> Result<Header, WireError> {
    let big_endian = big_endian(message)?;
    let mut r = Reader::new(message, big_endian);
    r.u8()?;
    let kind = match r.u8()? {
        2 => Kind::Return,
        3 => Kind::Error,
        4 => Kind::Signal,
        0 => return Err(WireError::BadValue),
        _ => Kind::Other,
    };
    r.u8()?;
    if r.u8()? != 1 {
        return Err(WireError::BadValue);
    }
    r.u32()?;
    r.u32()?;
    let mut header = Header {
        kind,
        big_endian,
        reply_to: None,
        error: None,
        path: String::new(),
        interface: String::new(),
        member: String::new(),
        signature: String::new(),
        body_at: 0,
    };
    r.array(8, |r| {
        r.align(8)?;
        let code = r.u8()?;
        match (code, r.variant()?) {
            (1, Value::Text(path)) => header.path = path,
            (2, Value::Text(interface)) => header.interface = interface,
            (3, Value::Text(member)) => header.member = member,
            (4, Value::Text(name)) => header.error = Some(name),
            (5, Value::Unsigned(serial)) => header.reply_to = u32::try_from(serial).ok(),
            (8, Value::Text(signature)) => header.signature = signature,
            (1..=5 | 8, _) => return Err(WireError::OtherType),
            // The specification: fields that are not known are to be ignored.
            _ => {}
        }
        Ok(())
    })?;
    r.align(8)?;
    header.body_at = r.position();
    Ok(header)
}
