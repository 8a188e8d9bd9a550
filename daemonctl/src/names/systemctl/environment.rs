//! The manager's environment: `show-environment` and its kin.

use bus::Arg;
use unit::show::posix_quote;
use unit::values::environment::is_variable_name;

use super::failure::Failure;
use super::{Tool, borrowed, json};

/// `show-environment`
///
/// # Errors
/// Nobody can be asked.
pub fn show(tool: &Tool, _words: &[String]) -> Result<u8, Failure> {
    let value = tool
        .bus("show-environment")?
        .manager_property("Environment")
        .map_err(|error| Failure::new(format!("Failed to get environment: {}", error.message)))?;
    let pairs: Vec<(&str, &str)> = value
        .as_strings()
        .unwrap_or_default()
        .into_iter()
        .filter_map(|text| text.split_once('='))
        .collect();
    if let Some(pretty) = tool.options.json() {
        let fields = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).into()));
        tool.print(&json::text(&serde_json::Value::Object(fields.collect()), pretty));
        return Ok(0);
    }
    for (name, value) in pairs {
        tool.print(&format!("{name}={}\n", posix_quote(value)));
    }
    Ok(0)
}

/// `set-environment`, `unset-environment`
///
/// # Errors
/// The manager does not take it.
pub fn set(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let verb = words.first().map_or("", String::as_str);
    let method = if verb == "set-environment" { "SetEnvironment" } else { "UnsetEnvironment" };
    let variables = borrowed(words.get(1..).unwrap_or_default());
    let done = tool.bus(verb)?.call(method, &[Arg::Strings(&variables)]);
    done.map(|_| 0)
        .map_err(|error| Failure::new(format!("Failed to set environment: {}", error.message)))
}

/// `import-environment`
///
/// # Errors
/// A name is none, or the manager does not take it.
pub fn import(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let bus = tool.bus("import-environment")?;
    let own: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let wanted = words.get(1..).unwrap_or_default();
    let mut variables = Vec::new();
    if wanted.is_empty() {
        tool.say("Calling import-environment without a list of variable names is deprecated.");
        let known = own.iter().filter(|(name, _)| is_variable_name(name));
        variables.extend(known.map(|(name, value)| format!("{name}={value}")));
    }
    for name in wanted {
        if !is_variable_name(name) {
            return Err(Failure::new(format!("Not a valid environment variable name: {name}")));
        }
        match own.iter().find(|(own, _)| own == name) {
            Some((_, value)) => variables.push(format!("{name}={value}")),
            None => tool.say(&format!("Environment variable ${name} not set, ignoring.")),
        }
    }
    let done = bus.call("SetEnvironment", &[Arg::Strings(&borrowed(&variables))]);
    done.map(|_| 0)
        .map_err(|error| Failure::new(format!("Failed to import environment: {}", error.message)))
}

#[cfg(test)]
mod tests {
    use super::posix_quote;

    #[test]
    fn values_are_quoted_where_they_must_be() {
        assert_eq!(posix_quote("/bin:/sbin"), "/bin:/sbin");
        assert_eq!(posix_quote("a b"), "$'a b'");
        assert_eq!(posix_quote("it's\n"), "$'it\\'s\\n'");
    }
}
