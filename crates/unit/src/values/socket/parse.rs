//! Reading addresses to listen on, as they are written behind `ListenStream=` and its kin.

use std::borrow::Cow;

use super::{Address, Listen, ListenKind, NETLINK, VSOCK, VsockKind};
use crate::{
    diagnostic::Problem,
    values::{
        Context, Parsed, Value,
        sandbox::{
            forms::{is_interface_name, port, unsigned32},
            read::{Reader, Rule},
        },
        words::{Rules, Words},
    },
};

/// The longest path or name of a socket of the file system, in bytes.
const UNIX_BYTES: usize = 107;

/// Words for context ids (vsock(7)).
const CIDS: &[(&str, u32)] = &[("hypervisor", 0), ("local", 1), ("host", 2)];

pub(in crate::values) fn parse(
    text: &str,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let reader = &mut Reader::new(context, problems);
    let at = 0..text.len();
    let Some(expanded) = reader.expand(Cow::Borrowed(text), &at) else { return Parsed::Ignored };
    let kind = match reader.directive() {
        "ListenDatagram" => ListenKind::Datagram,
        "ListenSequentialPacket" => ListenKind::Sequential,
        "ListenFIFO" => ListenKind::Fifo,
        "ListenSpecial" => ListenKind::Special,
        "ListenNetlink" => ListenKind::Netlink,
        "ListenMessageQueue" => ListenKind::MessageQueue,
        "ListenUSBFunction" => ListenKind::UsbFunction,
        _ => ListenKind::Stream,
    };
    let address = match kind {
        ListenKind::Fifo => reader
            .checked_path(expanded, &at, Rule::NotApi)
            .map(|path| reader.modern_run(path, &at))
            .map(|path| Address::Path(path.into())),
        ListenKind::MessageQueue | ListenKind::UsbFunction => {
            reader.checked_path(expanded, &at, Rule::NotApi).map(|path| Address::Path(path.into()))
        }
        ListenKind::Special => reader
            .checked_path(expanded, &at, Rule::Absolute)
            .map(|path| Address::Path(path.into())),
        ListenKind::Netlink => netlink(&expanded, reader, text),
        ListenKind::Stream | ListenKind::Datagram => address(expanded, reader, text),
        ListenKind::Sequential => match address(expanded, reader, text) {
            Some(address) if !address.is_unix() => {
                let message = format!("\"{address}\" can't carry sequential packets");
                let help = "only a path or a name behind @ can; use ListenStream= or \
                            ListenDatagram= for others";
                reader.advise(at, message, help);
                None
            }
            found => found,
        },
    };
    match address {
        Some(address) => Parsed::Value(Value::Listen(Box::new(Listen { kind, address }))),
        None => Parsed::Ignored,
    }
}

/// A family's name or number, and a group.
fn netlink(address: &str, reader: &mut Reader<'_, '_>, text: &str) -> Option<Address> {
    let at = 0..text.len();
    let mut words = Words::new(address, Rules::PLAIN);
    let word = match words.next() {
        Some(Ok(word)) => word,
        Some(Err(error)) => {
            reader.fault_at(at, error);
            return None;
        }
        None => return None,
    };
    let named = NETLINK.iter().find(|(_, name)| *name == word.text).map(|(number, _)| *number);
    let number = || unsigned32(&word.text).ok().filter(|number| i32::try_from(*number).is_ok());
    let Some(family) = named.or_else(number) else {
        let names = NETLINK.iter().map(|(_, name)| *name);
        reader.unknown(at, "family of netlink", &word.text, names);
        return None;
    };
    let group = words.rest().unwrap_or_default();
    let group = if group.is_empty() { Ok(0) } else { unsigned32(group) };
    let Ok(group) = group else {
        let message = "the multicast group is no number".into();
        reader.advise(at, message, "write the family, a blank and the number of the group");
        return None;
    };
    Some(Address::Netlink { family, group })
}

/// An address of a stream, of datagrams or of sequential packets.
fn address(address: Cow<'_, str>, reader: &mut Reader<'_, '_>, text: &str) -> Option<Address> {
    let at = 0..text.len();
    if address.starts_with(['/', '@']) {
        let name = match address.starts_with('/') {
            true => reader.modern_run(address, &at),
            false => address,
        };
        if !(2..=UNIX_BYTES).contains(&name.len()) {
            let message = format!("\"{name}\" is too short or too long for a socket");
            reader.advise(at, message, format!("it can have 2 to {UNIX_BYTES} bytes"));
            return None;
        }
        return Some(match name.strip_prefix('@') {
            Some(name) => Address::Abstract(name.into()),
            None => Address::Path(name.into()),
        });
    }
    let found =
        match VSOCK.iter().find_map(|(name, kind)| Some((address.strip_prefix(name)?, *kind))) {
            Some((rest, kind)) => vsock(rest, kind),
            None => port(&address).map(Address::Port).or_else(|| internet(&address)),
        };
    if found.is_none() {
        let help = "write a port, 127.0.0.1:80, [::1]:80, /run/a.sock, @name or vsock:cid:port";
        reader.advise(at, format!("\"{address}\" is no address to listen on"), help);
    }
    found
}

fn vsock(rest: &str, kind: Option<VsockKind>) -> Option<Address> {
    let (cid, port) = rest.split_once(':')?;
    // The highest number stands for any port.
    let port = unsigned32(port).ok().filter(|port| *port != u32::MAX)?;
    let cid = match CIDS.iter().find(|(name, _)| *name == cid) {
        Some((_, number)) => Some(*number),
        None if cid.is_empty() => None,
        None => Some(unsigned32(cid).ok()?),
    };
    Some(Address::Vsock { kind, cid, port })
}

/// `127.0.0.1:80`, `[::1]:80`, `[fe80::1]:80%eth0`.
fn internet(text: &str) -> Option<Address> {
    let (text, scope) = match text.split_once('%') {
        Some((text, scope)) => (text, Some(scope)),
        None => (text, None),
    };
    if scope.is_some_and(|scope| !is_interface_name(scope, true, true)) {
        return None;
    }
    let (address, digits) = text.rsplit_once(':')?;
    let port = port(digits)?;
    match address.strip_prefix('[') {
        Some(address) => {
            let address = address.strip_suffix(']')?.parse().ok()?;
            Some(Address::V6(address, port, scope.map(Into::into)))
        }
        None => Some(Address::V4(address.parse().ok()?, port)),
    }
}
