//! Which page is served: every file of the web client with the hash of its bytes, so that anybody can compare it
//! with what was published.

use std::fmt::Write as _;

use axum::extract::State;
use axum::response::Response;
use sha2::{Digest as _, Sha256};

use crate::Gateway;
use crate::assets::{self, Asset, Assets, Encoding};

/// One line for each file as `sha256sum` writes it, sorted by the bytes of the path; a compressed sibling is a file of
/// its own. The last line is the SHA-256 of all lines before it and is named `bundle`. `cargo xtask bundle` writes
/// the same of a build.
pub fn bundle_listing(assets: &dyn Assets) -> String {
    let mut paths = assets.paths();
    paths.sort_unstable();
    let mut listing = String::new();
    for path in paths {
        if let Some(asset) = assets.find(&path) {
            listing.push_str(&line(&asset.bytes, &path));
        }
    }
    let whole = line(listing.as_bytes(), "bundle");
    listing + &whole
}

fn line(bytes: &[u8], name: &str) -> String {
    let mut line = String::new();
    let hash: [u8; 32] = Sha256::digest(bytes).into();
    for byte in hash {
        write!(line, "{byte:02x}").expect("a string takes everything");
    }
    line + "  " + name + "\n"
}

/// `GET /bundle.txt`: the listing, made once from the files that are served.
pub async fn listing(State(gateway): State<Gateway>) -> Response {
    assets::answer(Asset {
        bytes: gateway.listing.clone().into_bytes().into(),
        media_type: "text/plain; charset=utf-8".into(),
        encoding: Encoding::Identity,
        immutable: false,
    })
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    /// The files, by path and content, in the order in which they are told.
    struct Files(&'static [(&'static str, &'static str)]);

    impl Assets for Files {
        fn find(&self, path: &str) -> Option<Asset> {
            let (_, text) = self.0.iter().find(|(name, _)| *name == path)?;
            Some(Asset {
                bytes: Cow::Borrowed(text.as_bytes()),
                media_type: "text/javascript".into(),
                encoding: Encoding::Identity,
                immutable: false,
            })
        }

        fn paths(&self) -> Vec<Cow<'static, str>> {
            self.0.iter().map(|(path, _)| (*path).into()).collect()
        }
    }

    fn last_line(files: &'static [(&'static str, &'static str)]) -> String {
        let listing = bundle_listing(&Files(files));
        listing.lines().next_back().unwrap().to_owned()
    }

    /// The same as in `xtask`'s test.
    #[test]
    fn the_listing_is_what_sha256sum_writes() {
        let listing = bundle_listing(&Files(&[("b.js", "two"), ("a.js", "one")]));
        assert_eq!(
            listing,
            "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  a.js\n\
             3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3  b.js\n\
             815716e05fe6a3d1bd50dc59be26d8fdf1badf158064e96f7408e812645131eb  bundle\n"
        );
    }

    #[test]
    fn one_changed_byte_or_name_or_another_file_changes_the_last_line() {
        let as_built = last_line(&[("a.js", "one"), ("b.js", "two")]);
        assert_eq!(as_built, last_line(&[("b.js", "two"), ("a.js", "one")]));
        for changed in [
            last_line(&[("a.js", "one"), ("b.js", "twp")]),
            last_line(&[("a.js", "one"), ("c.js", "two")]),
            last_line(&[("a.js", "one")]),
            last_line(&[("a.js", "one"), ("b.js", "two"), ("c.js", "")]),
        ] {
            assert!(changed.ends_with("  bundle"));
            assert_ne!(changed, as_built);
        }
    }
}
