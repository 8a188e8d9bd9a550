//! Where a login came from.

use std::path::Path;

use crate::process::Process;

/// Longest session file that is read.
const MAX_FILE_BYTES: u64 = 64 * 1024;

/// From the environment that sshd gives to a login (ssh(1), ENVIRONMENT).
pub fn origin(process: &Process) -> Option<(String, String)> {
    let connection = process.env(b"SSH_CONNECTION")?;
    let mut words = connection
        .split(|&byte| byte == b' ')
        .map(|word| String::from_utf8_lossy(word).into_owned());
    let (address, port) = (words.next()?, words.next()?);
    let user = process.env(b"USER").or_else(|| process.env(b"LOGNAME"));
    let user =
        user.map_or_else(String::new, |user| format!(" of {}", String::from_utf8_lossy(user)));
    Some((
        format!("ssh login{user} from {address}"),
        format!("SSH_CONNECTION in its environment (port {port})"),
    ))
}

/// From logind's file on a session, `run/systemd/sessions/ID` (sd-login(3) reads the same).
pub fn session(root: &Path, id: &str) -> (String, String) {
    let path = root.join("run/systemd/sessions").join(id);
    let Some(text) = read(&path) else {
        return (format!("login session {id}"), "its control group names it".to_owned());
    };
    let field = |name: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
            .filter(|value| !value.is_empty())
    };
    let mut name = format!("login session {id}");
    for (key, before) in
        [("USER", " of "), ("TTY", " on "), ("REMOTE_HOST", " from "), ("SERVICE", " by ")]
    {
        if let Some(value) = field(key) {
            name.push_str(before);
            name.push_str(value);
        }
    }
    (name, format!("its control group, and {}", path.display()))
}

/// A small regular file, whole; never waits on anything else.
pub(super) fn read(path: &Path) -> Option<String> {
    use std::io::Read as _;
    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path).ok()?.take(MAX_FILE_BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
