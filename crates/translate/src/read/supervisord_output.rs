//! Where the output of a program of supervisord.conf goes.

use super::ini::Entry;
use super::supervisord_program::Reader;
use super::supervisord_words::is_no;
use crate::{Lost, Output};

impl Reader<'_> {
    pub(super) fn output(&mut self, entry: &Entry) {
        let yes = !is_no(&entry.value);
        match entry.key.as_str() {
            "redirect_stderr" if yes => self.definition.error = Some(Output::Same),
            "redirect_stderr" => {}
            "stdout_logfile" => self.definition.output = self.log(entry),
            "stderr_logfile" if self.definition.error != Some(Output::Same) => {
                self.definition.error = self.log(entry);
            }
            "stderr_logfile" => {}
            "stdout_syslog" if yes => self.definition.output = Some(Output::Log),
            "stderr_syslog" if yes => self.definition.error = Some(Output::Log),
            key if key.contains("_logfile_") && entry.value != "0" => {
                let why = "services do not rotate their logs themselves";
                let lost = Lost::new(entry.source(), why).at(self.source.place(entry.line));
                let instead = "logrotate does, or the journal by itself";
                self.definition.lost.push(lost.instead(instead));
            }
            _ if !yes => {}
            _ => self.lose(entry, "only supervisord has such a thing"),
        }
    }

    fn log(&mut self, entry: &Entry) -> Option<Output> {
        match entry.value.as_str() {
            "AUTO" | "syslog" => Some(Output::Log),
            "NONE" | "/dev/null" => Some(Output::Null),
            // A container's way of saying: where everybody else writes.
            "/dev/stdout" | "/dev/fd/1" | "/dev/stderr" | "/dev/fd/2" => Some(Output::Log),
            _ => {
                let path = self.text(entry)?;
                if !path.starts_with('/') {
                    self.lose(entry, "below which folder that is, only supervisord knows");
                    return None;
                }
                Some(Output::Append(path))
            }
        }
    }
}
