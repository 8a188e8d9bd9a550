//! Errors as systemctl words them, and the objects of units.

use bus::BusError;

use super::{CallError, MANAGER_PATH};
use crate::names::systemctl::failure::errno_text;

/// What the other side said, or what happened to the connection.
pub fn call_error(error: &BusError) -> CallError {
    match error.said() {
        // Brokers and managers have many words for it.
        Some((name @ "org.freedesktop.DBus.Error.AccessDenied", _)) => {
            CallError { name: name.to_owned(), message: "Access denied".to_owned() }
        }
        Some((name, message)) => CallError { name: name.to_owned(), message: message.to_owned() },
        None => CallError { name: String::new(), message: message_of(error) },
    }
}

/// The other side's sentence, or the C library's.
pub fn message_of(error: &BusError) -> String {
    match error {
        BusError::NotThere { source, .. } => errno_text(source),
        BusError::NotPermitted { .. } => match error.said() {
            Some((_, message)) => message.to_owned(),
            None => "Permission denied".to_owned(),
        },
        BusError::TimedOut { .. } => "Connection timed out".to_owned(),
        BusError::Protocol { .. } => "Connection reset by peer".to_owned(),
        BusError::Failed { message, .. } => message.clone(),
    }
}

/// The object of a unit.
pub fn path_of(unit: &str) -> String {
    let mut path = format!("{MANAGER_PATH}/unit/");
    for (at, byte) in unit.bytes().enumerate() {
        let stays = byte.is_ascii_alphabetic() || (at > 0 && byte.is_ascii_digit());
        match stays {
            true => path.push(char::from(byte)),
            false => path.push_str(&format!("_{byte:02x}")),
        }
    }
    if unit.is_empty() {
        path.push('_');
    }
    path
}

/// The unit of an object.
pub fn unit_of(path: &str) -> Option<String> {
    let escaped = path.strip_prefix(MANAGER_PATH)?.strip_prefix("/unit/")?;
    let mut bytes = Vec::new();
    let mut rest = escaped;
    while let Some(byte) = rest.bytes().next() {
        let value = rest.get(1..3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let (taken, byte) = match (byte, value) {
            (b'_', Some(value)) => (3, value),
            _ => (1, byte),
        };
        bytes.push(byte);
        rest = rest.get(taken..)?;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::{path_of, unit_of};

    #[test]
    fn objects_of_units() {
        for (unit, path) in [
            ("nginx.service", "nginx_2eservice"),
            ("-.mount", "_2d_2emount"),
            ("9x", "_39x"),
            ("a\\x20b.service", "a_5cx20b_2eservice"),
        ] {
            let path = format!("/org/freedesktop/systemd1/unit/{path}");
            assert_eq!(path_of(unit), path);
            assert_eq!(unit_of(&path).as_deref(), Some(unit));
        }
    }
}
