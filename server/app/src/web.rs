//! The web client, embedded: `web-client/dist` as it was when this binary was built.
//!
//! Without it the server still compiles and serves one page that says how to build it.

use std::borrow::Cow;

use gateway::{Asset, Assets, Encoding};

/// What vite wrote, with a `.br` and a `.gz` beside each larger file.
#[derive(rust_embed::RustEmbed)]
#[folder = "../../web-client/dist"]
#[allow_missing = true]
struct Dist;

/// The embedded web client.
pub struct WebClient;

/// Served instead of a web client that was not built. Nothing inline: the page's policy holds here too.
const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
    <meta name=\"viewport\" content=\"width=device-width\">\n<title>carecircle</title>\n\
    <h1>The web client is not in this binary</h1>\n\
    <p>The server is running. Build the web client with <code>cargo xtask web</code>, then build \
    and start the server again, or let <code>cargo xtask run</code> do all of it.</p>\n</html>\n";

impl Assets for WebClient {
    fn find(&self, path: &str) -> Option<Asset> {
        let (name, encoding) = [Encoding::Brotli, Encoding::Gzip]
            .into_iter()
            .find_map(|encoding| Some((path.strip_suffix(encoding.suffix())?, encoding)))
            .unwrap_or((path, Encoding::Identity));
        let bytes = match Dist::get(path) {
            Some(file) => file.data,
            None if path == "index.html" => Cow::Borrowed(NOT_BUILT.as_bytes()),
            None => return None,
        };
        Some(Asset {
            bytes,
            media_type: media_type(name),
            encoding,
            // vite names what it puts here by its hash.
            immutable: name.starts_with("assets/"),
        })
    }

    fn paths(&self) -> Vec<Cow<'static, str>> {
        let mut paths: Vec<_> = Dist::iter().collect();
        if Dist::get("index.html").is_none() {
            paths.push("index.html".into());
        }
        paths
    }
}

fn media_type(name: &str) -> Cow<'static, str> {
    let guessed = mime_guess::from_path(name).first_or_octet_stream();
    if guessed.type_() == mime_guess::mime::TEXT {
        Cow::Owned(format!("{}; charset=utf-8", guessed.essence_str()))
    } else {
        Cow::Owned(guessed.essence_str().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_always_a_page() {
        let page = WebClient.find("index.html").unwrap();
        assert_eq!(page.media_type, "text/html; charset=utf-8");
        assert!(!page.immutable);
        assert!(WebClient.find("no-such-file.js").is_none());
        assert!(WebClient.find("../Cargo.toml").is_none());
    }

    #[test]
    fn every_file_that_is_told_of_is_there_once() {
        let mut paths = WebClient.paths();
        assert!(paths.contains(&"index.html".into()));
        for path in &paths {
            assert!(WebClient.find(path).is_some(), "{path}");
        }
        let told = paths.len();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), told);
    }

    #[test]
    fn media_types_are_those_that_browsers_insist_on() {
        for (name, media_type) in [
            ("assets/app-1.js", "text/javascript; charset=utf-8"),
            ("assets/core-1.wasm", "application/wasm"),
            ("assets/app-1.css", "text/css; charset=utf-8"),
            ("manifest.webmanifest", "application/manifest+json"),
            ("icon.svg", "image/svg+xml"),
        ] {
            assert_eq!(super::media_type(name), media_type, "{name}");
        }
    }
}
