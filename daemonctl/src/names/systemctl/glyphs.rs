//! The signs of systemctl's output, for terminals with and without UTF-8.

use std::ffi::OsString;

/// The signs of one character set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// Further rows of the same branch follow below.
    pub vertical: &'static str,
    /// A branch, others follow.
    pub branch: &'static str,
    /// The last branch.
    pub last: &'static str,
    /// A place of the tree's trunk where it has ended.
    pub space: &'static str,
    /// A process that is not in the group it should be in.
    pub stray: &'static str,
    pub circle: &'static str,
    pub empty_circle: &'static str,
    pub cross: &'static str,
    pub reloading: &'static str,
    pub arrow: &'static str,
    pub bullet: &'static str,
    pub ellipsis: &'static str,
}

const UNICODE: Glyphs = Glyphs {
    vertical: "│ ",
    branch: "├─",
    last: "└─",
    space: "  ",
    stray: "‣",
    circle: "●",
    empty_circle: "○",
    cross: "×",
    reloading: "↻",
    arrow: "→",
    bullet: "•",
    ellipsis: "…",
};

const ASCII: Glyphs = Glyphs {
    vertical: "| ",
    branch: "|-",
    last: "`-",
    space: "  ",
    stray: ">",
    circle: "*",
    empty_circle: "*",
    cross: "x",
    reloading: "*",
    arrow: "->",
    bullet: "*",
    ellipsis: "...",
};

impl Glyphs {
    /// Those for the caller's locale, as its environment has it.
    pub fn of_environment() -> Glyphs {
        Self::of(|name| std::env::var_os(name))
    }

    /// Whether the caller's locale is one with UTF-8.
    pub fn locale_is_utf8() -> bool {
        Self::of_environment() == UNICODE
    }

    fn of(variable: impl Fn(&str) -> Option<OsString>) -> Glyphs {
        let text = |name| variable(name).map(|value| value.to_string_lossy().into_owned());
        if let Some(forced) =
            text("SYSTEMD_UTF8").and_then(|v| unit::values::scalar::parse_bool(&v))
        {
            return if forced { UNICODE } else { ASCII };
        }
        let all: Vec<String> =
            ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(text).collect();
        // Where nobody says anything, systemd takes it for UTF-8.
        let Some(locale) = all.iter().find(|value| !value.is_empty()) else {
            return if all.is_empty() { UNICODE } else { ASCII };
        };
        let charset = locale.split_once('.').map_or("", |(_, charset)| charset);
        let charset = charset.split('@').next().unwrap_or_default();
        match charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8") {
            true => UNICODE,
            false => ASCII,
        }
    }

    /// The sign of an active state.
    pub fn of_state(&self, active_state: &str) -> &'static str {
        match active_state {
            "active" | "activating" | "deactivating" => self.circle,
            "reloading" => self.reloading,
            "inactive" | "maintenance" => self.empty_circle,
            "failed" => self.cross,
            _ => " ",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ASCII, Glyphs, UNICODE};

    #[test]
    fn the_locale_decides() {
        let of = |pairs: &[(&str, &str)]| {
            Glyphs::of(|name| {
                pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).into())
            })
        };
        assert_eq!(of(&[]), UNICODE);
        assert_eq!(of(&[("LANG", "C")]), ASCII);
        assert_eq!(of(&[("LANG", "C.UTF-8")]), UNICODE);
        assert_eq!(of(&[("LANG", "C.UTF-8"), ("LC_ALL", "C")]), ASCII);
        assert_eq!(of(&[("LC_ALL", "C"), ("SYSTEMD_UTF8", "1")]), UNICODE);
    }
}
