//! What a launch comes to, for `--dry-run` and JSON.

use std::os::unix::ffi::OsStrExt as _;

use launch::detach::{Output, Plan};
use present::glance::{Block, heading};
use present::json::{Document, Object};
use present::text::clean;
use present::{Value, Why};

use super::{Args, output_of};
use crate::context::Context;
use crate::failure::Failure;

/// Shows it.
pub fn show(context: &Context, args: &Args, plan: &Plan) -> Result<(), Failure> {
    if context.common.json {
        let mut document = Document::begin(std::io::stdout().lock(), "detach")?;
        document.put_json("daemon", &json(args, plan).build())?;
        return Ok(document.finish(&[])?);
    }
    let layout = context.layout();
    let mut page = String::new();
    let shown = |text: &std::ffi::OsStr| clean(text.as_bytes()).into_owned();
    heading("would launch", &layout.theme, &mut page);
    let mut block = Block::new();
    block = block.row("program", &shown(plan.program.as_os_str()));
    for argument in &plan.argv {
        block = block.row("argument", &shown(argument));
    }
    for (name, value) in &plan.environment {
        block = block.row("environment", &format!("{}={}", shown(name), shown(value)));
    }
    block = block.row("directory", &shown(plan.directory.as_os_str()));
    block = block.row("umask", &format!("{:03o}", args.umask));
    let user = match &plan.account {
        Some(account) => format!(
            "{} (uid {}, gid {}, groups {})",
            clean(account.shown().as_bytes()),
            account.uid,
            account.gid,
            account.groups.iter().map(u32::to_string).collect::<Vec<_>>().join(" ")
        ),
        None => "yours".to_owned(),
    };
    block = block.row("user", &user);
    let output = match &plan.output {
        Output::Null => "/dev/null".to_owned(),
        Output::File(path) | Output::PlainFile(path) => shown(path.as_os_str()),
        Output::Syslog => format!("the syslog, as {}", clean(plan.tag.as_bytes())),
    };
    block = block.row("output", &output);
    if let Some(path) = &plan.pid_file {
        block = block.row("PID file", &shown(path.as_os_str()));
    }
    let waits = match (args.wait_ready, args.timeout, args.grace) {
        (true, timeout, _) if timeout == std::time::Duration::MAX => "until it is ready".to_owned(),
        (true, timeout, _) => format!("until it is ready, at most {timeout:?}"),
        (false, _, grace) => format!("{grace:?}, whether it ends again"),
    };
    block = block.row("waits", &waits);
    block.render(&layout, &mut page);
    context.print(&page)?;
    Ok(())
}

/// The same for machines.
pub fn json(args: &Args, plan: &Plan) -> Object {
    let mut object = Object::new();
    object.put("program", Value::raw(plan.program.as_os_str().as_bytes()));
    let args_of = plan.argv.iter().map(|argument| argument.to_string_lossy().into_owned());
    object.put_json("args", args_of.collect::<Vec<_>>());
    let mut variables = Object::new();
    for (name, value) in &plan.environment {
        variables.put(&name.to_string_lossy(), Value::raw(value.as_bytes()));
    }
    object.put_object("environment", variables);
    object.put("working_directory", Value::raw(plan.directory.as_os_str().as_bytes()));
    object.put("umask", Value::text(format!("{:03o}", args.umask)));
    let account = plan.account.as_ref();
    let user = account.map(|account| Value::text(account.shown()));
    object.put("user", user.unwrap_or(Value::Missing(Why::NotApplicable)));
    object.put("uid", Value::or_missing(account.map(|account| account.uid), Why::NotApplicable));
    object.put("gid", Value::or_missing(account.map(|account| account.gid), Why::NotApplicable));
    let (output, file) = output_of(&plan.output);
    object.put("output", output);
    let file = file.map(|path| Value::raw(path.as_os_str().as_bytes()));
    object.put("log", file.unwrap_or(Value::Missing(Why::NotApplicable)));
    let pid_file = plan.pid_file.as_ref().map(|path| Value::raw(path.as_os_str().as_bytes()));
    object.put("pid_file", pid_file.unwrap_or(Value::Missing(Why::NotApplicable)));
    object
}
