//! A manager's own properties.

use std::process::ExitCode;

use bus::wire::Value;
use host::NativeProperty;
use present::json::Document;
use serde_json::{Map, Value as Json};

use super::Args;
use crate::context::Context;
use crate::failure::Failure;
use crate::managers::{Chosen, Managers};
use crate::resolve::{Options, resolve};

/// Prints them.
///
/// # Errors
/// The manager has none, or could not be asked.
pub fn run(context: &Context, managers: &Managers, args: &Args) -> Result<ExitCode, Failure> {
    let options = Options { every_manager: true, verb: "show --native", ..Options::default() };
    let chosen = resolve(context, managers, &args.what, &options)?;
    let mut services = Vec::new();
    for one in &chosen {
        let properties = properties(managers, one)?;
        let is_meant = |property: &NativeProperty| {
            args.property.is_empty() || args.property.contains(&property.name)
        };
        let properties: Vec<NativeProperty> = properties.into_iter().filter(is_meant).collect();
        services.push((one, properties));
    }
    if context.common.json {
        return json(context, &services);
    }
    let mut out = String::new();
    for (place, (_, properties)) in services.iter().enumerate() {
        if place > 0 {
            out.push('\n');
        }
        for property in properties {
            if !args.value {
                present::text::clean_into(property.name.as_bytes(), &mut out);
                out.push('=');
            }
            present::text::clean_into(text(&property.value).as_bytes(), &mut out);
            out.push('\n');
        }
    }
    context.print(&out)?;
    Ok(ExitCode::SUCCESS)
}

fn properties(managers: &Managers, chosen: &Chosen) -> Result<Vec<NativeProperty>, Failure> {
    let manager = managers.of(chosen).and_then(|manager| manager.native_properties(&chosen.name));
    match manager {
        Some(answer) => Ok(answer?),
        None => {
            let word = managers.word(chosen.manager);
            Err(Failure::failed(format_args!("{word} has no properties of its own"))
                .hint("daemonctl show without --native tells what is known of its services"))
        }
    }
}

/// A value on one line: lists with spaces between, structs in braces, as systemctl show has them.
fn text(value: &Value) -> String {
    let all =
        |values: &[Value], between: &str| values.iter().map(text).collect::<Vec<_>>().join(between);
    match value {
        Value::Byte(number) => number.to_string(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Signed(number) => number.to_string(),
        // All ones stand for "not set" or "no limit".
        Value::Unsigned(u64::MAX) => "infinity".to_owned(),
        Value::Unsigned(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Bytes(bytes) => present::text::hex(bytes),
        Value::Array(values) => all(values, " "),
        Value::Struct(values) => format!("{{ {} }}", all(values, " ; ")),
        Value::Variant(inner) => text(inner.value()),
    }
}

fn json_of(value: &Value) -> Json {
    match value {
        Value::Byte(number) => (*number).into(),
        Value::Bool(flag) => (*flag).into(),
        Value::Signed(number) => (*number).into(),
        Value::Unsigned(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::Text(text) => text.as_str().into(),
        Value::Bytes(bytes) => present::text::hex(bytes).into(),
        Value::Array(values) | Value::Struct(values) => values.iter().map(json_of).collect(),
        Value::Variant(inner) => json_of(inner.value()),
    }
}

fn json(
    context: &Context,
    services: &[(&Chosen, Vec<NativeProperty>)],
) -> Result<ExitCode, Failure> {
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, "show")?;
    let objects = services.iter().map(|(chosen, properties)| {
        let all: Map<String, Json> =
            properties.iter().map(|p| (p.name.clone(), json_of(&p.value))).collect();
        let mut object = present::json::Object::new();
        object.put("name", chosen.name.as_str()).put_json("properties", Json::Object(all));
        object.build()
    });
    document.put_json("native", &Json::Array(objects.collect()))?;
    document.finish(&[])?;
    context.print(&String::from_utf8_lossy(&bytes))?;
    Ok(ExitCode::SUCCESS)
}
