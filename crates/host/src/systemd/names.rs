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

/// The object of a unit: every byte that is no letter or digit is an underscore and two hexadecimal
/// digits (org.freedesktop.systemd1(5)).
pub(super) fn path_of(name: &str) -> String {
    let mut path = "/org/freedesktop/systemd1/unit/".to_owned();
    for (place, byte) in name.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => path.push(char::from(byte)),
            b'0'..=b'9' if place > 0 => path.push(char::from(byte)),
            other => path.push_str(&format!("_{other:02x}")),
        }
    }
    path
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

    #[test]
    fn objects_are_called_as_systemd_calls_them() {
        for (name, last) in [
            ("nginx.service", "nginx_2eservice"),
            ("-.mount", "_2d_2emount"),
            ("3com.service", "_33com_2eservice"),
            ("a\\x20b@1.service", "a_5cx20b_401_2eservice"),
        ] {
            assert_eq!(super::path_of(name), format!("/org/freedesktop/systemd1/unit/{last}"));
        }
    }
}
