//! Secrets in texts: that there is one, and where; never what it is.

use insight::snapshot::{Place, Secret, SecretKind};

/// So many of one file are told.
const MOST: usize = 8;

/// Ends of names that hold a secret.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "secret_key",
    "secretkey",
    "secret_access_key",
    "api_key",
    "apikey",
    "access_token",
    "auth_token",
    "bearer_token",
    "private_key",
    "requirepass",
    "masterauth",
    "bindpw",
    "rootpw",
    "_pass",
    "_token",
    "default_pass",
];

/// Names that are a secret's even where nothing but blanks stands between them and the value.
const PLAIN: &[&str] =
    &["requirepass", "masterauth", "bindpw", "rootpw", "password", "insecure-password"];

/// Values that are no secrets: switches, methods, places of secrets.
const VALUES: &[&str] = &[
    "yes",
    "no",
    "on",
    "off",
    "true",
    "false",
    "none",
    "null",
    "nil",
    "ask",
    "prompt",
    "required",
    "requisite",
    "sufficient",
    "optional",
    "include",
    "substack",
    "enabled",
    "disabled",
    "default",
    "files",
    "compat",
    "systemd",
    "md5",
    "crypt",
    "sha1",
    "sha256",
    "sha512",
    "plain",
    "clear",
    "exop",
    "bcrypt",
    "scram-sha-256",
    "password",
    "secret",
    "token",
    "xxx",
    "xxxx",
    "xxxxxxxx",
    "string",
    "unset",
    "empty",
];

/// The secrets of a text.
pub fn of_text(path: &str, text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    for (line, number) in text.lines().zip(1_u32..) {
        let Some((kind, name)) = of_line(line) else { continue };
        let place = Place { path: path.to_owned(), line: number };
        found.push(Secret { kind, name, place, pid: None });
        if found.len() >= MOST {
            break;
        }
    }
    found
}

fn of_line(line: &str) -> Option<(SecretKind, String)> {
    let line = line.trim();
    if line.starts_with("-----BEGIN ") && line.ends_with("PRIVATE KEY-----") {
        let is_locked = line.contains("ENCRYPTED");
        return (!is_locked).then(|| (SecretKind::Key, "private key".to_owned()));
    }
    if line.is_empty()
        || line.starts_with(['#', ';', '*', '!', '<', '%'])
        || line.starts_with("//")
        || line.starts_with("--")
    {
        return None;
    }
    if let Some(name) = assignment(line) {
        return Some((SecretKind::Password, name));
    }
    has_password_in_address(line)
        .then(|| (SecretKind::Address, "address with a password".to_owned()))
}

/// The name of a secret that the line sets.
fn assignment(line: &str) -> Option<String> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let bare = line.strip_prefix("define(").unwrap_or(line);
    let split =
        if bare.len() == line.len() { bare.split_once(['=', ':']) } else { bare.split_once(',') };
    if let Some((name, value)) = split {
        let name = trimmed(name);
        let is_word = !name.contains(char::is_whitespace);
        if is_word && is_secret_name(name) && is_secret_value(value) {
            return Some(name.to_owned());
        }
    }
    let mut words = line.split_whitespace();
    while let Some(word) = words.next() {
        let name = word.to_ascii_lowercase();
        if PLAIN.contains(&name.as_str()) && words.clone().next().is_some_and(is_secret_value) {
            // Only the last two words of a line: the rest is prose.
            return (words.count() == 1).then(|| word.to_owned());
        }
    }
    None
}

fn trimmed(text: &str) -> &str {
    text.trim().trim_matches(['"', '\'', '[', ']', '(', ')', '$', '`'])
}

/// Whether a name is one of a secret.
pub fn is_secret_name(name: &str) -> bool {
    let name: String = name.to_ascii_lowercase().replace(['-', '.'], "_");
    NAMES.iter().any(|end| name.ends_with(end)) && name.len() < 64
}

