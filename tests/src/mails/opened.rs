//! A mail as any program can read it: every header and every part, decoded, and every link that is anywhere in it.

use mail_parser::{MessageParser, MimeHeaders as _, PartType};

/// Where in a mail a link stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// In the text that is read aloud.
    Plain,
    /// In the text of the other one.
    Html,
    /// Where the reader is led when they press.
    Href,
    /// What a program fetches by itself.
    Fetched,
    /// In the calendar file.
    Calendar,
    /// In a header.
    Header,
}

/// See the head.
pub(crate) struct Opened {
    /// As it travels, lines put together that were folded.
    pub(crate) raw: String,
    /// Each header's name with its decoded value, of the mail and of its parts.
    pub(crate) headers: Vec<(String, String)>,
    /// Each part's content type with its decoded text.
    pub(crate) parts: Vec<(String, String)>,
}

/// Attributes that lead somewhere when they are pressed.
const PRESSED: [&str; 2] = ["href", "action"];
/// Attributes that are fetched when they are shown.
const FETCHED: [&str; 4] = ["src", "srcset", "background", "poster"];
/// What is written like an address in every page, and is none.
const NAMESPACES: [&str; 2] = ["http://www.w3.org/", "http://schemas.microsoft.com/"];

impl Opened {
    /// Opens a mail; every part must be text, as all of ours are.
    pub(crate) fn open(bytes: &[u8]) -> Self {
        let raw = String::from_utf8(bytes.to_vec()).expect("a mail of ours is ASCII");
        assert!(raw.is_ascii(), "a mail of ours is ASCII");
        let message = MessageParser::default().parse(bytes).expect("a mail");
        let (mut headers, mut parts) = (Vec::new(), Vec::new());
        for part in &message.parts {
            for header in &part.headers {
                headers.push((header.name().to_owned(), format!("{:?}", header.value)));
            }
            let text = match &part.body {
                PartType::Text(text) | PartType::Html(text) => text.clone().into_owned(),
                PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
                    String::from_utf8(bytes.clone().into_owned()).expect("text")
                }
                PartType::Message(_) => panic!("a mail in a mail"),
                PartType::Multipart(_) => continue,
            };
            let kind = part.content_type().expect("a content type");
            let subtype = kind.subtype().expect("a whole content type");
            parts.push((format!("{}/{subtype}", kind.ctype()), text));
        }
        let raw = raw.replace("\r\n ", "").replace("\r\n\t", "");
        Self {
            raw,
            headers,
            parts,
        }
    }

    /// Every link, and where it stands; each of a place once.
    pub(crate) fn links(&self) -> Vec<(Place, String)> {
        let mut links = Vec::new();
        let head = self.raw.split("\r\n\r\n").next().unwrap_or_default();
        addresses(head, Place::Header, &mut links);
        for (kind, text) in &self.parts {
            match kind.as_str() {
                "text/plain" => addresses(text, Place::Plain, &mut links),
                "text/html" => {
                    for (names, place) in
                        [(&PRESSED[..], Place::Href), (&FETCHED[..], Place::Fetched)]
                    {
                        links.extend(attributes(text, names).map(|link| (place, link)));
                    }
                    addresses(&unescape(text), Place::Html, &mut links);
                }
                "text/calendar" | "application/ics" => {
                    let text = text.replace("\r\n ", "").replace("\r\n\t", "");
                    let text = text
                        .replace("\\n", "\n")
                        .replace("\\N", "\n")
                        .replace('\\', "");
                    addresses(&text, Place::Calendar, &mut links);
                }
                other => panic!("a part of an unknown kind: {other}"),
            }
        }
        links.sort();
        links.dedup();
        links
    }
}

/// Everything that looks like an address of the web, however it is surrounded.
fn addresses(text: &str, place: Place, links: &mut Vec<(Place, String)>) {
    let lower = text.to_ascii_lowercase();
    for scheme in ["http://", "https://"] {
        for (at, _) in lower.match_indices(scheme) {
            let rest = &text[at..];
            let ends = |c: char| c.is_whitespace() || c.is_control() || "\"'<>()|^`{}".contains(c);
            let link = &rest[..rest.find(ends).unwrap_or(rest.len())];
            if !NAMESPACES.iter().any(|name| link.starts_with(name)) {
                links.push((place, link.to_owned()));
            }
        }
    }
}

/// The values of these attributes of any element, whatever quotes they have.
pub(crate) fn attributes<'t>(
    html: &'t str,
    names: &'t [&'t str],
) -> impl Iterator<Item = String> + 't {
    let lower = html.to_ascii_lowercase();
    let found = names.iter().flat_map(move |name| {
        let begin = format!("{name}=");
        let found = lower.match_indices(&begin).filter_map(|(at, _)| {
            // `data-href` is another attribute, and text is no attribute at all.
            let before = lower[..at].chars().next_back()?;
            if !before.is_ascii_whitespace() && before != '"' && before != '\'' {
                return None;
            }
            let rest = &html[at + begin.len()..];
            let value = match rest.chars().next()? {
                quote @ ('"' | '\'') => rest[1..].split(quote).next()?,
                _ => rest.split(|c: char| c.is_whitespace() || c == '>').next()?,
            };
            Some(unescape(value))
        });
        found.collect::<Vec<_>>()
    });
    found
        .filter(|value| !value.is_empty() && !value.starts_with('#'))
        .collect::<Vec<_>>()
        .into_iter()
}

/// The references to characters that our pages and mails have.
fn unescape(text: &str) -> String {
    let mut text = text.to_owned();
    for (written, meant) in [
        ("&#x2f;", "/"),
        ("&#x2F;", "/"),
        ("&#47;", "/"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ] {
        text = text.replace(written, meant);
    }
    text
}

#[test]
fn every_way_to_write_a_link_is_found() {
    let html = "<a class=x href=\"https:&#x2f;&#x2f;a.example/1?x=1&amp;y=2\">x</a>
        <a href='https://a.example/2'>x</a><img src=https://a.example/3>
        <td background=\"https://a.example/4\">HTTPS://a.example/5</td><p data-href=\"no\">";
    let pressed: Vec<_> = attributes(html, &PRESSED).collect();
    assert_eq!(
        pressed,
        ["https://a.example/1?x=1&y=2", "https://a.example/2"]
    );
    let fetched: Vec<_> = attributes(html, &FETCHED).collect();
    assert_eq!(fetched, ["https://a.example/3", "https://a.example/4"]);
    let mut links = Vec::new();
    addresses(
        "see <https://a.example/6>, or\nhttp://b.example",
        Place::Plain,
        &mut links,
    );
    addresses(html, Place::Html, &mut links);
    for link in [
        "https://a.example/6",
        "http://b.example",
        "HTTPS://a.example/5",
    ] {
        assert!(links.iter().any(|(_, found)| found == link), "{link}");
    }
}
