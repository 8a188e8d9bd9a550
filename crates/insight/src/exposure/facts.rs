//! What a unit declares, as far as the checks ask.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::capability;

/// Properties that checks ask for, by their D-Bus names (org.freedesktop.systemd1(5)).
pub const PROPERTIES: &[&str] = &[
    "AmbientCapabilities",
    "CapabilityBoundingSet",
    "DefaultDependencies",
    "Delegate",
    "DeviceAllow",
    "DevicePolicy",
    "DynamicUser",
    "IPAddressAllow",
    "IPAddressDeny",
    "IPEgressFilterPath",
    "IPIngressFilterPath",
    "KeyringMode",
    "LockPersonality",
    "MemoryDenyWriteExecute",
    "NoNewPrivileges",
    "NotifyAccess",
    "PrivateDevices",
    "PrivateMounts",
    "PrivateNetwork",
    "PrivateTmp",
    "PrivateUsers",
    "ProcSubset",
    "ProtectClock",
    "ProtectControlGroups",
    "ProtectHome",
    "ProtectHostname",
    "ProtectKernelLogs",
    "ProtectKernelModules",
    "ProtectKernelTunables",
    "ProtectProc",
    "ProtectSystem",
    "RemoveIPC",
    "RestrictAddressFamilies",
    "RestrictNamespaces",
    "RestrictRealtime",
    "RestrictSUIDSGID",
    "RootDirectory",
    "RootImage",
    "SupplementaryGroups",
    "SystemCallArchitectures",
    "SystemCallFilter",
    "UMask",
    "User",
];

/// A list that allows, or one that denies (`~`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What is listed is allowed, nothing else.
    pub allows: bool,
    /// What is listed.
    pub words: BTreeSet<String>,
}

impl Choice {
    /// From `~a b`, `a b` or `none` (which allows nothing); what stands behind a colon (an error's name) is left out.
    fn of(text: &str) -> Choice {
        let (allows, list) = match text.strip_prefix('~') {
            Some(rest) => (false, rest),
            None if text == "none" => (true, ""),
            None => (!text.is_empty(), text),
        };
        let word = |word: &str| word.split(':').next().unwrap_or(word).to_owned();
        Choice { allows, words: list.split_whitespace().map(word).collect() }
    }

    /// Nothing is restricted.
    pub fn is_open(&self) -> bool {
        !self.allows && self.words.is_empty()
    }
}

/// What a unit declares: its properties as `systemctl show` prints them, the larger ones taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    texts: BTreeMap<&'static str, String>,
    /// What is left of the capability bounding set, a bit each.
    pub capabilities: u64,
    /// Ambient capabilities.
    pub ambient: u64,
    /// `SystemCallFilter=`, groups replaced by what they hold.
    pub system_calls: Choice,
    /// `RestrictAddressFamilies=`.
    pub families: Choice,
    /// Kinds of namespaces that it may make; `None`: all.
    pub namespaces: Option<BTreeSet<String>>,
}

impl Facts {
    /// From properties in the form of `systemctl show`: `yes`, `0022`, `~@clock @debug` with groups replaced,
    /// `cap_chown cap_kill` (or a number). `implied`: what the manager tells of a unit that it has loaded lacks what
    /// settings imply; systemd-analyze adds that, except for files that it reads itself.
    pub fn of(property: impl Fn(&str) -> Option<String>, implied: bool) -> Facts {
        let known = |name: &'static str| Some((name, property(name)?));
        let texts = PROPERTIES.iter().filter_map(|name| known(name)).collect();
        let mut facts = Facts { texts, ..Facts::default() };
        facts.take_apart();
        if implied {
            facts.imply();
        }
        facts
    }

    /// A service without any sandbox, that runs as this user: what there is on a machine whose init has none.
    pub fn bare(user: &str, umask: u32) -> Facts {
        let user = user.to_owned();
        Facts::of(
            |name| match name {
                "User" => Some(user.clone()),
                "UMask" => Some(format!("{umask:04o}")),
                // What systemd does for every service of the machine.
                "KeyringMode" => Some("private".to_owned()),
                _ => None,
            },
            false,
        )
    }

    /// Taken from the text of a property; empty where it is not set.
    pub fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }

    /// A property that is yes or no is yes.
    pub fn is(&self, name: &str) -> bool {
        matches!(self.text(name), "yes" | "true" | "1" | "on")
    }

    /// It is no service of early boot.
    pub fn has_default_dependencies(&self) -> bool {
        self.text("DefaultDependencies").is_empty() || self.is("DefaultDependencies")
    }

    /// It runs as root, by its declaration.
    pub fn runs_as_root(&self) -> bool {
        match self.text("User") {
            "0" | "root" => true,
            user => !self.is("DynamicUser") && user.is_empty(),
        }
    }

    /// Replaces a property's text.
    pub(super) fn put(&mut self, name: &'static str, text: String) {
        self.texts.insert(name, text);
    }

    pub(super) fn take_apart(&mut self) {
        let bounding = self.texts.get("CapabilityBoundingSet");
        self.capabilities = bounding.map_or(u64::MAX, |text| capabilities(text));
        self.ambient = capabilities(self.text("AmbientCapabilities"));
        self.system_calls = Choice::of(self.text("SystemCallFilter"));
        self.families = Choice::of(self.text("RestrictAddressFamilies"));
        self.namespaces = match self.text("RestrictNamespaces") {
            "" | "no" => None,
            "yes" => Some(BTreeSet::new()),
            text => Some(text.split_whitespace().map(str::to_owned).collect()),
        };
    }

    /// What settings imply without the properties saying so.
    pub(super) fn imply(&mut self) {
        const OWN_MOUNTS: &[&str] = &[
            "PrivateDevices",
            "PrivateTmp",
            "ProtectControlGroups",
            "ProtectKernelTunables",
            "ProtectKernelModules",
        ];
        let is_off = |text: &str| matches!(text, "no" | "");
        if OWN_MOUNTS.iter().any(|name| self.is(name))
            || !is_off(self.text("ProtectHome"))
            || !is_off(self.text("ProtectSystem"))
            || !self.text("RootImage").is_empty()
        {
            self.put("PrivateMounts", "yes".to_owned());
        }
        const TAKEN: &[(&str, &[&str])] = &[
            ("ProtectKernelModules", &["CAP_SYS_MODULE"]),
            ("ProtectKernelLogs", &["CAP_SYSLOG"]),
            ("ProtectClock", &["CAP_SYS_TIME", "CAP_WAKE_ALARM"]),
            ("PrivateDevices", &["CAP_MKNOD", "CAP_SYS_RAWIO"]),
        ];
        for (name, taken) in TAKEN {
            if self.is(name) {
                self.capabilities &= !super::judge::mask(taken);
            }
        }
    }
}

/// A set of capabilities: a number, or names.
fn capabilities(text: &str) -> u64 {
    if let Ok(number) = text.parse() {
        return number;
    }
    let bits = text.split_whitespace().filter_map(|name| capability::bit(&name.to_uppercase()));
    bits.fold(0, |set, bit| set | bit)
}
