//! Shell completions and man pages, from the definition of the command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::CommandFactory as _;

use crate::cli::Cli;
use crate::failure::Failure;

/// Options of `__completions`.
#[derive(Debug, clap::Args)]
pub struct CompletionArgs {
    /// Which shell.
    shell: clap_complete::Shell,
}

/// Options of `__man`.
#[derive(Debug, clap::Args)]
pub struct ManArgs {
    /// The folder to write `daemonctl.1`, `daemonctl-ps.1` … into.
    folder: PathBuf,
}

/// Prints the completion script of a shell.
///
/// # Errors
/// Standard output can't be written.
pub fn completions(args: &CompletionArgs) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "daemonctl", &mut script);
    std::io::Write::write_all(&mut std::io::stdout(), &script)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the man pages.
///
/// # Errors
/// The folder can't be made or written.
pub fn man(args: &ManArgs) -> Result<ExitCode, Failure> {
    let fail = |error| {
        Failure::failed(format_args!(
            "cannot write man pages to {}: {error}",
            args.folder.display()
        ))
    };
    std::fs::create_dir_all(&args.folder).map_err(fail)?;
    clap_mangen::generate_to(Cli::command(), &args.folder).map_err(fail)?;
    Ok(ExitCode::SUCCESS)
}
