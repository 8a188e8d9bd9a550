//! Timer units.

use unit::table::Group;
use unit::time::Calendar;

use super::systemd::description;
use super::systemd_text::Text;
use super::{OutFile, Unwritable};
use crate::{Definition, Schedule, System};

pub(super) fn write(definition: &Definition, schedule: &Schedule) -> Result<OutFile, Unwritable> {
    let mut text = Text::default();
    text.section("Unit");
    let what = description(definition).unwrap_or_else(|| format!("{}.service", definition.name));
    text.text(Group::Unit, "Description", &format!("Times of: {what}"))?;
    text.natives(definition, "Timer/Unit");
    text.section("Timer");
    for calendar in &schedule.calendars {
        if let Err(problem) = Calendar::parse(calendar) {
            let message = format!("{calendar} is no calendar event: {}", problem.message);
            let error = Unwritable::new(message).at(schedule.place.clone());
            return Err(error.help("daemonctl calendar says when an event elapses"));
        }
        text.raw("OnCalendar", calendar);
    }
    for (name, usec) in &schedule.spans {
        text.span(name, *usec);
    }
    if let Some(usec) = schedule.accuracy_usec {
        text.span("AccuracySec", usec);
    }
    if let Some(usec) = schedule.random_usec {
        text.span("RandomizedDelaySec", usec);
    }
    if schedule.is_persistent {
        text.raw("Persistent", "yes");
    }
    text.natives(definition, "Timer");
    let is_install = |section: &str| section == "Timer/Install";
    let mut natives = definition.natives.iter();
    let has_natives = natives.any(|n| n.system == System::Systemd && is_install(&n.section));
    if !definition.levels.is_empty() || has_natives {
        text.section("Install");
        if !definition.levels.is_empty() {
            text.raw("WantedBy", "timers.target");
        }
        text.natives(definition, "Timer/Install");
    }
    let path = format!("/etc/systemd/system/{}.timer", definition.name);
    Ok(OutFile { path, text: text.done(), mode: 0o644 })
}
