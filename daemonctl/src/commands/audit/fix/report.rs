//! What came of a fix.

use std::path::PathBuf;
use std::process::ExitCode;

use insight::proposal::Proposed;
use present::Value;
use present::json::{Document, Object};
use present::text::clean;

use crate::context::Context;
use crate::failure::{Failure, exit};

/// What came of a fix.
#[derive(Debug, Default)]
pub struct Report {
    name: String,
    /// The drop-in's file.
    pub path: PathBuf,
    /// Its text.
    pub drop_in: String,
    /// Exposure before and after.
    pub figures: Option<(String, String)>,
    /// The settings that hold now.
    pub applied: Vec<Proposed>,
    /// The user said no.
    pub declined: bool,
    /// Why the whole drop-in was taken back.
    pub complaints: Vec<String>,
    /// The settings that the service does not bear.
    pub blamed: Vec<Proposed>,
    /// It did not bear the rest either.
    pub blame_is_unsure: bool,
}

impl Report {
    /// Nothing was done yet.
    pub fn new(name: &str, path: PathBuf) -> Report {
        Report { name: name.to_owned(), path, ..Report::default() }
    }

    /// It failed if the service did not bear the drop-in as it was proposed.
    pub fn status(&self) -> ExitCode {
        match self.complaints.is_empty() {
            true => ExitCode::SUCCESS,
            false => ExitCode::from(exit::FAILED),
        }
    }

    /// For people, behind the drop-in.
    pub fn text(&self, context: &Context) -> String {
        let theme = context.layout().theme;
        let name = clean(self.name.as_bytes());
        let path = self.path.to_string_lossy();
        let path = clean(path.as_bytes());
        let mut out = String::new();
        if self.declined {
            return "Nothing was done.\n".to_owned();
        }
        if !self.complaints.is_empty() {
            out.push_str(&format!("{name} does not bear it:\n"));
            for complaint in &self.complaints {
                out.push_str(&format!("  {}\n", clean(complaint.as_bytes())));
            }
        }
        let keys = |settings: &[Proposed]| {
            let mut keys: Vec<&str> = settings.iter().map(|setting| setting.key.as_str()).collect();
            keys.dedup();
            keys.join(", ")
        };
        if !self.blamed.is_empty() {
            let sure = if self.blame_is_unsure {
                "is likely to blame, but not alone"
            } else {
                "is to blame"
            };
            out.push_str(&format!("{} {sure}\n", keys(&self.blamed)));
        }
        if !self.applied.is_empty() {
            let arrow = if theme.unicode { "→" } else { "->" };
            let figures = self.figures.as_ref();
            let figures = figures.map_or_else(String::new, |(before, after)| {
                format!(", exposure {before} {arrow} {after}")
            });
            out.push_str(&format!("{path} is in place; {name} was restarted and works{figures}\n"));
        } else if !self.complaints.is_empty() {
            out.push_str(&format!("It was taken back; {name} was restarted and is as it was.\n"));
        } else if !self.drop_in.is_empty() {
            out.push_str("Nothing was written.\n");
        }
        out
    }

    /// As JSON, a document of its own.
    ///
    /// # Errors
    /// Standard output is closed or full.
    pub fn print_json(&self) -> Result<(), Failure> {
        let mut document = Document::begin(std::io::stdout().lock(), "audit")?;
        document.put_json("fix", &self.json())?;
        Ok(document.finish(&[])?)
    }

    /// As JSON.
    pub fn json(&self) -> serde_json::Value {
        let settings = |all: &[Proposed]| -> serde_json::Value {
            let one = |setting: &Proposed| {
                let mut object = Object::new();
                object.put("key", Value::text(setting.key.clone()));
                object.put("value", Value::text(setting.value.clone()));
                object.build()
            };
            all.iter().map(one).collect()
        };
        let mut object = Object::new();
        object.put("name", Value::text(self.name.as_str()));
        object.put("path", Value::text(self.path.to_string_lossy().into_owned()));
        object.put("drop_in", Value::text(self.drop_in.as_str()));
        object.put("in_place", !self.applied.is_empty());
        object.put_json("applied", settings(&self.applied));
        object.put(
            "complaints",
            Value::List(self.complaints.iter().map(|text| Value::text(text.as_str())).collect()),
        );
        object.put_json("blamed", settings(&self.blamed));
        object.put("blame_is_unsure", self.blame_is_unsure);
        let number = |text: Option<&String>| {
            let number = text.and_then(|text| text.parse().ok());
            number.map_or(Value::Missing(present::Why::NotApplicable), Value::float)
        };
        object.put("exposure_before", number(self.figures.as_ref().map(|figures| &figures.0)));
        object.put("exposure_after", number(self.figures.as_ref().map(|figures| &figures.1)));
        object.build()
    }
}
