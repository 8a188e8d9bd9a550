//! The corpus: files of `seeds/`.

/// Whole files, with the name of the unit that each one is.
pub const FILES: &[(&str, &str)] = &[
    ("plain.service", include_str!("../seeds/files/plain.service")),
    ("sandbox.service", include_str!("../seeds/files/sandbox.service")),
    ("oneshot.service", include_str!("../seeds/files/oneshot.service")),
    ("template@x-y.service", include_str!("../seeds/files/template@.service")),
    ("dbus.service", include_str!("../seeds/files/dbus.service")),
    ("resources.service", include_str!("../seeds/files/resources.service")),
    ("continued.service", include_str!("../seeds/files/continued.service")),
    ("odd.service", include_str!("../seeds/files/odd.service")),
    ("wrong.service", include_str!("../seeds/files/wrong.service")),
    ("listen.socket", include_str!("../seeds/files/listen.socket")),
    ("accept.socket", include_str!("../seeds/files/accept.socket")),
    ("calendar.timer", include_str!("../seeds/files/calendar.timer")),
    ("monotonic.timer", include_str!("../seeds/files/monotonic.timer")),
    ("watch.path", include_str!("../seeds/files/watch.path")),
    ("goal.target", include_str!("../seeds/files/goal.target")),
    ("a-b.slice", include_str!("../seeds/files/a-b.slice")),
    ("session.scope", include_str!("../seeds/files/session.scope")),
    ("var-lib-data.mount", include_str!("../seeds/files/var-lib-data.mount")),
    ("var-lib-data.automount", include_str!("../seeds/files/var-lib-data.automount")),
    ("dev-sda2.swap", include_str!("../seeds/files/dev-sda2.swap")),
    ("dev-sda.device", include_str!("../seeds/files/dev-sda.device")),
];

/// Preset files.
pub const PRESETS: &str = include_str!("../seeds/lines/presets");
/// `Key=value` lines for values of each kind.
pub const VALUES: &str = include_str!("../seeds/lines/values");
/// Calendar events.
pub const CALENDARS: &str = include_str!("../seeds/lines/calendars");
/// Time spans.
pub const SPANS: &str = include_str!("../seeds/lines/spans");
/// Timestamps.
pub const TIMESTAMPS: &str = include_str!("../seeds/lines/timestamps");
/// Texts with specifiers.
pub const SPECIFIERS: &str = include_str!("../seeds/lines/specifiers");
/// Command lines.
pub const COMMANDS: &str = include_str!("../seeds/lines/commands");
/// Names of units and paths.
pub const NAMES: &str = include_str!("../seeds/lines/names");

/// A seed each line.
pub fn lines(text: &str) -> Vec<Vec<u8>> {
    text.lines().map(|line| line.as_bytes().to_vec()).collect()
}

/// A seed each file.
pub fn files() -> Vec<Vec<u8>> {
    FILES.iter().map(|(_, text)| text.as_bytes().to_vec()).collect()
}

/// The values of [`VALUES`] without their keys.
pub fn values() -> Vec<Vec<u8>> {
    let value = |line: &str| line.split_once('=').map(|(_, value)| value.as_bytes().to_vec());
    VALUES.lines().filter_map(value).collect()
}
