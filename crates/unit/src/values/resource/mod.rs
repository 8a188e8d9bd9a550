//! Resources: processors, controllers, devices, addresses (systemd.resource-control(5)).

mod addresses;
mod controllers;
mod cpus;
mod device;
mod network;

use super::{
    Context, Parsed, Value,
    sandbox::{
        self,
        print::parted,
        read::{Reader, percent},
    },
    words::Rules,
};
use crate::{diagnostic::Problem, table::Kind};

pub use addresses::{Prefix, PrefixError, prefixes};
pub use controllers::{CONTROLLERS, Delegation, delegation};
pub use cpus::{CpuSet, Effective as EffectiveCpus, effective as effective_cpus};

pub(super) fn knows(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Cpus
            | Kind::CpusOr(_)
            | Kind::Delegate
            | Kind::Controllers
            | Kind::DeviceAllow
            | Kind::DeviceLimit(_)
            | Kind::Addresses
            | Kind::SocketBind
            | Kind::BpfPaths
            | Kind::BpfProgram
            | Kind::NetworkInterfaces
            | Kind::NftSet
            | Kind::InterfaceName
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
        Kind::Cpus => cpus::set(text, reader),
        Kind::CpusOr(words) => cpus::set_or(words, text, reader),
        Kind::Delegate => controllers::delegate(text, reader),
        Kind::Controllers => controllers::disabled(text, reader),
        Kind::DeviceAllow => device::allow(text, reader),
        Kind::DeviceLimit(figure) => device::limit(figure, text, reader),
        Kind::Addresses => addresses::allowed(text, reader),
        Kind::SocketBind => network::socket_bind(text, reader),
        Kind::BpfPaths => network::bpf_path(text, reader),
        Kind::BpfProgram => network::bpf_program(text, reader),
        Kind::NetworkInterfaces => sandbox::network_interfaces(text, reader),
        Kind::NftSet => network::nft_sets(text, reader),
        Kind::InterfaceName => network::interface(text, reader),
        _ => Parsed::Ignored,
    }
}

/// The value as it is written behind `=` for a kind of this folder, such that it is read back the
/// same. `None` where the kind is not of this folder, or the value not of the kind.
pub fn print(kind: Kind, value: &Value) -> Option<String> {
    if !knows(kind) {
        return None;
    }
    let mut out = String::new();
    // Writing to a String does not fail.
    let _ = match (kind, value) {
        (_, Value::Cpus(set)) => return Some(set.to_string()),
        (_, Value::Selection(selection)) => return Some(selection.to_string()),
        (_, Value::Flag(flag)) => return Some(if *flag { "yes" } else { "no" }.into()),
        (_, Value::Word(word)) => return Some((*word).into()),
        (_, Value::Text(text)) => return Some((**text).into()),
        (Kind::BpfProgram, Value::Pairs(pairs)) => parted(&mut out, pairs, |out, (kind, path)| {
            out.push_str(&format!("{kind}:{}", percent(path)));
            Ok(())
        }),
        (Kind::DeviceAllow | Kind::DeviceLimit(_), Value::Pairs(pairs)) => {
            parted(&mut out, pairs, |out, (path, rest)| {
                Rules::PATHS.write(out, &percent(path))?;
                if !rest.is_empty() {
                    out.push(' ');
                    out.push_str(rest);
                }
                Ok(())
            })
        }
        // The words of the others hold nothing that is written in another way.
        (_, Value::List(words)) => parted(&mut out, words, |out, word| {
            out.push_str(&percent(word));
            Ok(())
        }),
        _ => return None,
    };
    Some(out)
}
