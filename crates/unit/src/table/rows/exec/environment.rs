//! Variables and credentials: systemd.exec(5), ENVIRONMENT, CREDENTIALS.

use crate::table::{
    Directive,
    kind::Kind::{
        Environment, EnvironmentFile, ImportCredential, LoadCredential, SetCredential,
        VariableNames,
    },
    rows::build::{NONE, SAME, row},
};

#[rustfmt::skip] // a row is easier to read on one line
pub(in crate::table::rows) const ROWS: &[Directive] = &[
    row("Environment", Environment, NONE, 0, SAME, "Environment variables").append(),
    row("EnvironmentFile", EnvironmentFile, NONE, 0, "EnvironmentFiles", "Files with environment variables, read at each start").append(),
    row("PassEnvironment", VariableNames(false), NONE, 228, SAME, "Variables that are taken over from the manager's environment").append(),
    row("UnsetEnvironment", VariableNames(true), NONE, 235, SAME, "Variables that are left out at the very end").append(),
    row("LoadCredential", LoadCredential, NONE, 247, SAME, "Credentials from files and sockets, handed over in a directory").list("load-credential"),
    row("LoadCredentialEncrypted", LoadCredential, NONE, 250, SAME, "The same, encrypted").list("load-credential"),
    row("ImportCredential", ImportCredential, NONE, 254, SAME, "Credentials of the manager and of the machine, by pattern").append(),
    row("SetCredential", SetCredential, NONE, 247, SAME, "Credentials whose text stands here").list("set-credential"),
    row("SetCredentialEncrypted", SetCredential, NONE, 250, SAME, "The same, encrypted").list("set-credential"),
];
