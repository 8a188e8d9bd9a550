//! `daemonctl escape`: texts and paths as parts of unit names, and back; as systemd-escape(1).

use std::ffi::OsString;
use std::io::{IsTerminal as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::process::ExitCode;

use present::Value;
use present::json::{Document, Object};
use unit::escape::{self, EscapeError};
use unit::name::mangle;
use unit::{Name, UnitType};

use crate::context::Context;
use crate::failure::Failure;

const AFTER_HELP: &str = "\
A slash becomes -, all but letters, digits and : _ . becomes \\x and two hexadecimal digits. Paths
come back whole only if they were absolute. Results are separated by spaces.

Examples:
  daemonctl escape 'My Container 1'
  daemonctl escape --path --suffix mount /srv/data-1
  daemonctl escape --template backup@.service --path /home
  daemonctl escape --unescape 'My\\x20Container\\x201'
  daemonctl escape --unescape --instance --path backup@home-me.service
  daemonctl escape --mangle nginx /home /dev/sda1";

/// Options of `escape`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// What is escaped; put -- before the first if it begins with a dash.
    #[arg(value_name = "TEXT", required = true)]
    texts: Vec<OsString>,
    /// Texts are paths: needless slashes and . fall away.
    #[arg(long, short, conflicts_with = "mangle")]
    path: bool,
    /// Turn escaped texts back.
    #[arg(long, short, conflicts_with = "mangle")]
    unescape: bool,
    /// Append the type of a unit: service, mount and so on.
    #[arg(long, value_name = "TYPE", conflicts_with_all = ["template", "unescape", "mangle"],
          value_parser = unit_type)]
    suffix: Option<UnitType>,
    /// Put each into this template, such as foo@.service; with --unescape take it out of one.
    #[arg(long, value_name = "TEMPLATE", conflicts_with = "mangle", value_parser = template)]
    template: Option<Name>,
    /// Take out and turn back what stands between the @ and the type of a unit's name.
    #[arg(long, requires = "unescape", conflicts_with = "template")]
    instance: bool,
    /// What systemctl makes of what is written for a unit: escape only what no name can hold, and
    /// append .service where the type is missing.
    #[arg(long, short)]
    mangle: bool,
}

fn unit_type(text: &str) -> Result<UnitType, String> {
    UnitType::of_suffix(text).ok_or_else(|| {
        let all = UnitType::ALL.map(UnitType::suffix).join(", ");
        format!("there is no such type of unit; there are {all}")
    })
}

fn template(text: &str) -> Result<Name, String> {
    let name: Name = text.parse().map_err(|error| format!("{error}"))?;
    match name.is_template() {
        true => Ok(name),
        false => Err("a template has nothing between @ and its type: foo@.service".to_owned()),
    }
}

/// Runs `escape`.
///
/// # Errors
/// A text that can't be escaped, or not be turned back. Then nothing is printed.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let mut results = Vec::with_capacity(args.texts.len());
    for text in &args.texts {
        results.push(args.convert(text.as_bytes())?);
    }
    for text in args.texts.iter().filter(|text| args.is_one_way(text.as_bytes())) {
        let text = present::text::clean(text.as_bytes());
        let note =
            format!("daemonctl: `{text}` is no absolute path, and does not come back as it was\n");
        std::io::stderr().write_all(note.as_bytes())?;
    }
    let mut out = Vec::new();
    if context.common.json {
        write_json(args, &results, &mut out)?;
    } else {
        let terminal = std::io::stdout().is_terminal();
        for (index, result) in results.iter().enumerate() {
            if index > 0 {
                out.push(b' ');
            }
            match terminal {
                true => out.extend_from_slice(present::text::clean(result).as_bytes()),
                // A script gets the bytes that were escaped.
                false => out.extend_from_slice(result),
            }
        }
        out.push(b'\n');
    }
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(&out)?;
    stdout.flush()?;
    Ok(ExitCode::SUCCESS)
}

impl Args {
    fn convert(&self, text: &[u8]) -> Result<Vec<u8>, Failure> {
        match () {
            () if self.mangle => mangle(text, UnitType::Service, false)
                .map(String::into_bytes)
                .map_err(|error| failure("make a unit name of", text, &error)),
            () if self.unescape => self.unescape(text),
            () => self.escape(text).map(String::into_bytes),
        }
    }

    fn escape(&self, text: &[u8]) -> Result<String, Failure> {
        let escaped = match self.path {
            true => escape::escape_path(text)
                .map_err(|error| failure("escape the path", text, &error))?,
            false => escape::escape(text),
        };
        match (&self.template, self.suffix) {
            (Some(template), _) => {
                let instance = Some(&escaped).filter(|escaped| !escaped.is_empty());
                let name = instance.and_then(|instance| template.with_instance(instance));
                name.map(|name| name.to_string()).ok_or_else(|| {
                    let why = match escaped.is_empty() {
                        true => "an instance can't be empty",
                        false => "the name would be longer than 255 bytes",
                    };
                    failure(&format!("put into {template}:"), text, &why)
                })
            }
            (None, Some(suffix)) => Ok(format!("{escaped}.{}", suffix.suffix())),
            (None, None) => Ok(escaped),
        }
    }

    fn unescape(&self, text: &[u8]) -> Result<Vec<u8>, Failure> {
        let whole = std::str::from_utf8(text);
        let failed = |why: &dyn std::fmt::Display| failure("unescape", text, why);
        let name: Name;
        let escaped = if self.template.is_some() || self.instance {
            name = whole
                .map_err(|_| failed(&"it is not UTF-8"))?
                .parse()
                .map_err(|error| failed(&error))?;
            let instance = name.instance().filter(|instance| !instance.is_empty());
            let instance = instance.ok_or_else(|| failed(&"the name has no instance"))?;
            if let Some(template) = &self.template
                && name.template().as_ref() != Some(template)
            {
                return Err(failed(&format_args!("it is no instance of {template}")));
            }
            instance.as_bytes()
        } else {
            text
        };
        let unescaped = match self.path {
            true => escape::unescape_path(escaped),
            false => escape::unescape(escaped),
        };
        unescaped.map_err(|error: EscapeError| failed(&error))
    }

    /// Escaped as a path, and none that comes back as it was.
    fn is_one_way(&self, text: &[u8]) -> bool {
        self.path && !self.unescape && text.first() != Some(&b'/')
    }
}

fn failure(what: &str, text: &[u8], why: &dyn std::fmt::Display) -> Failure {
    let text = present::text::clean(text);
    Failure::failed(format_args!("cannot {what} `{text}`: {why}"))
}

fn write_json(args: &Args, results: &[Vec<u8>], out: &mut Vec<u8>) -> Result<(), Failure> {
    let mut document = Document::begin(out, "escape")?;
    document.array("results")?;
    for (text, result) in args.texts.iter().zip(results) {
        let mut object = Object::new();
        object.put("text", Value::raw(text.as_bytes()));
        object.put("result", Value::raw(result.as_slice()));
        document.item(object)?;
    }
    document.end_array()?;
    document.finish(&[])?;
    Ok(())
}
