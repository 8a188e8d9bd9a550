//! Mail.

use super::Word::{Is, Same, ValueOf};
use super::{ROW, Row, Test, another, itself};

pub const ROWS: &[Row] = &[
    Row {
        name: "postfix",
        programs: &["postfix", "postmulti", "master"],
        wrappers: &["postmulti"],
        services: &["postfix"],
        // `postfix check` says what it finds to the mail log alone: the first two say it to us.
        test: Test::Run(&[
            another(&["postconf"], &[Same("-c"), Is("-n")]),
            another(&["postconf"], &[Same("-c"), Is("-M")]),
            another(&["postfix"], &[Same("-c"), Is("check")]),
        ]),
        complaints: &[
            r"(?:fatal|error): (?P<file>/[^,:]+), line (?P<line>\d+): (?P<message>.*)",
            r"(?:fatal|error): file (?P<file>/[^:]+): line (?P<line>\d+): (?P<message>.*)",
            r"(?:postconf|postfix[^:]*): (?:fatal|error): (?P<message>.*)",
        ],
        noise: &["warning:"],
        scratch: &["/var/spool/postfix", "/var/lib/postfix"],
        ..ROW
    },
    Row {
        name: "dovecot",
        programs: &["dovecot"],
        services: &["dovecot"],
        test: Test::Run(&[another(&["doveconf"], &[Is("-n"), Same("-c")])]),
        complaints: &[
            r"doveconf: (?:Fatal|Error): Error in configuration file (?P<file>\S+) line (?P<line>\d+): (?P<message>.*)",
            r"doveconf: (?:Fatal|Error): Error in configuration file [^:]+: (?P<message>.*\(section started at (?P<file>[^:]+):(?P<line>\d+)\))",
            r"doveconf: (?:Fatal|Error): (?P<message>.*)",
        ],
        ..ROW
    },
    Row {
        name: "exim",
        programs: &["exim4", "exim"],
        services: &["exim", "exim4"],
        test: Test::Run(&[itself(&[Is("-bV"), Same("-C")])]),
        complaints: &[
            r"Exim configuration error in line (?P<line>\d+) of (?P<file>[^:]+):(?: (?P<message>.+))?$",
            r"Exim configuration error: (?P<message>.*)",
            r"exim: (?P<message>.*)",
        ],
        scratch: &["/var/spool/exim4", "/var/spool/exim", "/var/lib/exim4"],
        ..ROW
    },
    Row {
        name: "opensmtpd",
        programs: &["smtpd"],
        services: &["opensmtpd", "smtpd"],
        test: Test::Run(&[itself(&[Is("-n"), Same("-f")])]),
        complaints: &[r"^(?P<file>/[^:]+):(?P<line>\d+): (?P<message>.*)"],
        ..ROW
    },
    Row {
        name: "opendkim",
        programs: &["opendkim"],
        services: &["opendkim"],
        test: Test::Run(&[itself(&[Is("-n"), Same("-x")])]),
        complaints: &[
            r"^opendkim: (?P<file>/[^:]+): configuration error at line (?P<line>\d+): (?P<message>.*)",
            r"^opendkim: (?P<message>.*)",
        ],
        ..ROW
    },
    Row {
        name: "spamassassin",
        programs: &["spamd"],
        services: &["spamassassin", "spamd"],
        test: Test::Run(&[another(&["spamassassin"], &[Is("--lint"), ValueOf(&["-C"], &[])])]),
        complaints: &[r"(?:warn|error): (?P<message>.*)"],
        scratch: &["/var/lib/spamassassin", "/root"],
        ..ROW
    },
];
