//! Names in the configuration that tell what people come for: sender, links and host stand in every mail, on
//! screens that others see. "hiv-clinic@…" tells everything, whatever the mail itself leaves out.
//!
//! **A help, not a proof.** A short list of English and Spanish words is looked for; a name without any of them
//! can tell as much (the name of a known house, a street, a doctor).

use crate::config::Config;

/// Parts of words that tell wherever they stand, without capitals and accents.
const PARTS: &[&str] = &[
    "abort",
    "addict",
    "adiccion",
    "alzheimer",
    "autis",
    "cancer",
    "clinic",
    "consejeria",
    "counsel",
    "demencia",
    "dementia",
    "detox",
    "dialis",
    "dialys",
    "disab",
    "discapac",
    "embaraz",
    "health",
    "homeless",
    "hospice",
    "medic",
    "metadon",
    "methadon",
    "oncolog",
    "pacient",
    "patient",
    "pregnan",
    "psych",
    "recovery",
    "recuperacion",
    "salud",
    "sicolog",
    "siquiatr",
    "suicid",
    "terapeut",
    "terapia",
    "therap",
    "tratamiento",
    "treatment",
];
/// Whole words: as parts they stand in innocent ones, as "hiv" in "archives".
const WORDS: &[&str] = &[
    "abuse", "abuso", "adhd", "aids", "alcohol", "crisis", "doctor", "drogas", "drug", "drugs",
    "grief", "hiv", "hospital", "mental", "ptsd", "rehab", "shelter", "sida", "sober", "std",
    "tdah", "trauma", "vih",
];

/// What to warn of, a sentence for each setting that holds such a word.
pub fn warnings(config: &Config) -> Vec<String> {
    let mut settings = vec![("url", config.url.as_str())];
    if let Some(mail) = &config.mail {
        settings.push(("mail.from", mail.from.as_str()));
        settings.push(("mail.external_name", mail.external_name.as_str()));
        if let Some(url) = &mail.external_url {
            settings.push(("mail.external_url", url.as_str()));
        }
        let bounces = mail.intake.as_ref().and_then(|it| it.bounces.as_deref());
        settings.extend(bounces.map(|bounces| ("mail.intake.bounces", bounces)));
    }
    let telling = settings.into_iter().filter_map(|(setting, text)| {
        let word = telling_word(text)?;
        Some(format!(
            "{setting} holds \"{word}\": others see it in mails and in the address bar, and learn what people \
             come for; choose a name that does not tell"
        ))
    });
    telling.collect()
}

fn telling_word(text: &str) -> Option<&'static str> {
    let lower = text.chars().flat_map(char::to_lowercase);
    let plain: String = lower.map(without_accent).collect();
    let part = PARTS.iter().find(|part| plain.contains(**part));
    let own: Vec<&str> = plain.split(|c: char| !c.is_alphanumeric()).collect();
    let whole = WORDS.iter().find(|word| own.contains(*word));
    part.or(whole).copied()
}

fn without_accent(letter: char) -> char {
    match letter {
        'á' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ú' | 'ü' => 'u',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_tells_is_found_in_both_languages_and_an_innocent_one_is_not() {
        for (text, word) in [
            ("hiv-clinic@example.org", "clinic"),
            ("hiv@example.org", "hiv"),
            ("https://MyTherapyHouse.example", "therap"),
            ("Clínica del Norte", "clinic"),
            ("Casa de Recuperación", "recuperacion"),
            ("Servicio de VIH", "vih"),
            ("psicología@example.org", "sicolog"),
        ] {
            assert_eq!(telling_word(text), Some(word), "{text}");
        }
        for text in [
            "appointments@mail.example.org",
            "Appointments",
            "Citas",
            "https://care.example.org",
            "archives@example.org",
            "environmental@example.org",
        ] {
            assert_eq!(telling_word(text), None, "{text}");
        }
    }
}
