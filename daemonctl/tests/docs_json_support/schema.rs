//! The tables of docs/json.md, and documents held against them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What a key may hold.
#[derive(Debug, Clone)]
pub enum Type {
    Text,
    Integer,
    Number,
    Boolean,
    Time,
    Word(String),
    Object(Vec<String>),
    /// An object with keys of somebody else's.
    Foreign,
    List(Box<Type>),
    /// Or null; `true`: with its reason under `unavailable`.
    OrNull(Box<Type>, bool),
}

/// A row of a table of keys.
#[derive(Debug)]
pub struct Key {
    pub holds: Type,
    pub always: bool,
}

/// The tables of the page, by the heading that they stand under.
#[derive(Default)]
pub struct Schema {
    pub objects: BTreeMap<String, BTreeMap<String, Key>>,
    pub words: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

impl Schema {
    pub fn read() -> Schema {
        let mut schema = Schema::default();
        let (mut heading, mut columns) = (String::new(), Vec::new());
        for line in include_str!("../../../docs/json.md").lines() {
            if line.starts_with('#') {
                heading = line.trim_start_matches('#').trim().to_owned();
                columns = Vec::new();
            } else if let Some(row) = line.strip_prefix("| ") {
                let row = row.trim_end_matches('|').trim_end();
                let cells: Vec<String> = row.split(" |").map(|cell| cell.trim().into()).collect();
                if columns.is_empty() {
                    columns = cells;
                } else {
                    schema.add(&heading, &columns, &cells);
                }
            }
        }
        schema
    }

    fn add(&mut self, heading: &str, columns: &[String], cells: &[String]) {
        let name = cells[0].trim_matches('`').to_owned();
        let twice = match columns[0].as_str() {
            "word" => {
                let table = self.words.entry(heading.to_owned()).or_default();
                table.insert(name, cells[1..].to_vec()).is_some()
            }
            "key" => {
                assert_eq!(columns, ["key", "type", "when", "meaning"], "{heading}");
                let key = Key { holds: read_type(&cells[1]), always: cells[2] == "always" };
                self.objects.entry(heading.to_owned()).or_default().insert(name, key).is_some()
            }
            other => panic!("{heading}: a table of `{other}`"),
        };
        assert!(!twice, "{heading}: `{}` stands twice", cells[0]);
    }
}

/// Reads a type, as `list of [Process](#process) with [Explanation](#explanation) or null`.
fn read_type(text: &str) -> Type {
    if let Some(inner) = text.strip_suffix(" or plain null") {
        return Type::OrNull(Box::new(read_type(inner)), false);
    }
    if let Some(inner) = text.strip_suffix(" or null") {
        return Type::OrNull(Box::new(read_type(inner)), true);
    }
    if let Some(inner) = text.strip_prefix("list of ") {
        return Type::List(Box::new(read_type(inner)));
    }
    match text {
        "string" => Type::Text,
        "integer" => Type::Integer,
        "number" => Type::Number,
        "boolean" => Type::Boolean,
        "time" => Type::Time,
        "object" => Type::Foreign,
        _ => match text.strip_prefix("word of ") {
            Some(link) => Type::Word(linked(link)),
            None => Type::Object(text.split(" with ").map(linked).collect()),
        },
    }
}

/// The heading that a link leads to.
fn linked(link: &str) -> String {
    let (name, anchor) = link
        .strip_prefix('[')
        .and_then(|link| link.strip_suffix(')'))
        .and_then(|link| link.split_once("](#"))
        .unwrap_or_else(|| panic!("`{link}` is no type"));
    let kept = name.chars().filter(|symbol| symbol.is_alphanumeric() || " -".contains(*symbol));
    let expected: String = kept.collect::<String>().to_lowercase().replace(' ', "-");
    assert_eq!(anchor, expected, "the link of `{name}`");
    name.to_owned()
}

/// Holds documents against the schema and gathers all that differs.
pub struct Check<'a> {
    pub schema: &'a Schema,
    pub wrong: BTreeSet<String>,
    /// Which keys were seen, as `Heading.key`.
    pub seen: BTreeSet<String>,
}

