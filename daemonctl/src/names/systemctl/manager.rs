//! What concerns the manager itself: `daemon-reload`, `log-level`, `service-watchdogs`.

use std::time::Duration;

use bus::wire::Typed;
use bus::{Arg, BusError, Call};
use unit::UnitType;
use unit::values::scalar::parse_bool;

use super::failure::Failure;
use super::source::CallError;
use super::source::systemd::{Bus, MANAGER_PATH, call_error};
use super::{Tool, names};

/// Reading thousands of unit files and running generators takes its time.
const RELOAD_TIMEOUT: Duration = Duration::from_secs(135);

const LOG_CONTROL_PATH: &str = "/org/freedesktop/LogControl1";
const LOG_CONTROL: &str = "org.freedesktop.LogControl1";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// `daemon-reload`, `daemon-reexec`
///
/// # Errors
/// It did not work.
pub fn reload(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let execute = words.first().is_some_and(|verb| verb == "daemon-reexec");
    tool.source()?.reload(tool, execute).map(|()| 0)
}

/// Has systemd read its files again, or execute itself anew.
///
/// # Errors
/// It did not work.
pub fn reload_by_bus(bus: &Bus, execute: bool) -> Result<(), Failure> {
    let mut manager = bus.manager();
    manager.set_timeout(RELOAD_TIMEOUT);
    let done = if execute { manager.reexecute() } else { manager.reload() };
    match done {
        Err(BusError::TimedOut { .. }) if execute => Ok(()),
        Err(error) => {
            let why = call_error(&error).message;
            let what = if execute { "Reexecute" } else { "Reload" };
            Err(Failure::new(format!("{what} daemon failed: {why}")))
        }
        Ok(()) => Ok(()),
    }
}

/// `log-level`, `log-target`
///
/// # Errors
/// The manager does not take it.
pub fn log_setting(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let verb = words.first().map_or("", String::as_str);
    let bus = tool.bus(verb)?;
    log_control(tool, bus, None, verb, words.get(1).map(String::as_str))
}

/// `service-log-level`, `service-log-target`
///
/// # Errors
/// The service has no such thing.
pub fn service_log(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let verb = words.first().map_or("", String::as_str);
    let bus = tool.bus(verb)?;
    let written = words.get(1).map_or("", String::as_str);
    let name = names::single(tool, verb, written, UnitType::Service)?;
    let value = super::source::Source::unit_property(bus, &name, "Service", "BusName").map_err(
        |error| {
            let why = error.message;
            Failure::new(format!("Failed to obtain BusName= property of {name}: {why}"))
        },
    )?;
    let Some(service) = value.as_str().filter(|name| !name.is_empty()) else {
        tool.say(&format!("Unit {name} doesn't declare BusName=."));
        tool.note(
            "Hint: the service must declare BusName= and implement the appropriate D-Bus \
             interface.\n      See the org.freedesktop.LogControl1(5) man page for details.",
        );
        return Err(Failure::silent(1));
    };
    log_control(tool, bus, Some(service), verb, words.get(2).map(String::as_str))
}

fn log_control(
    tool: &Tool,
    bus: &Bus,
    service: Option<&str>,
    verb: &str,
    value: Option<&str>,
) -> Result<u8, Failure> {
    let (property, what) = match verb.ends_with("level") {
        true => ("LogLevel", "log level"),
        false => ("LogTarget", "log target"),
    };
    let of = service.unwrap_or("org.freedesktop.systemd1");
    let failed = |doing: &str, error: CallError| {
        Failure::new(format!(
            "Failed to {doing} {what} of {of} to {}: {}",
            value.unwrap_or(""),
            error.message
        ))
    };
    if let Some(value) = value {
        let done = bus.set_property_of(
            service,
            LOG_CONTROL_PATH,
            LOG_CONTROL,
            property,
            Typed::text(value),
        );
        return done.map(|()| 0).map_err(|error| failed("set", error));
    }
    let args = [Arg::Str(LOG_CONTROL), Arg::Str(property)];
    let call =
        Call { destination: service, ..Call::new(LOG_CONTROL_PATH, PROPERTIES, "Get", &args) };
    let values = bus.call_other(&call).map_err(|error| {
        Failure::new(format!("Failed to get {what} of {of}: {}", error.message))
    })?;
    if let Some(bus::wire::Value::Variant(value)) = values.first() {
        tool.print(&format!("{}\n", value.value().as_str().unwrap_or_default()));
    }
    Ok(0)
}

/// `service-watchdogs`
///
/// # Errors
/// The manager does not take it.
pub fn watchdogs(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let bus = tool.bus("service-watchdogs")?;
    let Some(word) = words.get(1) else {
        let value = bus.manager_property("ServiceWatchdogs").map_err(|error| {
            Failure::new(format!("Failed to get service-watchdog state: {}", error.message))
        })?;
        tool.print(if value.as_bool() == Some(true) { "yes\n" } else { "no\n" });
        return Ok(0);
    };
    let Some(flag) = parse_bool(word) else {
        return Err(Failure::new("Failed to parse service-watchdogs argument: Invalid argument"));
    };
    bus.set_property_of(
        None,
        MANAGER_PATH,
        "org.freedesktop.systemd1.Manager",
        "ServiceWatchdogs",
        Typed::flag(flag),
    )
    .map(|()| 0)
    .map_err(|error| {
        Failure::new(format!("Failed to set service-watchdog state: {}", error.message))
    })
}

/// `list-machines`: there is only this one.
///
/// # Errors
/// Always.
pub fn machines(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    not_here(tool, words)
}

/// Verbs that this systemctl does not have.
///
/// # Errors
/// Always.
pub fn not_here(_tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let verb = words.first().map_or("", String::as_str);
    let advice = match verb {
        "edit" => "write a drop-in below /etc/systemd/system/UNIT.d/, then run daemon-reload",
        _ => "call the machine's own systemctl by its path",
    };
    Err(Failure::new(format!("Verb '{verb}' is not supported here: {advice}.")))
}
