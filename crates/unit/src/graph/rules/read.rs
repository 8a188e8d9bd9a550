//! Values of settings, as far as dependencies hang on them.

use crate::values::{
    Listen, Stream, Value,
    socket::{Address, ListenKind},
};

/// What a stream is, in a word: `journal`, `file`, `fd`.
pub(super) fn stream(value: &Value) -> Option<&str> {
    let Value::Stream(stream) = value else { return None };
    Some(match &**stream {
        Stream::Word(word) => word,
        Stream::Descriptor(_) => "fd",
        Stream::File(_) => "file",
        Stream::Append(_) => "append",
        Stream::Truncate(_) => "truncate",
    })
}

/// What a socket listens on.
pub(super) fn listen(value: &Value) -> Option<&Listen> {
    match value {
        Value::Listen(listen) => Some(listen),
        _ => None,
    }
}

/// The path in the file system that a socket listens on. Message queues have names that look like
/// one.
pub(super) fn listen_path(listen: &Listen) -> Option<&str> {
    match &listen.address {
        Address::Path(path) if listen.kind != ListenKind::MessageQueue => Some(path),
        _ => None,
    }
}
