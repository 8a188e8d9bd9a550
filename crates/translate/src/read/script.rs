//! Going through a script: what it assigns, which settings files it reads, which functions it has.
//! Commands that mean something in one language only are given to whoever asks.

use std::collections::BTreeMap;

use super::Source;
use super::call::{Call, is_end, is_test};
use crate::shell::{self, Field, Item, Joiner, Node, ShWord, Simple, Variables};
use crate::{EnvironmentFile, Lost, Place};

/// How deep functions are followed.
const DEEPEST: usize = 16;
/// How many commands are looked at: functions that call each other twice grow fast.
const MOST_CALLS: usize = 20_000;

/// Libraries of functions: they hold no settings of a service.
const LIBRARIES: [&str; 12] = [
    "/lib/lsb/init-functions",
    "/lib/init/vars.sh",
    "/lib/init/init-d-script",
    "/etc/init.d/functions",
    "/etc/init.d/functions.sh",
    "/etc/rc.d/init.d/functions",
    "/etc/rc.status",
    "/etc/rc.subr",
    "/etc/sysconfig/network",
    "/etc/default/rcS",
    "/lib/rc/sh/functions.sh",
    "/etc/rc.conf",
];

/// A script that was read.
pub(super) struct Script {
    pub path: String,
    pub items: Vec<Item>,
    pub variables: Variables,
    /// Functions with the lines on which they begin.
    pub functions: BTreeMap<String, (u32, Vec<Item>)>,
    /// The arms of `case "$1"`.
    pub actions: Vec<(Vec<String>, Vec<Item>)>,
    /// Variables that are exported, in order.
    pub exported: Vec<String>,
    /// Tests behind which the script ends.
    pub exits: Vec<Test>,
    pub lost: Vec<Lost>,
    calls: usize,
}

/// A test: its words, as it is written, its line.
pub(super) type Test = (Vec<Field>, String, u32);

/// Where a command stands.
#[derive(Clone, Copy)]
struct Spot {
    line: u32,
    conditional: bool,
    is_piped: bool,
    is_background: bool,
    depth: usize,
}

/// Who is told of commands.
pub(super) type Sink<'s> = dyn FnMut(&mut Script, Call) + 's;

impl Script {
    /// Reads a script. `conf_d` is a settings file that is read before it.
    pub fn read(source: &Source<'_>, name: &str, conf_d: Option<&str>) -> Script {
        let (text, wrong_bytes) = source.text();
        let (items, wrong) = shell::parse(&text);
        let mut variables = Variables::new(name);
        if let Some(path) = conf_d {
            variables.files.push(EnvironmentFile { path: path.to_owned(), is_optional: true });
        }
        let mut script = Script {
            path: source.path.to_owned(),
            items,
            variables,
            functions: BTreeMap::new(),
            actions: Vec::new(),
            exported: Vec::new(),
            exits: Vec::new(),
            lost: wrong_bytes.into_iter().collect(),
            calls: 0,
        };
        if let Some(wrong) = wrong {
            let why =
                format!("there is no {} to what begins here; no more of it was read", wrong.what);
            let lost = Lost::new("the script from here on", why).at(source.place(wrong.line));
            script.lost.push(lost.instead("mend the script: sh -n names the line"));
        }
        script
    }

    pub fn place(&self, line: u32) -> Option<Place> {
        Some(Place { file: self.path.clone(), line })
    }

    /// Something of the script is lost.
    pub fn lose(&mut self, what: impl Into<String>, why: impl Into<String>, line: u32) {
        let lost = Lost::new(what, why).at(self.place(line));
        self.lost.push(lost);
    }

    /// Where a function begins.
    pub fn function_line(&self, name: &str) -> Option<u32> {
        self.functions.get(name).map(|(line, _)| *line)
    }

    /// Goes through the top level.
    pub fn walk_top(&mut self, sink: &mut Sink<'_>) {
        let items = std::mem::take(&mut self.items);
        self.walk(&items, false, 0, sink);
        self.items = items;
    }

    /// What a function runs; empty: nothing, or there is none of that name.
    pub fn calls_of(&mut self, name: &str) -> Vec<Call> {
        let mut calls = Vec::new();
        if let Some((_, body)) = self.functions.get(name).cloned() {
            self.walk(&body, false, 1, &mut |_, call| calls.push(call));
        }
        calls
    }

