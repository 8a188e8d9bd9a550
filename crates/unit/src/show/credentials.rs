//! Images and what verifies them, labels, credentials (systemd.exec(5)).

use std::collections::BTreeMap;

use super::{Lines, Show, one, text};
use crate::{
    table::{Group, Id},
    values::Value,
};

const ROOT_HASH: Id = Id::of(Group::Exec, "RootHash");
const ROOT_HASH_SIGNATURE: Id = Id::of(Group::Exec, "RootHashSignature");

/// Encrypted or not they are one list.
const LOAD: [Id; 2] =
    [Id::of(Group::Exec, "LoadCredential"), Id::of(Group::Exec, "LoadCredentialEncrypted")];
const SET: [Id; 2] =
    [Id::of(Group::Exec, "SetCredential"), Id::of(Group::Exec, "SetCredentialEncrypted")];

pub(super) fn special(show: &Show<'_>, name: &str) -> Option<Lines> {
    let id = || Id::look_up(Group::Exec, name);
    Some(match name {
        "RootHash" => one(hash(show).0),
        "RootHashSignature" => one(signature(show).0),
        "MountImages" | "ExtensionImages" => one(images(show, id()?)),
        "LoadCredential" | "LoadCredentialEncrypted" => Some(credentials(show, LOAD, name)),
        "SetCredential" | "SetCredentialEncrypted" => Some(credentials(show, SET, name)),
        "MountFlags" if !show.has(id()?) => one(""),
        "TTYRows" | "TTYColumns" if !show.has(id()?) => one(""),
        _ => return None,
    })
}

fn written<'a>(show: &Show<'a>, id: Id) -> &'a str {
    show.unit.settings.text(id).unwrap_or_default()
}

/// A hash itself, or the path of a file that has it.
pub(super) fn hash(show: &Show<'_>) -> (String, String) {
    let written = written(show, ROOT_HASH).to_owned();
    if written.starts_with('/') { (String::new(), written) } else { (written, String::new()) }
}

/// A signature itself, or the path of a file that has it.
pub(super) fn signature(show: &Show<'_>) -> (String, String) {
    let written = written(show, ROOT_HASH_SIGNATURE);
    match written.strip_prefix("base64:") {
        Some(data) => (text::base64(&text::of_base64(data)), String::new()),
        None => (String::new(), written.to_owned()),
    }
}

/// Credentials by name, each as it was last assigned; those of the directive `name`.
fn credentials(show: &Show<'_>, ids: [Id; 2], name: &str) -> Vec<String> {
    let mut found: BTreeMap<&str, (Id, &str)> = BTreeMap::new();
    for setting in show.unit.settings.settings() {
        let Value::Pairs(pairs) = &setting.value else { continue };
        if ids.contains(&setting.id) {
            found.extend(pairs.iter().map(|(name, data)| (&**name, (setting.id, &**data))));
        }
    }
    found.retain(|_, (id, _)| id.name() == name);
    let print = |(name, (_, data)): (&str, (_, &str))| match data.is_empty() {
        // A source without a path has the credential's name.
        true => format!("{name}:{name}"),
        false => format!("{name}:{data}"),
    };
    found.into_iter().map(print).collect()
}

fn images(show: &Show<'_>, id: Id) -> String {
    let words = show.values(id).flat_map(|value| match value {
        Value::List(words) => &**words,
        _ => &[],
    });
    let fields_before = if id.name() == "MountImages" { 2 } else { 1 };
    words.map(|word| image(word, fields_before)).collect::<Vec<_>>().join(" ")
}

/// An image with its mount options: where no partition is named they are the root's.
fn image(word: &str, fields_before: usize) -> String {
    let fields: Vec<&str> = word.split(':').collect();
    match fields.split_at_checked(fields_before) {
        Some((before, [options])) => format!("{}:root:{options}", before.join(":")),
        _ => word.to_owned(),
    }
}
