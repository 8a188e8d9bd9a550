//! What a sandbox is made of: capabilities, system calls, namespaces, paths, images, credentials,
//! streams (systemd.exec(5)). What several assignments of a list come to says [`effective`].

mod binds;
mod credentials;
mod directories;
pub mod effective;
pub(super) mod forms;
mod images;
pub mod names;
mod paths;
pub(super) mod print;
pub(super) mod read;
mod selection;
mod stream;
pub mod system_calls;

use super::{Context, Parsed, Value, words::Rules, words::Words};
use crate::{diagnostic::Problem, table::Kind};

pub use binds::Bind;
pub use directories::Directory;
pub use print::print;
pub use selection::Selection;
pub(super) use selection::network_interfaces;
pub use stream::Stream;

use read::Reader;

pub(super) fn knows(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Capabilities
            | Kind::SecureBits
            | Kind::SystemCalls
            | Kind::Architectures
            | Kind::ErrorNumber
            | Kind::Namespaces
            | Kind::AddressFamilies
            | Kind::FileSystems
            | Kind::NamespacePaths
            | Kind::BindPaths
            | Kind::TemporaryFileSystems
            | Kind::Directories
            | Kind::Images
            | Kind::ImageOptions
            | Kind::RootHash
            | Kind::RootHashSignature
            | Kind::ImagePolicy
            | Kind::LoadCredential
            | Kind::SetCredential
            | Kind::ImportCredential
            | Kind::Input
            | Kind::Output
            | Kind::InputText
            | Kind::InputData
            | Kind::Label
            | Kind::OpenFile
            | Kind::ProtectHostname
            | Kind::BoolOrSelection(_)
    )
}

pub(super) fn parse(
    kind: Kind,
    text: &str,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) -> Parsed {
    let reader = &mut Reader::new(context, problems);
    match kind {
        Kind::Capabilities => selection::capabilities(text, reader),
        Kind::SecureBits => secure_bits(text, reader),
        Kind::SystemCalls => selection::system_calls(text, reader),
        Kind::Architectures => architectures(text, reader),
        Kind::ErrorNumber => error_number(text, reader),
        Kind::Namespaces => selection::namespaces(text, reader),
        Kind::AddressFamilies => selection::address_families(text, reader),
        Kind::FileSystems => selection::file_systems(text, reader),
        Kind::NamespacePaths => paths::namespace_paths(text, reader),
        Kind::BindPaths => binds::binds(text, reader),
        Kind::TemporaryFileSystems => paths::temporary(text, reader),
        Kind::Directories => directories::directories(text, reader),
        Kind::Images => images::images(text, reader),
        Kind::ImageOptions => images::options(text, reader),
        Kind::RootHash => images::root_hash(text, reader),
        Kind::RootHashSignature => images::root_hash_signature(text, reader),
        Kind::ImagePolicy => images::policy(text, reader),
        Kind::LoadCredential => credentials::load(text, reader),
        Kind::SetCredential => credentials::set(text, reader),
        Kind::ImportCredential => credentials::import(text, reader),
        Kind::Input => stream::input(text, reader),
        Kind::Output => stream::output(text, reader),
        Kind::InputText => stream::input_text(text, reader),
        Kind::InputData => stream::input_data(text, reader),
        Kind::Label => stream::label(text, reader),
        Kind::OpenFile => credentials::open_file(text, reader),
        Kind::ProtectHostname => stream::hostname(text, reader),
        Kind::BoolOrSelection(words) => selection::boolean_or_words(words, text, reader),
        _ => Parsed::Ignored,
    }
}

/// The words of `SecureBits=`.
const SECURE_BITS: &[&str] = &[
    "keep-caps",
    "keep-caps-locked",
    "no-setuid-fixup",
    "no-setuid-fixup-locked",
    "noroot",
    "noroot-locked",
];

/// `SecureBits=`. systemd passes over unknown words in silence; without a known one there are none.
fn secure_bits(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    let mut found: Vec<Box<str>> = Vec::new();
    for word in Words::new(text, Rules::PATHS).map_while(Result::ok) {
        match SECURE_BITS.iter().find(|bit| **bit == word.text) {
            Some(bit) => found.push((*bit).into()),
            None => {
                let known = SECURE_BITS.iter().copied();
                reader.unknown_to_us(word.at, "secure bit", &word.text, known);
            }
        }
    }
    match found.is_empty() {
        true => Parsed::Reset,
        false => Parsed::Value(Value::List(found.into())),
    }
}

/// `SystemCallArchitectures=`.
fn architectures(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let mut found: Vec<Box<str>> = Vec::new();
    let mut words = Words::new(text, Rules::PATHS);
    while let Some(word) = reader.next_word(&mut words) {
        match names::ARCHITECTURES.iter().find(|name| **name == word.text) {
            Some(name) => found.push((*name).into()),
            None => {
                let known = names::ARCHITECTURES.iter().copied();
                reader.unknown(word.at, "architecture of system calls", &word.text, known);
            }
        }
    }
    read::list(found)
}

/// `SystemCallErrorNumber=`.
fn error_number(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    match selection::error_or_kill(text) {
        Some(error) if error != "0" => read::text(error),
        _ => {
            let mut help = forms::choices(text, names::errors());
            if !help.starts_with("did") {
                help = "write the name of an error, a number from 1 to 4095, or kill".into();
            }
            reader.advise(0..text.len(), format!("\"{text}\" is no error"), help);
            Parsed::Ignored
        }
    }
}
