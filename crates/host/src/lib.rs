//! **Who else manages?** Room of the service managers that a machine already has: systemd (by
//! `org.freedesktop.systemd1`), OpenRC and SysV init (by what they leave in files).
//!
//! Start reading at [`ServiceManager`], the one trait, and [`Service`], what it answers with.
//! [`detect`] says what runs the machine, [`managers`] gives those that this caller can ask, and
//! [`script_index`] tells which daemon an init script starts, so that a process can be led back
//! to its script.
//!
//! # What this room does not do
//!
//! - To tell states it starts no process: they come from a manager's socket, from its state folders,
//!   from pid files and `/proc`. Only for one service, when asked for it, is a script's own `status` run.
//! - It edits no manager's state behind its back: what is to be done is asked of the manager, of its own
//!   tools (`rc-service`, `rc-update`, `update-rc.d`, `chkconfig`) or of the service's script.
//! - It does not decide how an answer is shown. Names, descriptions and results are foreign text:
//!   they may hold control characters.
//! - It does not guess. What a manager does not record is `None`, and [`Service::gaps`] says why.

mod action;
mod details;
mod detect;
mod error;
mod found;
mod known;
mod links;
mod lsb;
mod manager;
mod openrc;
mod proc;
mod read;
mod refusal;
mod runlevel;
mod script;
mod service;
mod systemd;
mod sysv;
mod tool;

pub use action::{Ability, Done, Event, Outcome, Request, Verb, Watch};
pub use details::{CustomCommand, Details, UnitWords};
pub use detect::{Options, detect, managers};
pub use error::HostError;
pub use known::{Dependency, Installed, Job, Relation};
pub use manager::{NativeProperty, ServiceManager};
pub use openrc::OpenRc;
pub use refusal::{Refusal, RefusalKind};
pub use script::{Note, Script, ScriptIndex, Scripts, script_index};
pub use service::{Field, Gap, ManagerKind, Reason, Service, ServiceState};
pub use systemd::{Started, Systemd, Transient, TransientEnd, change_sentence};
pub use sysv::SysV;
pub use tool::{KEPT_VARIABLES, is_this_program};
