//! Codes of a code app: RFC 6238 as every app knows it (SHA-1, six digits, thirty seconds). Which step a
//! code is of is found here; that each is good once the store sees to.

use care::Chance;
use protocol::{Timestamp, limits};
use totp_rs::{Algorithm, Builder, Secret, Totp};

/// As RFC 4226, section 4 recommends: 160 bits.
const SECRET_BYTES: usize = 20;
/// What the app shows above the code.
const ISSUER: &str = "carecircle";

/// A new secret.
pub fn make(chance: &dyn Chance) -> Vec<u8> {
    chance.bytes::<SECRET_BYTES>().to_vec()
}

/// The secret for typing: base32 without padding (RFC 4648, section 6).
pub fn to_type(secret: &[u8]) -> String {
    Secret::from(secret.to_vec()).to_base32()
}

/// The secret for scanning. `name` says in the app's list whose code it is.
pub fn to_scan(secret: &[u8], name: &str) -> String {
    let label: String = name.bytes().map(percent).collect();
    let (digits, period) = (limits::CODE_DIGITS, limits::CODE_STEP_S);
    let secret = to_type(secret);
    format!(
        "otpauth://totp/{ISSUER}:{label}?secret={secret}&issuer={ISSUER}&algorithm=SHA1&digits={digits}&period={period}"
    )
}

/// One byte of a label (RFC 3986, section 2.1).
fn percent(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

/// The step of which `code` is: the present one, one before or one after.
pub fn step(secret: &[u8], code: &str, now: Timestamp) -> Option<u64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let digits = code.len() == limits::CODE_DIGITS && code.bytes().all(|b| b.is_ascii_digit());
    let now_s = u64::try_from(now.micros() / 1_000_000).ok()?;
    if !digits {
        return None;
    }
    app(secret)?.check(&code, now_s)
}

fn app(secret: &[u8]) -> Option<Totp> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(u8::try_from(limits::CODE_DIGITS).ok()?)
        .with_skew(u16::try_from(limits::CODE_STEPS_SKEW).ok()?)
        .with_step_duration(limits::CODE_STEP_S)
        .with_secret(secret.to_vec())
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the last six of its eight digits.
    const RFC: [(u64, &str); 6] = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];
    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_micros(i64::try_from(seconds * 1_000_000).unwrap())
    }

    #[test]
    fn the_codes_of_rfc_6238_are_found_one_step_around_and_no_further() {
        for (seconds, code) in RFC {
            let is = seconds / 30;
            assert_eq!(step(SECRET, code, at(seconds)), Some(is));
            assert_eq!(step(SECRET, code, at((is - 1) * 30)), Some(is));
            assert_eq!(step(SECRET, code, at((is + 1) * 30 + 29)), Some(is));
            assert_eq!(step(SECRET, code, at((is + 2) * 30)), None);
            assert_eq!(step(b"another secret, 20 b", code, at(seconds)), None);
        }
    }

    #[test]
    fn what_people_type_is_read_and_what_is_no_code_is_none() {
        assert_eq!(step(SECRET, " 287 082 ", at(59)), Some(1));
        for bad in [
            "",
            "28708",
            "2870820",
            "28708a",
            "-87082",
            "２８７０８２",
            "287082\0",
        ] {
            assert_eq!(step(SECRET, bad, at(59)), None, "{bad}");
        }
    }

    #[test]
    fn the_secret_is_told_as_apps_read_it() {
        assert_eq!(to_type(SECRET), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let uri = to_scan(SECRET, "María & Co: x");
        assert_eq!(
            uri,
            "otpauth://totp/carecircle:Mar%C3%ADa%20%26%20Co%3A%20x?secret=\
             GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=carecircle&algorithm=SHA1&digits=6&period=30"
        );
    }
}
