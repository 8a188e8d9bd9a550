//! `daemonctl __observed`: the gate through which a service starts that is observed from its first call.

use std::ffi::{CString, OsString};
use std::os::unix::ffi::OsStringExt as _;
use std::process::ExitCode;

use observe::gate::{self, Behind};

use crate::context::Context;
use crate::failure::Failure;

/// systemd.exec(5): `EXIT_EXEC`, what a service ends with whose program could not be run.
const EXIT_EXEC: u8 = 203;

/// Options of `__observed`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The word by which the observer knows its gates.
    #[arg(value_name = "TOKEN")]
    token: OsString,
    /// Whether the program is to find SIGPIPE ignored: `ignore` or `default`.
    #[arg(value_name = "SIGPIPE")]
    sigpipe: OsString,
    /// The program.
    #[arg(value_name = "PROGRAM")]
    program: OsString,
    /// What it finds as its arguments, its name first.
    #[arg(
        value_name = "ARGV",
        trailing_var_arg = true,
        allow_hyphen_values = true,
        required = true
    )]
    argv: Vec<OsString>,
}

/// Waits until it is watched, and becomes the program.
///
/// # Errors
/// The program can't be run.
pub fn run(_: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let text = |word: &OsString| {
        CString::new(word.clone().into_vec()).map_err(|_| Failure::usage("an argument has a NUL"))
    };
    let behind = Behind {
        path: text(&args.program)?,
        arguments: args.argv.iter().map(text).collect::<Result<_, _>>()?,
        ignores_sigpipe: args.sigpipe == "ignore",
    };
    let error = gate::pass(&behind, &args.token.to_string_lossy());
    let program = args.program.to_string_lossy();
    Err(Failure::failed(format_args!("cannot run {program}: {error}")).with_status(EXIT_EXEC))
}
