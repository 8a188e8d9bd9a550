//! `--new-id128`: a random identifier. systemd-id128(1) does that nowadays.

use journal::Id128;

use super::Tool;
use super::failure::Failure;

/// Makes one and prints it in all forms that it is written in.
///
/// # Errors
/// Nobody reads it.
pub fn print(tool: &Tool) -> Result<(), Failure> {
    // A random UUID (RFC 9562, version 4) is what such an identifier is.
    let uuid = std::fs::read_to_string("/proc/sys/kernel/random/uuid")
        .map_err(|error| super::places::io_failure("Failed to generate ID", &error))?;
    match uuid.trim().parse() {
        Ok(id) => tool.print(text(id).as_bytes()),
        Err(_) => Err(Failure::new("Failed to generate ID: Bad message")),
    }
}

fn text(id: Id128) -> String {
    let plain = id.to_string();
    let pairs: Vec<String> = id.0.iter().map(|byte| format!("{byte:02x}")).collect();
    let macro_words = pairs.join(",");
    let uuid = pairs.iter().enumerate().fold(String::new(), |mut uuid, (at, pair)| {
        if matches!(at, 4 | 6 | 8 | 10) {
            uuid.push('-');
        }
        uuid + pair
    });
    format!(
        "As string:\n{plain}\n\n\
         As UUID:\n{uuid}\n\n\
         As systemd-id128(1) macro:\n#define XYZ SD_ID128_MAKE({macro_words})\n\n\
         As Python constant:\n>>> import uuid\n>>> XYZ = uuid.UUID('{plain}')\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms() {
        let text = text("026def8db4fd4a729bdf15241deb310f".parse().unwrap());
        assert!(text.contains("\n026def8d-b4fd-4a72-9bdf-15241deb310f\n"), "{text}");
        assert!(text.contains("SD_ID128_MAKE(02,6d,ef,8d,b4,fd,4a,72,9b,df,15,24,1d,eb,31,0f)\n"));
    }
}