impl Check<'_> {
    pub fn document(&mut self, document: &Value) {
        let command = document["command"].as_str().unwrap().to_owned();
        assert_eq!(document["schema"], "daemonctl/1");
        self.object(document, &["Every document".to_owned(), command.clone()], &command);
    }

    fn object(&mut self, value: &Value, headings: &[String], place: &str) {
        let Some(object) = value.as_object() else {
            self.wrong.insert(format!("{place}: {value} is no object"));
            return;
        };
        for heading in headings {
            let keys = &self.schema.objects[heading];
            for (name, _) in
                keys.iter().filter(|(name, key)| key.always && !object.contains_key(*name))
            {
                self.wrong.insert(format!("{place}: `{name}` of {heading} is not there"));
            }
        }
        for (name, value) in object.iter().filter(|(name, _)| *name != "unavailable") {
            let plain = name.strip_suffix("_hex").filter(|plain| object.contains_key(*plain));
            if let Some(plain) = plain {
                self.hexadecimal(value, &object[plain], &format!("{place}.{name}"));
                continue;
            }
            let find = |heading: &&String| self.schema.objects[*heading].contains_key(name);
            let Some(heading) = headings.iter().find(find) else {
                self.wrong.insert(format!("{place}.{name} does not stand in docs/json.md"));
                continue;
            };
            self.seen.insert(format!("{heading}.{name}"));
            let reason = object.get("unavailable").and_then(|reasons| reasons.get(name));
            let holds = self.schema.objects[heading][name].holds.clone();
            self.value(value, &holds, reason, &format!("{place}.{name}"));
        }
        self.reasons(object, place);
    }

    /// Every reason belongs to a key that is null.
    fn reasons(&mut self, object: &serde_json::Map<String, Value>, place: &str) {
        let Some(reasons) = object.get("unavailable") else { return };
        for (name, reason) in reasons.as_object().unwrap() {
            if !object.get(name).is_some_and(Value::is_null) {
                self.wrong.insert(format!("{place}.{name} is not null and has a reason"));
            }
            self.value(
                reason,
                &Type::Word("Reasons".to_owned()),
                None,
                &format!("{place}.unavailable"),
            );
        }
    }

    fn hexadecimal(&mut self, value: &Value, of: &Value, place: &str) {
        let fits = match (value, of) {
            (Value::String(hex), Value::String(_)) => hex.bytes().all(|b| b.is_ascii_hexdigit()),
            (Value::Array(hex), Value::Array(of)) => hex.len() == of.len(),
            _ => false,
        };
        if !fits {
            self.wrong.insert(format!("{place} is not the bytes of its key"));
        }
    }

    fn value(&mut self, value: &Value, holds: &Type, reason: Option<&Value>, place: &str) {
        let fits = match holds {
            Type::OrNull(_, wants_reason) if value.is_null() => reason.is_some() == *wants_reason,
            Type::OrNull(inner, _) => return self.value(value, inner, reason, place),
            Type::Object(headings) => return self.object(value, headings, place),
            Type::List(inner) => {
                let Some(items) = value.as_array() else {
                    self.wrong.insert(format!("{place}: {value} is no list"));
                    return;
                };
                for item in items {
                    self.value(item, inner, None, place);
                }
                true
            }
            Type::Word(heading) => {
                value.as_str().is_some_and(|word| self.schema.words[heading].contains_key(word))
            }
            Type::Text => value.is_string(),
            Type::Integer => value.is_i64() || value.is_u64(),
            Type::Number => value.is_number(),
            Type::Boolean => value.is_boolean(),
            Type::Foreign => value.is_object(),
            Type::Time => {
                value.as_str().is_some_and(|time| time.len() == 20 && time.ends_with('Z'))
            }
        };
        if !fits {
            self.wrong.insert(format!("{place}: {value} is not {holds:?}"));
        }
    }
}
