//! Which listeners stand open to everybody, served by root.

use std::collections::HashMap;
use std::ops::ControlFlow;

use process::sockets;

use super::{Found, Search};
use crate::overview::group::{Row, RowKind};
use crate::overview::listen::{Exposure, Port, compact, port};

/// Local ports that the kernel gives out by itself begin here unless told otherwise (ip(7)): a UDP
/// socket on one of them is mostly a client's, which looks like a listener.
const EPHEMERAL_FROM: u16 = 32_768;

impl Search<'_> {
    /// Lines that hold a socket on all addresses with processes of root's only: a worker that gave
    /// up root and holds it too is the one that serves it.
    pub fn exposures(&self, rows: &[Row]) -> Vec<Exposure> {
        let mut by_row: HashMap<usize, (Vec<Port>, Vec<u32>)> = HashMap::new();
        for found in &self.found {
            let Some((index, row)) = found.row.and_then(|index| Some((index, rows.get(index)?)))
            else {
                continue;
            };
            let port = port(&found.socket);
            let client = port.protocol != "tcp" && port.port >= EPHEMERAL_FROM;
            if row.kind == RowKind::Init || !port.wildcard || client {
                continue;
            }
            let as_root = match found.holder {
                Some(pid) => self.runs_as_root(pid) && !self.is_served_by_another(row, found),
                // Only its control group is known.
                None => row.pids.iter().all(|&pid| self.runs_as_root(pid)),
            };
            let Some(pid) = found.holder.or(row.main_pid).filter(|_| as_root) else { continue };
            let entry = by_row.entry(index).or_default();
            entry.0.push(port);
            if !entry.1.contains(&pid) {
                entry.1.push(pid);
            }
        }
        let exposure = |(row, (ports, pids)): (usize, (Vec<Port>, Vec<u32>))| Exposure {
            row,
            pids,
            ports: compact(&ports),
        };
        let mut exposures: Vec<Exposure> = by_row.into_iter().map(exposure).collect();
        exposures.sort_by_key(|exposure| exposure.row);
        exposures
    }

    fn runs_as_root(&self, pid: u32) -> bool {
        self.members.get(&pid).is_some_and(|member| member.uid == Some(0))
    }

    fn is_served_by_another(&self, row: &Row, found: &Found) -> bool {
        let holds = |pid: u32| {
            let Ok(dir) = self.proc.process(pid) else { return false };
            let walked = sockets::socket_inodes_of(dir.as_fd(), &mut |_, inode| {
                if inode == found.socket.inode {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
            walked.is_ok_and(|walk| walk.stopped)
        };
        row.pids.iter().any(|&pid| !self.runs_as_root(pid) && holds(pid))
    }
}
