//! Programs that a script names anywhere in its text.

use std::path::PathBuf;

/// Most programs that are kept of one script.
const MOST_MENTIONS: usize = 64;

/// Absolute paths in folders of programs, outside of comments, each once.
pub(super) fn find(text: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let code = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let code = code.filter(|line| in_folder(line));
    for word in code.flat_map(|line| line.split(ends_word)) {
        let is_program = word.starts_with('/') && !word.ends_with('/') && in_folder(word);
        let is_new = || !found.iter().any(|path| path.as_os_str() == word);
        if is_program && found.len() < MOST_MENTIONS && is_new() {
            found.push(PathBuf::from(word));
        }
    }
    found
}

/// Whether the text names a folder of programs; of a line: whether it is worth taking apart.
fn in_folder(text: &str) -> bool {
    text.contains('/')
        && ["bin/", "/lib/", "/libexec/", "/opt/"].iter().any(|folder| text.contains(folder))
}

fn ends_word(c: char) -> bool {
    let in_path =
        |c| matches!(c, '/' | '.' | '-' | '_' | '+' | '@' | '%' | '~' | '#' | '!' | '^' | '\\');
    c.is_whitespace() || c.is_ascii_punctuation() && !in_path(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_and_nothing_else() {
        let text = "# /usr/bin/commented\nif [ ! -x /usr/bin/mysqld_safe ]; then exit; fi\n\
                    X=\"/usr/sbin/a\";. /lib/lsb/init-functions\ncat /etc/passwd /usr/bin/ $D/bin/b\n";
        let found: Vec<_> = find(text).iter().map(|path| path.display().to_string()).collect();
        assert_eq!(found, ["/usr/bin/mysqld_safe", "/usr/sbin/a", "/lib/lsb/init-functions"]);
    }
}
