//! What journald itself does when it is asked, over its varlink socket.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use journal::places::Namespace;
use serde_json::Value;

use super::Tool;
use super::failure::{Failure, words};

/// Its answers are a few words.
const ANSWER_BYTES: u64 = 1 << 16;

/// `--rotate`
///
/// # Errors
/// It can't be asked, or did not do it.
pub fn rotate(tool: &Tool) -> Result<(), Failure> {
    call(tool, "--rotate", "Rotate")
}

/// `--sync`
///
/// # Errors
/// It can't be asked, or did not do it.
pub fn sync(tool: &Tool) -> Result<(), Failure> {
    call(tool, "--sync", "Synchronize")
}

/// `--relinquish-var`
///
/// # Errors
/// It can't be asked, or did not do it.
pub fn relinquish_var(tool: &Tool) -> Result<(), Failure> {
    call(tool, "--relinquish-var/--smart-relinquish-var", "RelinquishVar")
}

/// `--flush`
///
/// # Errors
/// It can't be asked, or did not do it.
pub fn flush(tool: &Tool) -> Result<(), Failure> {
    const FLUSHED: &str = "/run/systemd/journal/flushed";
    match Path::new(FLUSHED).try_exists() {
        Ok(true) => Ok(()),
        Ok(false) => call(tool, "--flush", "FlushToVar"),
        Err(error) => Err(Failure::new(format!(
            "Unable to check for existence of {FLUSHED}: {}",
            words(&error)
        ))),
    }
}

fn call(tool: &Tool, option: &str, method: &str) -> Result<(), Failure> {
    if tool.settings.machine.is_some() {
        return Err(Failure::new(format!(
            "{option} is not supported in conjunction with --machine=."
        )));
    }
    let socket = socket(&tool.settings.namespace);
    let failed = |doing: String| move |error| Failure::new(format!("{doing}: {}", words(&error)));
    let mut stream = UnixStream::connect(&socket)
        .map_err(failed(format!("Failed to connect to {}", socket.display())))?;
    let doing = "Failed to execute varlink call";
    let request = format!("{{\"method\":\"io.systemd.Journal.{method}\"}}\0");
    stream.write_all(request.as_bytes()).map_err(failed(doing.to_owned()))?;
    let answer = answer(&mut stream).map_err(failed(doing.to_owned()))?;
    let Ok(answer) = serde_json::from_slice::<Value>(&answer) else {
        return Err(Failure::new(format!("{doing}: Bad message")));
    };
    match answer.get("error").and_then(Value::as_str) {
        Some(error) => Err(Failure::new(format!("{doing}: {error}"))),
        None => Ok(()),
    }
}

fn socket(namespace: &Namespace) -> PathBuf {
    match namespace {
        Namespace::Only(name) | Namespace::And(name) => {
            PathBuf::from(format!("/run/systemd/journal.{name}/io.systemd.journal"))
        }
        Namespace::Default | Namespace::All => {
            PathBuf::from("/run/systemd/journal/io.systemd.journal")
        }
    }
}

/// The bytes before the zero that ends a message.
fn answer(stream: &mut UnixStream) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut part = [0; 1024];
    let mut stream = stream.take(ANSWER_BYTES);
    loop {
        let count = stream.read(&mut part)?;
        let part = part.get(..count).unwrap_or_default();
        match part.iter().position(|byte| *byte == 0) {
            Some(end) => {
                bytes.extend_from_slice(part.get(..end).unwrap_or_default());
                return Ok(bytes);
            }
            None if count == 0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            None => bytes.extend_from_slice(part),
        }
    }
}
