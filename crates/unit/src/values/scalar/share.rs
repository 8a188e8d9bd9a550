//! Shares of a whole: percent, per mille, per myriad.

use std::fmt;

use super::{NumberError, number};

/// Reads `12.34%`, `123.4‰` or `1234‱` as parts of 10,000. There is no upper bound but that of the
/// type systemd keeps it in.
pub fn parse_permyriad(text: &str) -> Result<u32, NumberError> {
    if let Some(parts) = text.strip_suffix('‱') {
        return with_places(parts, 0);
    }
    if let Some(parts) = text.strip_suffix('‰') {
        return with_places(parts, 1);
    }
    with_places(text.strip_suffix('%').ok_or(NumberError::Syntax)?, 2)
}

/// A number with up to that many digits behind the point, times ten to the power of that many.
fn with_places(text: &str, places: u32) -> Result<u32, NumberError> {
    let (whole, behind) = match text.split_once('.') {
        None => (text, 0),
        Some((whole, digits)) => {
            let missing = u32::try_from(digits.len())
                .ok()
                .and_then(|count| places.checked_sub(count))
                .ok_or(NumberError::Syntax)?;
            let behind = number::digits(digits, 10)?;
            (whole, behind.saturating_mul(10_u64.saturating_pow(missing)))
        }
    };
    let whole = u64::try_from(number::signed(whole)?).map_err(|_| NumberError::Range)?;
    let parts = whole
        .checked_mul(10_u64.saturating_pow(places))
        .and_then(|whole| whole.checked_add(behind))
        .ok_or(NumberError::Range)?;
    // systemd keeps it in an int.
    u32::try_from(parts)
        .ok()
        .filter(|parts| i32::try_from(*parts).is_ok())
        .ok_or(NumberError::Range)
}

/// Writes parts of 10,000 as percent, with as many digits behind the point as it takes.
pub fn format_permyriad(permyriad: u32, f: &mut impl fmt::Write) -> fmt::Result {
    let (whole, hundredths) = (permyriad / 100, permyriad % 100);
    match (hundredths / 10, hundredths % 10) {
        (0, 0) => write!(f, "{whole}%"),
        (tenths, 0) => write!(f, "{whole}.{tenths}%"),
        _ => write!(f, "{whole}.{hundredths:02}%"),
    }
}