/// Whether a text may be a secret, and not a switch, a path or a reference.
pub fn is_secret_value(value: &str) -> bool {
    let value = value.trim().trim_end_matches([';', ',', ')']).trim();
    let is_quoted = value.starts_with(['"', '\'']);
    let value = trimmed(value);
    let lower = value.to_ascii_lowercase();
    value.len() >= 3
        && (is_quoted || !value.contains(char::is_whitespace))
        && !value.starts_with(['/', '$', '%', '{', '<', '@', '&', '*', '!', '~'])
        && !["file:", "env:", "vault:", "enc[", "sha", "$", "pbkdf2", "scram-"]
            .iter()
            .any(|start| lower.starts_with(start))
        && !VALUES.contains(&lower.as_str())
}

/// `scheme://user:password@host`
fn has_password_in_address(line: &str) -> bool {
    let Some((_, rest)) = line.split_once("://") else { return false };
    let authority = rest.split(['/', '"', '\'', ' ', '?']).next().unwrap_or_default();
    let Some((login, _)) = authority.rsplit_once('@') else { return false };
    let Some((user, password)) = login.split_once(':') else { return false };
    let is_example = matches!(password, "pass" | "password" | "PASSWORD" | "secret" | "pwd");
    !user.is_empty() && !is_example && is_secret_value(password)
}

/// The name of an option that gives a secret on a command line.
pub fn of_words(words: &[&str]) -> Option<String> {
    let mut rest = words.iter().skip(1).peekable();
    while let Some(word) = rest.next() {
        let Some(option) = word.strip_prefix("--") else { continue };
        let (name, value) = match option.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (option, rest.peek().filter(|next| !next.starts_with('-')).map(|next| **next)),
        };
        if is_secret_name(name) && value.is_some_and(is_secret_value) {
            return Some(format!("--{name}"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_in_every_language_of_configurations() {
        for line in [
            "requirepass hunter22",
            "DB_PASSWORD=hunter22",
            "export API_KEY=\"abc def\"",
            "password: 's3cret!'",
            "define('DB_PASSWORD', 'hunter22');",
            "  $db_password = 'x1y2z3';",
            "client_secret = 0123456789abcdef",
            "url = postgres://app:hunter22@db/app",
            "-----BEGIN OPENSSH PRIVATE KEY-----",
            "stats auth admin:pw",
            "user admin insecure-password hunter22",
        ] {
            let is_found = of_line(line).is_some();
            assert_eq!(is_found, line != "stats auth admin:pw", "{line}");
        }
    }

    #[test]
    fn switches_comments_and_references_are_none() {
        for line in [
            "# requirepass foobared",
            ";password = x1y2",
            "PasswordAuthentication no",
            "PermitEmptyPasswords yes",
            "password required pam_unix.so",
            "password_encryption = scram-sha-256",
            "password = ${DB_PASSWORD}",
            "password_file = /etc/x",
            "passwd: files systemd",
            "pam_password md5",
            "token=",
            "secret = {{ vault }}",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----",
            "-----BEGIN CERTIFICATE-----",
            "see http://user:password@host/",
            "challengePassword = A challenge password",
            "ssl_certificate_key /etc/ssl/x.key;",
            "unix password sync = yes",
            "smtp_sasl_password_maps = hash:/etc/postfix/sasl",
            "host all all 127.0.0.1/32 password",
        ] {
            assert_eq!(of_line(line), None, "{line}");
        }
    }

    #[test]
    fn a_command_line_gives_secrets_by_long_options() {
        assert_eq!(of_words(&["x", "--api-key=abc123"]).as_deref(), Some("--api-key"));
        assert_eq!(of_words(&["x", "--password", "hunter2"]).as_deref(), Some("--password"));
        assert_eq!(of_words(&["x", "--password-file=/etc/x", "--token", "--verbose"]), None);
        assert_eq!(of_words(&["x", "--password=/run/secret"]), None);
    }
}
