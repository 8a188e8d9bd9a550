//! Devices and what they are given.

use std::borrow::Cow;

use super::super::{
    Parsed,
    sandbox::{
        forms::unsigned,
        read::{Reader, Rule, pairs},
    },
    scalar::parse_size,
    words::{Rules, Word, Words},
};
use crate::{table::kind::DeviceFigure, time::span};

/// The path in front, and what stands behind the blanks.
fn parts<'t>(text: &'t str, reader: &mut Reader<'_, '_>) -> Option<(Word<'t>, &'t str)> {
    let mut words = Words::new(text, Rules::PATHS);
    match words.next()? {
        Ok(word) => Some((word, words.rest().unwrap_or_default())),
        Err(error) => {
            reader.fault(error);
            None
        }
    }
}

/// `DeviceAllow=`: a node below /dev, or `char-` or `block-` and a name in /proc/devices, and which
/// of reading, writing and making nodes; all where nothing is said.
pub(super) fn allow(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let Some((word, rights)) = parts(text, reader) else { return Parsed::Ignored };
    let Some(device) = reader.expand(word.text, &word.at) else { return Parsed::Ignored };
    let is_group = device.starts_with("char-") || device.starts_with("block-");
    let device = match is_group {
        true => device,
        false => match reader.checked_path(device, &word.at, Rule::Any) {
            Some(path) => path,
            None => return Parsed::Ignored,
        },
    };
    let folders = ["/dev/", "/run/systemd/inaccessible/"];
    // The folders themselves are taken too.
    let below =
        |folder: &&str| device.starts_with(*folder) || folder.strip_suffix('/') == Some(&device);
    if !is_group && !folders.iter().any(below) {
        let message = format!("\"{device}\" is no device node");
        let help = "write a path below /dev, or char- or block- and a name in /proc/devices";
        reader.advise(word.at, message, help);
        return Parsed::Ignored;
    }
    if !rights.bytes().all(|right| b"rwm".contains(&right)) {
        let at = text.len().saturating_sub(rights.len())..text.len();
        let message = format!("\"{rights}\" are no rights to a device");
        reader.advise(at, message, "write r (read), w (write) and m (mknod) without blanks");
        return Parsed::Ignored;
    }
    pairs(vec![(device.into(), rights.into())])
}

/// A path and a figure: the value holds the figure as a plain number: a weight, bytes or operations
/// a second, microseconds, or `infinity`.
pub(super) fn limit(figure: DeviceFigure, text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let Some((word, rest)) = parts(text, reader) else { return Parsed::Ignored };
    if rest.is_empty() {
        let message = format!("\"{text}\" has no figure behind the path");
        reader.advise(0..text.len(), message, format!("write a path and {}", expected(figure)));
        return Parsed::Ignored;
    }
    let Some(path) = reader.path(word.text, &word.at, Rule::Any) else { return Parsed::Ignored };
    let Some(value) = value(figure, rest, reader.directive()) else {
        let at = text.len().saturating_sub(rest.len())..text.len();
        let message = format!("\"{rest}\" is not {}", expected(figure));
        reader.advise(at, message, format!("write {}", expected(figure)));
        return Parsed::Ignored;
    };
    pairs(vec![(path.into(), value.into())])
}

fn value(figure: DeviceFigure, text: &str, directive: &str) -> Option<Cow<'static, str>> {
    let number = match figure {
        DeviceFigure::Weight => unsigned(text).ok().filter(|n| (1..=10_000).contains(n))?,
        DeviceFigure::OldWeight => unsigned(text).ok().filter(|n| (10..=1000).contains(n))?,
        // BlockIO*Bandwidth= is older than infinity.
        DeviceFigure::Bandwidth | DeviceFigure::Operations
            if text == "infinity" && !directive.starts_with("BlockIO") =>
        {
            return Some(Cow::Borrowed("infinity"));
        }
        DeviceFigure::Bandwidth | DeviceFigure::Operations => {
            parse_size(text, 1000).ok().filter(|number| *number > 0)?
        }
        DeviceFigure::Latency => {
            let usec = span::parse_usec(text, 1_000_000).ok()?;
            return Some(match usec {
                u64::MAX => Cow::Borrowed("infinity"),
                usec => Cow::Owned(format!("{usec}us")),
            });
        }
    };
    Some(Cow::Owned(number.to_string()))
}

fn expected(figure: DeviceFigure) -> &'static str {
    match figure {
        DeviceFigure::Weight => "a weight from 1 to 10000",
        DeviceFigure::OldWeight => "a weight from 10 to 1000",
        DeviceFigure::Bandwidth => "bytes a second such as 5M, or infinity",
        DeviceFigure::Operations => "operations a second such as 1K, or infinity",
        DeviceFigure::Latency => "a time span such as 25ms",
    }
}
