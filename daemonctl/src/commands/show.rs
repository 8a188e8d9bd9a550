//! `daemonctl show`: everything that is known of a service, as KEY=VALUE.

mod native;

use std::process::ExitCode;

use present::json::Document;
use serde_json::{Map, Value as Json};

use crate::context::Context;
use crate::failure::Failure;
use crate::managers::{ManagerOptions, Managers};
use crate::options::render_notes;
use crate::resolve::Options;
use crate::service_view::fill::need;
use crate::service_view::{json, lookup};

const AFTER_HELP: &str = "\
The keys are those of --json (docs/json.md), the same on every manager. Lists are separated by spaces; what
can't be known is empty, and --json says why. --native prints what org.freedesktop.systemd1 itself
tells, in its own names; other managers have no properties.

Examples:
  daemonctl show nginx
  daemonctl show nginx -p main_pid,state
  daemonctl show nginx --value -p main_pid
  daemonctl show nginx --native -p ExecMainStartTimestamp

Exit status: 0 done, 1 failed, 2 wrong usage, 4 no such service or property.";

/// Options of `show`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Services: names, 'patterns*', pids, :ports, /paths.
    #[arg(value_name = "WHAT", required = true)]
    what: Vec<String>,
    /// Only these properties, comma-separated.
    #[arg(long, short, value_name = "KEYS", value_delimiter = ',')]
    property: Vec<String>,
    /// Only values, without `KEY=`.
    #[arg(long)]
    value: bool,
    /// The manager's own properties, by its own names.
    #[arg(long)]
    native: bool,
    #[command(flatten)]
    managers: ManagerOptions,
}

/// Shows it.
///
/// # Errors
/// No manager could be asked, or a word means no service.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let managers = Managers::open(context, &args.managers)?;
    if args.native {
        return native::run(context, &managers, args);
    }
    let options = Options { every_manager: true, verb: "show", ..Options::default() };
    let needs =
        need::PROCESSES | need::PORTS | need::LOGS | need::CGROUP_MEMORY | need::DEPENDENCIES;
    let looked = lookup::look(context, &managers, &args.what, &options, needs)?;
    let mut objects: Vec<Map<String, Json>> = Vec::new();
    for view in &looked.filled.views {
        let Json::Object(mut object) = json::whole(view).build() else { continue };
        check(&object, &args.property)?;
        only(&mut object, &args.property);
        objects.push(object);
    }
    if context.common.json {
        let mut bytes = Vec::new();
        let mut document = Document::begin(&mut bytes, "show")?;
        let objects: Vec<Json> = objects.into_iter().map(Json::Object).collect();
        document.put_json("services", &Json::Array(objects))?;
        document.finish(&looked.filled.notes)?;
        context.print(&String::from_utf8_lossy(&bytes))?;
    } else {
        let mut out = String::new();
        for (place, object) in objects.iter_mut().enumerate() {
            if place > 0 {
                out.push('\n');
            }
            object.remove("unavailable");
            object.iter().for_each(|(key, value)| line(key, value, args.value, &mut out));
        }
        context.print(&out)?;
        let mut noted = String::new();
        render_notes(&looked.filled.notes, &present::Theme::plain(), &mut noted);
        eprint!("{noted}");
    }
    let codes: Vec<ExitCode> =
        looked.unresolved.into_iter().map(|unresolved| unresolved.failure.report()).collect();
    Ok(codes.into_iter().next().unwrap_or(ExitCode::SUCCESS))
}

/// # Errors
/// A property that there is not.
fn check(object: &Map<String, Json>, properties: &[String]) -> Result<(), Failure> {
    let Some(unknown) = properties.iter().find(|name| !object.contains_key(name.as_str())) else {
        return Ok(());
    };
    let keys: Vec<&str> =
        object.keys().map(String::as_str).filter(|k| *k != "unavailable").collect();
    let shown = present::text::clean(unknown.as_bytes());
    Err(Failure::not_found(format_args!("there is no property \"{shown}\""))
        .hint(format_args!("there are {}; systemd's own come with --native", keys.join(", "))))
}

fn only(object: &mut Map<String, Json>, properties: &[String]) {
    if properties.is_empty() {
        return;
    }
    let is_meant = |key: &str| {
        properties.iter().any(|p| p == key || key.strip_suffix("_hex") == Some(p.as_str()))
    };
    let mut reasons = object.remove("unavailable");
    // In the order of the command line, as systemctl does not have it and scripts want it.
    let mut kept: Map<String, Json> = Map::new();
    for property in properties {
        if let Some(value) = object.get(property) {
            kept.insert(property.clone(), value.clone());
        }
    }
    for (key, value) in object.iter().filter(|(key, _)| is_meant(key)) {
        kept.entry(key.clone()).or_insert_with(|| value.clone());
    }
    if let Some(Json::Object(reasons)) = &mut reasons {
        reasons.retain(|key, _| is_meant(key));
        if !reasons.is_empty() {
            kept.insert("unavailable".to_owned(), Json::Object(reasons.clone()));
        }
    }
    *object = kept;
}

/// One property; control characters are made visible, so that a value stays one line.
fn line(key: &str, value: &Json, value_only: bool, out: &mut String) {
    if !value_only {
        out.push_str(key);
        out.push('=');
    }
    present::text::clean_into(text(value).as_bytes(), out);
    out.push('\n');
}

fn text(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::Bool(true) => "yes".to_owned(),
        Json::Bool(false) => "no".to_owned(),
        Json::String(text) => text.clone(),
        Json::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            items.iter().map(text).collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    }
}
