//! As whom commands run: systemd.exec(5), USER/GROUP IDENTITY, CAPABILITIES, SECURITY, MANDATORY
//! ACCESS CONTROL.

use crate::table::{
    Default, Directive,
    kind::Kind::{Bool, Capabilities, Label, SecureBits, Text, User, Users},
    rows::build::{Computed, NO, NONE, SAME, obsolete, row},
};

const DYNAMIC: Default = Computed("no; yes with DynamicUser=");

#[rustfmt::skip] // a row is easier to read on one line
pub(in crate::table::rows) const ROWS: &[Directive] = &[
    row("User", User, Computed("root; the user himself under a user's manager"), 0, SAME, "The user that commands run as").fatal(),
    row("Group", User, Computed("the main group of User="), 0, SAME, "The group that commands run as").fatal(),
    row("DynamicUser", Bool, NO, 232, SAME, "Runs as a user that exists only while the unit runs").fatal(),
    row("SupplementaryGroups", Users, NONE, 0, SAME, "More groups that the commands belong to").append().fatal(),
    row("SetLoginEnvironment", Bool, Computed("yes with User=, DynamicUser= or PAMName=, else no"), 255, SAME, "Sets $HOME, $LOGNAME and $SHELL"),
    row("PAMName", Text, NONE, 0, SAME, "The PAM service under which a session is opened"),
    row("CapabilityBoundingSet", Capabilities, Computed("all that the manager has"), 0, SAME, "The capabilities that commands can ever have").append(),
    row("AmbientCapabilities", Capabilities, NONE, 229, SAME, "Capabilities that commands have even when not run as root").append(),
    row("NoNewPrivileges", Bool, DYNAMIC, 187, SAME, "Commands never gain privileges by running another program"),
    row("SecureBits", SecureBits, NONE, 0, SAME, "How capabilities change when the user changes"),
    row("SELinuxContext", Label, Computed("as the SELinux policy has it"), 209, SAME, "The SELinux context of the commands").fatal(),
    row("AppArmorProfile", Label, Computed("as the AppArmor policy has it"), 210, SAME, "The AppArmor profile of the commands").fatal(),
    row("SmackProcessLabel", Label, Computed("DefaultSmackProcessLabel= of the manager"), 218, SAME, "The Smack label of the commands").fatal(),
    obsolete("Capabilities", "CapabilityBoundingSet= or AmbientCapabilities=", "Was a set of capabilities in the text form of libcap"),
];
