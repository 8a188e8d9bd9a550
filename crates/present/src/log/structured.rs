//! Messages that are JSON objects, made readable.

use serde_json::{Map, Value};

use crate::text;

/// Longer messages are left as they are.
const LONGEST: usize = 64 << 10;

/// What a message that is an object says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Structured {
    /// Its level, as syslog(3) counts, if it tells one.
    pub level: Option<u8>,
    /// `message key=value …`, clean.
    pub text: String,
}

const LEVELS: [&str; 4] = ["level", "severity", "lvl", "loglevel"];
const MESSAGES: [&str; 4] = ["msg", "message", "event", "MESSAGE"];
/// What the entry's own time says already.
const TIMES: [&str; 7] = ["time", "ts", "timestamp", "@timestamp", "t", "date", "datetime"];

/// Reads `message` if it is a JSON object that has a message.
///
/// ```
/// let message = br#"{"time":"2026-11-23","level":"warn","msg":"slow","ms":712,"user":"a b"}"#;
/// let read = present::log::structured::read(message).unwrap();
/// assert_eq!((read.level, read.text.as_str()), (Some(4), "slow ms=712 user=\"a b\""));
/// ```
#[must_use]
pub fn read(message: &[u8]) -> Option<Structured> {
    let message = message.trim_ascii();
    let is_object = message.starts_with(b"{") && message.ends_with(b"}");
    if !is_object || message.len() > LONGEST {
        return None;
    }
    let Ok(Value::Object(object)) = serde_json::from_slice(message) else { return None };
    let (said, said_text) = first(&object, &MESSAGES)
        .and_then(|(key, value)| value.as_str().map(|text| (key, text)))?;
    let level = first(&object, &LEVELS).and_then(|(key, value)| Some((key, level_of(value)?)));
    let time = first(&object, &TIMES).map(|(key, _)| key);
    let mut out = Structured { level: level.map(|(_, level)| level), ..Structured::default() };
    text::clean_into(said_text.trim().as_bytes(), &mut out.text);
    let told = [Some(said), level.map(|(key, _)| key), time];
    for (key, value) in &object {
        if !told.contains(&Some(key.as_str())) {
            out.text.push(' ');
            text::clean_into(key.as_bytes(), &mut out.text);
            out.text.push('=');
            push_value(value, &mut out.text);
        }
    }
    Some(out)
}

fn first<'o>(
    object: &'o Map<String, Value>,
    keys: &[&'static str],
) -> Option<(&'static str, &'o Value)> {
    keys.iter().find_map(|key| object.get(*key).map(|value| (*key, value)))
}

/// Levels by name, or by the numbers of bunyan and pino (10 to 60).
fn level_of(value: &Value) -> Option<u8> {
    if let Some(number) = value.as_u64() {
        return match number {
            60.. => Some(2),
            50.. => Some(3),
            40.. => Some(4),
            30.. => Some(6),
            10.. => Some(7),
            _ => u8::try_from(number).ok().filter(|level| *level < 8),
        };
    }
    Some(match value.as_str()?.to_ascii_lowercase().as_str() {
        "emerg" | "emergency" | "panic" => 0,
        "alert" => 1,
        "fatal" | "crit" | "critical" => 2,
        "error" | "err" | "eror" => 3,
        "warn" | "warning" => 4,
        "notice" => 5,
        "info" | "information" | "informational" => 6,
        "debug" | "trace" | "verbose" => 7,
        _ => return None,
    })
}

fn push_value(value: &Value, out: &mut String) {
    match value {
        Value::String(text) if !text.is_empty() && !text.contains([' ', '"', '=', '\n']) => {
            text::clean_into(text.as_bytes(), out);
        }
        other => {
            text::clean_into(other.to_string().as_bytes(), out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_it_says_and_what_it_tells_besides() {
        let text = |message: &str| read(message.as_bytes()).map(|read| (read.level, read.text));
        for (message, expected) in [
            (r#"{"msg":"up","level":30,"n":[1,2]}"#, Some((Some(6), "up n=[1,2]"))),
            (
                r#"{"a":"","message":"x\u001b[m","severity":"ERROR"}"#,
                Some((Some(3), "x\\e[m a=\"\"")),
            ),
            (r#"{"event":"e","level":"odd","ts":1.5}"#, Some((None, "e level=odd"))),
            (r#"{"a":1}"#, None),
            (r#"{"msg":1}"#, None),
            (r#"{"msg":"cut"#, None),
            ("plain", None),
            ("[1]", None),
        ] {
            let expected = expected.map(|(level, text)| (level, text.to_owned()));
            assert_eq!(text(message), expected, "{message}");
        }
    }

    proptest! {
        #[test]
        fn anything_may_come(inside in "[{}\\[\\]\":,a-c0-9\\\\]{0,40}") {
            let _ = read(format!("{{{inside}}}").as_bytes());
        }
    }
}
