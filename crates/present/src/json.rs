//! JSON by the contract `daemonctl/1`: typed numbers, `null` with a reason, bytes in hex where
//! they are not UTF-8, and nothing that a terminal would act on.

use crate::column::{Column, Rows};
use crate::value::{Value, Why};
use crate::{text, time};
use serde_json::ser::{CompactFormatter, Formatter};
use serde_json::{Map, Number, Value as Json};
use std::io::{self, Write};

/// The name and version of the schema.
pub const SCHEMA: &str = "daemonctl/1";

/// A JSON object under construction. Keys come out in the order in which they were put.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    map: Map<String, Json>,
    unavailable: Map<String, Json>,
}

impl Object {
    /// An empty object.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a value. A missing one becomes `null`, with its reason under `unavailable`; bytes that
    /// are not UTF-8 are decoded with U+FFFD, with all of them in hex under `<key>_hex` (for a
    /// list, a list of hex strings for all its items).
    pub fn put<'a>(&mut self, key: &str, value: impl Into<Value<'a>>) -> &mut Self {
        let value = value.into();
        if let Some(why) = value.why() {
            self.unavailable.insert(key.to_owned(), why.json().into());
        }
        self.map.insert(key.to_owned(), to_json(&value));
        if has_foreign_bytes(&value) {
            self.map.insert(format!("{key}_hex"), to_hex(&value));
        }
        self
    }

    /// Puts an object inside this one.
    pub fn put_object(&mut self, key: &str, object: Object) -> &mut Self {
        self.put_json(key, object.build())
    }

    /// Puts JSON that is already made.
    pub fn put_json(&mut self, key: &str, json: impl Into<Json>) -> &mut Self {
        self.map.insert(key.to_owned(), json.into());
        self
    }

    /// The object, with `unavailable` at its end if something is missing.
    #[must_use]
    pub fn build(mut self) -> Json {
        if !self.unavailable.is_empty() {
            self.map.insert("unavailable".to_owned(), Json::Object(self.unavailable));
        }
        Json::Object(self.map)
    }
}

/// A row as an object with a key for each of `columns`.
#[must_use]
pub fn row<'a, K: Rows>(columns: &[&'static Column<K>], row: &'a K::Row<'a>) -> Object {
    let mut object = Object::new();
    for column in columns {
        object.put(column.json, (column.value)(row));
    }
    object
}

/// A value alone; what is missing is `null`. Percentages have three decimals, seconds six: more
/// would be the noise of a division.
#[must_use]
pub fn to_json(value: &Value<'_>) -> Json {
    let float = |number: f64, scale: f64| {
        let rounded = (number * scale).round() / scale;
        let finite = if rounded.is_finite() { rounded } else { number };
        Number::from_f64(finite).map_or(Json::Null, Json::Number)
    };
    match value {
        Value::Missing(_) => Json::Null,
        Value::Bool(truth) => Json::Bool(*truth),
        Value::Int(number) => Json::from(*number),
        Value::Uint(number) | Value::Bytes(number) => Json::from(*number),
        Value::Float(number) => Number::from_f64(*number).map_or(Json::Null, Json::Number),
        Value::Percent(number) => float(*number, 1e3),
        Value::Seconds(number) => float(*number, 1e6),
        Value::Timestamp(at) if !at.unix_seconds.is_finite() => Json::Null,
        Value::Timestamp(at) => Json::String(time::rfc3339(at.unix_seconds)),
        Value::Text(text) => Json::String(text.clone().into_owned()),
        Value::Raw(bytes) => Json::String(text::lossy(bytes).into_owned()),
        Value::List(items) => items.iter().map(to_json).collect(),
    }
}

fn has_foreign_bytes(value: &Value<'_>) -> bool {
    match value {
        Value::Raw(bytes) => std::str::from_utf8(bytes).is_err(),
        Value::List(items) => items.iter().any(has_foreign_bytes),
        _ => false,
    }
}

fn to_hex(value: &Value<'_>) -> Json {
    match value {
        Value::Raw(bytes) => Json::String(text::hex(bytes)),
        Value::Text(text) => Json::String(text::hex(text.as_bytes())),
        Value::List(items) => items.iter().map(to_hex).collect(),
        _ => Json::Null,
    }
}

/// Something that could not be looked at, said once for the whole document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What is missing: `"sockets of other users' processes"`.
    pub what: String,
    /// Why.
    pub reason: Why,
    /// What to do, or what the system said.
    pub detail: String,
}

/// A document written piece by piece: fifty thousand processes never stand in memory at once.
///
/// ```
/// use present::json::{Document, Object};
/// let mut bytes = Vec::new();
/// let mut document = Document::begin(&mut bytes, "ps")?;
/// document.array("processes")?;
/// let mut process = Object::new();
/// process.put("pid", 1_u32);
/// document.item(process)?;
/// document.finish(&[])?;
/// assert_eq!(
///     String::from_utf8_lossy(&bytes),
///     "{\"schema\":\"daemonctl/1\",\"command\":\"ps\",\n\"processes\":[\n{\"pid\":1}\n],\n\"notes\":[]}\n",
/// );
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Document<W: Write> {
    sink: W,
    /// `None` outside an array, else whether it has items already.
    array: Option<bool>,
}

impl<W: Write> Document<W> {
    /// Begins a document of this command. Give a buffered sink.
    ///
    /// # Errors
    /// Those of the sink, here and in all other methods.
    pub fn begin(mut sink: W, command: &str) -> io::Result<Self> {
        write!(sink, "{{\"schema\":\"{SCHEMA}\",\"command\":")?;
        write(&Json::from(command), &mut sink)?;
        Ok(Self { sink, array: None })
    }

