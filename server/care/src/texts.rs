//! What the server itself says to people, in their language: mails and the pages behind their links.
//!
//! The sentences live in `server/care/locales/<language>/*.ftl` (Project Fluent) and are compiled in.
//! A file of one language has the same keys as its sister in every other language; a test compares
//! them. Isolation marks around what is filled in are off: mail programs show them as boxes.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use protocol::Language;
use unic_langid::LanguageIdentifier;

/// The files of one language.
fn sources(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &[
            include_str!("../locales/en/mail.ftl"),
            include_str!("../locales/en/pages.ftl"),
        ],
        Language::Es => &[
            include_str!("../locales/es/mail.ftl"),
            include_str!("../locales/es/pages.ftl"),
        ],
    }
}

static EN: LazyLock<Texts> = LazyLock::new(|| Texts::load(Language::En));
static ES: LazyLock<Texts> = LazyLock::new(|| Texts::load(Language::Es));

/// The sentences of one language.
pub fn texts(language: Language) -> &'static Texts {
    match language {
        Language::En => &EN,
        Language::Es => &ES,
    }
}

/// What is filled into a sentence.
#[derive(Debug, Clone, Copy)]
pub enum Word<'a> {
    /// As it is.
    Text(&'a str),
    /// A count: the sentence may choose its form by it.
    Count(usize),
}

/// A sentence that cannot be said: a mistake of whoever wrote the file or the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextError {
    /// No sentence of this name.
    Missing(String),
    /// The sentence wants something that was not given.
    Incomplete(String),
}

impl std::fmt::Display for TextError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing(key) => write!(f, "no text is called {key}"),
            Self::Incomplete(key) => write!(f, "the text {key} lacks a word"),
        }
    }
}

impl std::error::Error for TextError {}

/// The sentences of one language, by name.
pub struct Texts {
    bundle: FluentBundle<FluentResource>,
}

impl Texts {
    fn load(language: Language) -> Self {
        let name = match language {
            Language::En => "en-US",
            Language::Es => "es-US",
        };
        let name: LanguageIdentifier = name
            .parse()
            .expect("both are names of languages (BCP 47): tests load both");
        let mut bundle = FluentBundle::new_concurrent(vec![name]);
        bundle.set_use_isolating(false);
        for source in sources(language) {
            let resource = FluentResource::try_new((*source).to_owned())
                .expect("a test reads every file of texts without an error");
            bundle
                .add_resource(resource)
                .expect("a test finds no name twice in the files of a language");
        }
        Self { bundle }
    }

    /// The sentence of this name, with its words filled in as they are: who puts it into HTML escapes it.
    pub fn say(&self, key: &str, words: &[(&str, Word<'_>)]) -> Result<String, TextError> {
        let pattern = self
            .bundle
            .get_message(key)
            .and_then(|message| message.value())
            .ok_or_else(|| TextError::Missing(key.to_owned()))?;
        let mut args = FluentArgs::with_capacity(words.len());
        for (name, word) in words {
            args.set(*name, word.value());
        }
        let mut faults = Vec::new();
        let text = self
            .bundle
            .format_pattern(pattern, Some(&args), &mut faults);
        if faults.is_empty() {
            Ok(text.into_owned())
        } else {
            Err(TextError::Incomplete(key.to_owned()))
        }
    }
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Texts")
    }
}

impl<'a> Word<'a> {
    fn value(self) -> FluentValue<'a> {
        match self {
            Self::Text(text) => FluentValue::String(Cow::Borrowed(text)),
            Self::Count(count) => FluentValue::from(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Each name with the words that its sentence wants, over all files of a language.
    fn names(language: Language) -> BTreeMap<String, Vec<String>> {
        let mut names = BTreeMap::new();
        for source in sources(language) {
            for (name, sentence) in sentences(source) {
                let mut wants: Vec<String> = sentence
                    .split("{ $")
                    .skip(1)
                    .map(|rest| {
                        let end = rest.find([' ', '}']).unwrap();
                        rest[..end].to_owned()
                    })
                    .collect();
                wants.sort();
                wants.dedup();
                assert!(names.insert(name.clone(), wants).is_none(), "{name} twice");
            }
        }
        names
    }

    fn sentences(source: &str) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = Vec::new();
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            match line.split_once(" =") {
                Some((name, rest)) if !line.starts_with(' ') => {
                    found.push((name.to_owned(), rest.to_owned()));
                }
                _ => {
                    if let Some(last) = found.last_mut() {
                        last.1.push_str(line);
                    }
                }
            }
        }
        found
    }

    #[test]
    fn every_language_says_the_same_things_with_the_same_words() {
        let english = names(Language::En);
        assert!(english.len() > 20);
        for language in Language::ALL {
            assert_eq!(names(*language), english, "{language:?}");
        }
    }

    #[test]
    fn every_sentence_can_be_said_when_its_words_are_given_and_not_when_they_lack() {
        for language in Language::ALL {
            for (name, wants) in names(*language) {
                let words: Vec<_> = wants
                    .iter()
                    .map(|want| match want.as_str() {
                        "count" => (want.as_str(), Word::Count(2)),
                        _ => (want.as_str(), Word::Text("X")),
                    })
                    .collect();
                let said = texts(*language).say(&name, &words).expect(&name);
                assert!(!said.trim().is_empty() && !said.contains('{'), "{name}");
                if !wants.is_empty() {
                    let incomplete = texts(*language).say(&name, &[]);
                    assert_eq!(incomplete, Err(TextError::Incomplete(name)));
                }
            }
        }
        assert_eq!(
            texts(Language::En).say("nothing", &[]),
            Err(TextError::Missing("nothing".to_owned()))
        );
    }
}
