//! `status` without a unit: the machine.

use super::unit::point;
use super::{Properties, processes};
use crate::names::systemctl::Tool;
use crate::names::systemctl::failure::Failure;
use crate::names::systemctl::source::{Object, Source};

/// Prints how the machine is.
///
/// # Errors
/// Nobody can be asked.
pub fn show(tool: &Tool, source: &dyn Source) -> Result<(), Failure> {
    let properties = source.properties(Object::Manager).map_err(|error| {
        Failure::new(format!("Failed to read server status: {}", error.message))
    })?;
    let properties = Properties(properties);
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let text = |name| properties.text(name).unwrap_or("n/a");
    let count = |name| properties.number(name).unwrap_or_default();
    let mut out = format!("{} {name}\n", tool.glyphs.circle);
    out.push_str(&format!("    State: {}\n", text("SystemState")));
    out.push_str(&format!("    Units: {} loaded (incl. loaded aliases)\n", count("NNames")));
    out.push_str(&format!("     Jobs: {} queued\n", count("NJobs")));
    out.push_str(&format!("   Failed: {} units\n", count("NFailedUnits")));
    if let Some(point) = point(tool, count("UserspaceTimestamp")) {
        out.push_str(&format!("    Since: {point}\n"));
    }
    match source.bus() {
        Some(_) => out.push_str(&format!("  systemd: {}\n", text("Version"))),
        None => out.push_str(&format!("  Manager: {}\n", source.name())),
    }
    if let Some(tainted) = properties.text("Tainted") {
        out.push_str(&format!("  Tainted: {tainted}\n"));
    }
    if source.bus().is_some() {
        let group = properties.text("ControlGroup").unwrap_or_default();
        let shown = if group.is_empty() { "/" } else { group };
        out.push_str(&format!("   CGroup: {shown}\n"));
        processes::write(&mut out, tool, source, "-.slice", group, "           ");
    }
    tool.print(&out);
    Ok(())
}
