//! As whom something is done.

use super::capability;
use crate::snapshot::{Account, Definition, Lookups, Manager, Seen, Service};

/// Somebody who wants to do something with a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// A name to show.
    pub name: String,
    /// The user.
    pub uid: u32,
    /// All groups, the primary one first.
    pub groups: Vec<u32>,
    /// Capabilities in use, a bit each.
    pub capabilities: u64,
}

impl Who {
    /// root, with all capabilities.
    pub fn root() -> Who {
        Who { name: "root".into(), uid: 0, groups: vec![0], capabilities: capability::ALL }
    }

    /// A user with its own groups; root has all capabilities, others none.
    pub fn of(account: &Account) -> Who {
        let mut groups = vec![account.gid];
        groups.extend(account.groups.iter().copied().filter(|gid| *gid != account.gid));
        let capabilities = if account.uid == 0 { capability::ALL } else { 0 };
        Who { name: account.name.clone(), uid: account.uid, groups, capabilities }
    }

    /// Whether it has a capability, by number.
    pub fn has(&self, capability: u32) -> bool {
        self.capabilities & (1_u64.checked_shl(capability).unwrap_or(0)) != 0
    }

    /// Whether it is in a group.
    pub fn is_in(&self, gid: u32) -> bool {
        self.groups.contains(&gid)
    }
}

/// A user by name, as it was looked up; root is always known.
pub fn account(lookups: &Lookups, name: &str) -> Option<Who> {
    match lookups.users.get(name) {
        Some(Seen::Known(account)) => Some(Who::of(account)),
        _ if name == "root" || name == "0" => Some(Who::root()),
        _ => None,
    }
}

/// As whom a service's main command is executed: `User=`, `Group=`, `SupplementaryGroups=`, and which capabilities
/// it has then. `None`: that is made only at start (`DynamicUser=`), or the user is not known.
pub fn service_account(service: &Service, lookups: &Lookups) -> Option<Who> {
    let Some(definition) = &service.definition else { return None };
    let mut who = match &definition.user {
        Some((name, _)) => account(lookups, name)?,
        None if definition.dynamic_user || service.manager == Manager::SystemdUser => return None,
        None => Who::root(),
    };
    let gid = |name: &str| match lookups.groups.get(name) {
        Some(Seen::Known(group)) => Some(group.gid),
        _ => name.parse().ok(),
    };
    if let Some((name, _)) = &definition.group {
        let gid = gid(name)?;
        who.groups.retain(|known| *known != gid);
        who.groups.insert(0, gid);
    }
    who.groups.extend(definition.groups.iter().filter_map(|(name, _)| gid(name)));
    who.capabilities = capabilities(definition, who.uid == 0);
    Some(who)
}

fn capabilities(definition: &Definition, is_root: bool) -> u64 {
    let values = |key: &'static str| {
        let settings = definition.settings.iter().filter(move |setting| setting.key == key);
        settings.map(|setting| setting.value.as_str())
    };
    let bounding = capability::set(values("CapabilityBoundingSet"), capability::ALL);
    let ambient = capability::set(values("AmbientCapabilities"), 0);
    if is_root { bounding } else { ambient & bounding }
}
