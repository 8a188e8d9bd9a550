//! Names of units.

/// The types of units, and their interfaces.
const TYPES: [(&str, &str); 11] = [
    ("service", "org.freedesktop.systemd1.Service"),
    ("socket", "org.freedesktop.systemd1.Socket"),
    ("target", "org.freedesktop.systemd1.Target"),
    ("device", "org.freedesktop.systemd1.Device"),
    ("mount", "org.freedesktop.systemd1.Mount"),
    ("automount", "org.freedesktop.systemd1.Automount"),
    ("swap", "org.freedesktop.systemd1.Swap"),
    ("timer", "org.freedesktop.systemd1.Timer"),
    ("path", "org.freedesktop.systemd1.Path"),
    ("slice", "org.freedesktop.systemd1.Slice"),
    ("scope", "org.freedesktop.systemd1.Scope"),
];

/// The interface that all units have.
pub(super) const UNIT: &str = "org.freedesktop.systemd1.Unit";

/// The interface that units of this name's type have besides.
pub(super) fn interface_of(name: &str) -> Option<&'static str> {
    let (_, suffix) = name.rsplit_once('.')?;
    TYPES.iter().find(|(word, _)| *word == suffix).map(|(_, interface)| *interface)
}

/// A unit's name as systemctl(1) completes it: what has no type is a service. A path stays as it
/// is: it names a file.
pub(super) fn complete(name: &str) -> String {
    if name.contains('/') || interface_of(name).is_some() {
        name.to_owned()
    } else {
        format!("{name}.service")
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_has_no_type_is_a_service() {
        for (given, name) in [
            ("nginx", "nginx.service"),
            ("nginx.service", "nginx.service"),
            ("getty@tty1", "getty@tty1.service"),
            ("org.example.thing", "org.example.thing.service"),
            ("-.mount", "-.mount"),
            ("a.timer", "a.timer"),
            ("/etc/systemd/system/a.service", "/etc/systemd/system/a.service"),
        ] {
            assert_eq!(super::complete(given), name);
        }
    }
}