    /// Writes a key and its value; ends the array that is open.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn put_json(&mut self, key: &str, json: &Json) -> io::Result<()> {
        self.key(key)?;
        write(json, &mut self.sink)
    }

    /// Begins an array, to be filled by [`Document::item`]; ends the one that is open.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn array(&mut self, key: &str) -> io::Result<()> {
        self.key(key)?;
        self.array = Some(false);
        self.sink.write_all(b"[")
    }

    /// Writes one item of the open array, on a line of its own.
    ///
    /// # Errors
    /// Those of the sink; [`io::ErrorKind::InvalidInput`] if no array is open.
    pub fn item(&mut self, object: Object) -> io::Result<()> {
        let separator: &[u8] = match self.array {
            Some(true) => b",\n",
            Some(false) => b"\n",
            None => {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "no JSON array is open"));
            }
        };
        self.array = Some(true);
        self.sink.write_all(separator)?;
        write(&object.build(), &mut self.sink)
    }

    /// Ends the open array, if there is one.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn end_array(&mut self) -> io::Result<()> {
        match self.array.take() {
            Some(true) => self.sink.write_all(b"\n]"),
            Some(false) => self.sink.write_all(b"]"),
            None => Ok(()),
        }
    }

    /// Writes the notes, ends the document and flushes.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn finish(mut self, notes: &[Note]) -> io::Result<()> {
        let notes: Json = notes
            .iter()
            .map(|note| {
                let mut object = Object::new();
                object.put("what", note.what.as_str()).put("reason", note.reason.json());
                object.put("detail", note.detail.as_str());
                object.build()
            })
            .collect();
        self.put_json("notes", &notes)?;
        self.sink.write_all(b"}\n")?;
        self.sink.flush()
    }

    fn key(&mut self, key: &str) -> io::Result<()> {
        self.end_array()?;
        self.sink.write_all(b",\n")?;
        write(&Json::from(key), &mut self.sink)?;
        self.sink.write_all(b":")
    }
}

/// Writes JSON in compact form. Characters that a terminal acts on (DEL, C1 controls,
/// bidirectional overrides, invisible marks) are escaped, which the JSON grammar allows but does
/// not ask for: the document means the same, and is safe to look at.
///
/// # Errors
/// Those of the sink.
pub fn write(json: &Json, sink: &mut impl Write) -> io::Result<()> {
    use serde_json::ser::Serializer;
    let mut serializer = Serializer::with_formatter(sink, Visible(CompactFormatter));
    serde::Serialize::serialize(json, &mut serializer).map_err(io::Error::from)
}

struct Visible(CompactFormatter);

impl Formatter for Visible {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        sink: &mut W,
        part: &str,
    ) -> io::Result<()> {
        let mut from = 0;
        if part.bytes().any(|byte| byte >= 0x7f) {
            for (at, symbol) in part.char_indices().filter(|(_, symbol)| text::is_unsafe(*symbol)) {
                sink.write_all(part.get(from..at).unwrap_or("").as_bytes())?;
                for unit in symbol.encode_utf16(&mut [0; 2]) {
                    write!(sink, "\\u{unit:04x}")?;
                }
                from = at + symbol.len_utf8();
            }
        }
        self.0.write_string_fragment(sink, part.get(from..).unwrap_or(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::tests::any_value;
    use proptest::prelude::*;

    fn written(json: &Json) -> String {
        let mut bytes = Vec::new();
        write(json, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_contract() {
        let mut object = Object::new();
        object
            .put("pid", 1_u32)
            .put("comm", &b"a\xff"[..])
            .put("args", vec![Value::raw(&b"ok"[..]), Value::raw(&b"\xfe"[..])])
            .put("exe", Why::NotPermitted)
            .put("cpu_percent", f64::NAN)
            .put("share", Value::Percent(100.0 / 3.0))
            .put("age_seconds", Value::Seconds(0.1 + 0.2));
        insta::assert_snapshot!(written(&object.build()), @r#"{"pid":1,"comm":"a�","comm_hex":"61ff","args":["ok","�"],"args_hex":["6f6b","fe"],"exe":null,"cpu_percent":null,"share":33.333,"age_seconds":0.3,"unavailable":{"exe":"not_permitted","cpu_percent":"not_measured"}}"#);
    }

    #[test]
    fn a_document_with_two_arrays_and_notes_is_valid() {
        let mut bytes = Vec::new();
        let mut document = Document::begin(&mut bytes, "ps").unwrap();
        assert!(document.item(Object::new()).is_err());
        document.put_json("machine", &serde_json::json!({"init": "none"})).unwrap();
        document.array("empty").unwrap();
        document.array("processes").unwrap();
        document.item(Object::new()).unwrap();
        document.item(Object::new()).unwrap();
        let note = Note { what: "w\"".into(), reason: Why::Vanished, detail: "d".into() };
        document.finish(&[note]).unwrap();
        let back: Json = serde_json::from_slice(&bytes).unwrap();
        let expected = serde_json::json!({
            "schema": "daemonctl/1", "command": "ps", "machine": {"init": "none"}, "empty": [],
            "processes": [{}, {}],
            "notes": [{"what": "w\"", "reason": "vanished", "detail": "d"}],
        });
        assert_eq!(back, expected);
    }

    proptest! {
        #[test]
        fn what_is_written_is_safe_and_reads_back(value in any_value(), text in any::<String>()) {
            let mut object = Object::new();
            object.put("value", value).put("text", text);
            let json = object.build();
            let written = written(&json);
            prop_assert!(!written.chars().any(text::is_unsafe), "{written:?}");
            let back: Json = serde_json::from_str(&written).unwrap();
            prop_assert_eq!(&back["text"], &json["text"]);
            prop_assert_eq!(&back["unavailable"], &json["unavailable"]);
        }
    }
}
