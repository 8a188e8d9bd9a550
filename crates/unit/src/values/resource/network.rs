//! What a unit may do with the network: ports, interfaces, BPF programs, firewall sets.

use std::borrow::Cow;

use super::super::{
    Parsed,
    sandbox::{
        forms::{is_interface_name, range},
        read::{FIELDS, Reader, Rule, list, pairs, text as text_value},
    },
    words::{Escapes, Rules, Words},
};

/// `SocketBindAllow=`, `SocketBindDeny=`: family, protocol and ports, each of which may be missing,
/// in this order.
pub(super) fn socket_bind(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    match bind_item(text) {
        Some(item) => list(vec![item.into()]),
        None => {
            let help = "write [ipv4:|ipv6:][tcp:|udp:] and a port, a range such as 80-90, or any";
            reader.advise(0..text.len(), format!("\"{text}\" is no rule for ports"), help);
            Parsed::Ignored
        }
    }
}

fn bind_item(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.splitn(4, ':').collect();
    let mut rest = &*parts;
    let mut item = Vec::with_capacity(3);
    for allowed in [["ipv4", "ipv6"], ["tcp", "udp"]] {
        if let Some((first, behind)) = rest.split_first()
            && allowed.contains(first)
        {
            item.push((*first).to_owned());
            rest = behind;
        }
    }
    match rest {
        [] => {}
        ["any"] => item.push("any".into()),
        [ports] => {
            let (low, high) = range(ports)?;
            if low > high || high > u32::from(u16::MAX) {
                return None;
            }
            item.push(match low == high {
                true => low.to_string(),
                false => format!("{low}-{high}"),
            });
        }
        _ => return None,
    }
    (!item.is_empty()).then(|| item.join(":"))
}

/// `IPIngressFilterPath=`, `IPEgressFilterPath=`: one path of a pinned program.
pub(super) fn bpf_path(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    match reader.path(Cow::Borrowed(text), &(0..text.len()), Rule::Absolute) {
        Some(path) => list(vec![path.into()]),
        None => Parsed::Ignored,
    }
}

/// Where the kernel runs a program of a control group.
const ATTACH_TYPES: &[&str] = &[
    "ingress",
    "egress",
    "sock_create",
    "sock_ops",
    "device",
    "bind4",
    "bind6",
    "connect4",
    "connect6",
    "post_bind4",
    "post_bind6",
    "sendmsg4",
    "sendmsg6",
    "sysctl",
    "recvmsg4",
    "recvmsg6",
    "getsockopt",
    "setsockopt",
];

/// `BPFProgram=`: where it is attached, a colon, the path of the pinned program.
pub(super) fn bpf_program(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let mut words = Words::new(text, Rules::PLAIN.separators(b":"));
    let (kind, path) = match words.next() {
        Some(Ok(word)) => (word, words.rest().unwrap_or_default()),
        Some(Err(error)) => {
            reader.fault(error);
            return Parsed::Ignored;
        }
        None => return no_program(text, reader),
    };
    if path.is_empty() {
        return no_program(text, reader);
    }
    let Some(attach) = ATTACH_TYPES.iter().find(|name| **name == kind.text) else {
        let known = ATTACH_TYPES.iter().copied();
        reader.unknown(kind.at, "place to attach a program", &kind.text, known);
        return Parsed::Ignored;
    };
    let at = text.len().saturating_sub(path.len())..text.len();
    match reader.path(Cow::Borrowed(path), &at, Rule::Absolute) {
        Some(path) => pairs(vec![((*attach).into(), path.into())]),
        None => Parsed::Ignored,
    }
}

fn no_program(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    let help = "write a place to attach it, a colon and a path: egress:/sys/fs/bpf/filter";
    reader.advise(0..text.len(), format!("\"{text}\" names no program"), help);
    Parsed::Ignored
}

const NFT_SOURCES: &[&str] = &["cgroup", "user", "group"];
const NFT_FAMILIES: &[&str] = &["arp", "bridge", "inet", "ip", "ip6", "netdev"];

/// `NFTSet=`: `source:family:table:set` words; a wrong one costs the rest of the line.
pub(super) fn nft_sets(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let mut found: Vec<Box<str>> = Vec::new();
    let mut words = Words::new(text, Rules::TEXTS);
    while let Some(word) = reader.next_word(&mut words) {
        let fields: Result<Vec<_>, _> =
            Words::new(&word.text, FIELDS.escapes(Escapes::C)).take(5).collect();
        let message = match fields.as_deref() {
            Ok([source, family, table, set]) => {
                let known = |names: &[&str], word: &str| names.contains(&word);
                if !known(NFT_SOURCES, &source.text) {
                    format!("\"{}\" is none of {}", source.text, NFT_SOURCES.join(", "))
                } else if !known(NFT_FAMILIES, &family.text) {
                    format!("\"{}\" is none of {}", family.text, NFT_FAMILIES.join(", "))
                } else if let Some(bad) =
                    [table, set].into_iter().find(|name| !is_nft_name(&name.text))
                {
                    format!("\"{}\" can't be the name of a table or set", bad.text)
                } else {
                    let (source, family) = (&source.text, &family.text);
                    // A backslash in a name is one escape.
                    let (table, set) =
                        (table.text.replace('\\', "\\\\"), set.text.replace('\\', "\\\\"));
                    found.push(format!("{source}:{family}:{table}:{set}").into());
                    continue;
                }
            }
            _ => format!("\"{}\" does not have four fields", word.text),
        };
        reader.advise(word.at, message, "write source:family:table:set, such as cgroup:inet:t:s");
        break;
    }
    list(found)
}

fn is_nft_name(name: &str) -> bool {
    name.len() <= 31
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/\\_.".contains(&byte))
}

/// `BindToDevice=`: an interface; `*` is the same as nothing.
pub(super) fn interface(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() || text == "*" {
        return Parsed::Reset;
    }
    if is_interface_name(text, false, false) {
        return text_value(text);
    }
    let message = format!("\"{text}\" can't be the name of an interface");
    let help = "names have up to 15 visible ASCII characters but : / %, and one that is no digit";
    reader.advise(0..text.len(), message, help);
    Parsed::Ignored
}