    /// Goes through commands in their order.
    pub fn walk(&mut self, items: &[Item], conditional: bool, depth: usize, sink: &mut Sink<'_>) {
        let mut test: Option<Test> = None;
        for (at, item) in items.iter().enumerate() {
            self.calls = self.calls.saturating_add(1);
            if self.calls > MOST_CALLS || depth > DEEPEST {
                return;
            }
            if item.joiner == Joiner::Next {
                test = None;
            }
            let hangs_on_test = test.is_some();
            let conditional = conditional || (hangs_on_test && item.joiner == Joiner::And);
            let deeper = depth.saturating_add(1);
            match &item.node {
                Node::Simple(simple) if is_test(simple) => {
                    let words = self.variables.fields(&simple.words);
                    test = Some((words, simple.source.clone(), item.line));
                }
                Node::Simple(simple) if is_end(simple) => {
                    if let Some(test) = test.take().filter(|_| depth == 0) {
                        self.exits.push(test);
                    }
                }
                Node::Simple(simple) => {
                    let next = items.get(at.saturating_add(1)).map(|next| next.joiner);
                    let is_piped = next == Some(Joiner::Pipe) || item.joiner == Joiner::Pipe;
                    self.simple(
                        simple,
                        Spot {
                            line: item.line,
                            conditional,
                            is_piped,
                            is_background: item.is_background,
                            depth,
                        },
                        sink,
                    );
                }
                Node::Function { name, body } => {
                    self.functions.insert(name.clone(), (item.line, body.clone()));
                }
                Node::Group { body } => self.walk(body, conditional, deeper, sink),
                Node::Loop { body } => self.walk(body, true, deeper, sink),
                Node::If { arms } => {
                    for (condition, body) in arms {
                        self.walk(condition, conditional, deeper, sink);
                        self.walk(body, true, deeper, sink);
                    }
                }
                Node::Case { subject, arms } => self.case(subject, arms, depth, sink),
            }
        }
    }

    fn case(
        &mut self,
        subject: &ShWord,
        arms: &[(Vec<ShWord>, Vec<Item>)],
        depth: usize,
        sink: &mut Sink<'_>,
    ) {
        let source = self.variables.expand(subject);
        if source.unknown_source() == Some("$1") && depth == 0 {
            for (patterns, body) in arms {
                let patterns = patterns.iter().filter_map(ShWord::literal).collect();
                self.actions.push((patterns, body.clone()));
            }
            return;
        }
        for (_, body) in arms {
            self.walk(body, true, depth.saturating_add(1), sink);
        }
    }

    fn simple(&mut self, simple: &Simple, spot: Spot, sink: &mut Sink<'_>) {
        if simple.words.is_empty() {
            for (name, value) in &simple.assignments {
                self.assign(name, value, &simple.source, spot);
            }
            return;
        }
        let name = simple.name().unwrap_or_default();
        match name.as_str() {
            "export" | "readonly" | "local" | "declare" | "typeset" => {
                self.declare(simple, &name, spot);
            }
            ":" => {
                self.variables.fields(&simple.words);
            }
            "." | "source" => self.source(simple, spot),
            "set" | "unset" | "shift" | "true" | "false" | "trap" | "wait" | "break"
            | "continue" => {}
            _ if self.functions.contains_key(&name) => {
                let Some((_, body)) = self.functions.get(&name).cloned() else { return };
                self.walk(&body, spot.conditional, spot.depth.saturating_add(1), sink);
            }
            _ => {
                let is_file = |(operator, _): &(String, ShWord)| !operator.ends_with('&');
                let call = Call {
                    words: self.variables.fields(&simple.words),
                    source: simple.source.clone(),
                    line: spot.line,
                    is_conditional: spot.conditional,
                    is_background: spot.is_background,
                    is_redirected: spot.is_piped || simple.redirections.iter().any(is_file),
                };
                sink(self, call);
            }
        }
    }

    fn assign(&mut self, name: &str, value: &ShWord, source: &str, spot: Spot) {
        let known = self.variables.text(name);
        if !spot.conditional || known.is_none() {
            self.variables.assign(name, value);
            return;
        }
        let new = self.variables.expand(value);
        let is_default = new.settings().any(|(own, _)| own == name);
        if new.fixed() != known && !is_default {
            let why = "whether that holds is known only when the script runs; the value before it \
                       is taken";
            self.lose(source, why, spot.line);
        }
    }

    fn declare(&mut self, simple: &Simple, name: &str, spot: Spot) {
        for word in simple.words.iter().skip(1) {
            let mut word = word.clone();
            let mut variable = String::new();
            if let Some(shell::Part::Text { text, is_quoted: false }) = word.parts.first_mut() {
                let (head, rest) = match text.split_once('=') {
                    Some((head, rest)) => (head.to_owned(), Some(rest.to_owned())),
                    None => (text.clone(), None),
                };
                variable = head;
                if let Some(rest) = rest {
                    *text = rest;
                    self.assign(&variable, &word, &simple.source, spot);
                }
            }
            if name == "export" && !variable.is_empty() && !variable.starts_with('-') {
                self.exported.retain(|known| *known != variable);
                self.exported.push(variable);
            }
        }
    }

    fn source(&mut self, simple: &Simple, spot: Spot) {
        let words = self.variables.fields(&simple.words);
        let Some(path) = words.get(1).and_then(Field::fixed) else {
            let why = "which file that is, is known only when the script runs";
            self.lose(simple.source.clone(), why, spot.line);
            return;
        };
        let is_library = LIBRARIES.iter().any(|library| path.ends_with(library))
            || path.ends_with("functions")
            || path.ends_with(".sh");
        if !is_library && !self.variables.files.iter().any(|known| known.path == path) {
            self.variables.files.push(EnvironmentFile { path, is_optional: spot.conditional });
        }
    }
}
