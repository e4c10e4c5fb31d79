//! The configuration: one struct, read from TOML, then the environment, then flags.
//!
//! Every key can be given as an environment variable: `CARECIRCLE_` and the key in capitals, with two
//! underscores where the file has a table (`CARECIRCLE_TLS__KEY`). A key that is not one is refused,
//! wherever it stands. Variables that begin with `CARECIRCLE_TEST_` belong to the tests.
//! `carecircle.example.toml` beside this crate shows every key; a test reads it.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use care::civil::Zones;
use config::{ConfigError, Environment, File, FileFormat, Source as _};
use gateway::{Network, Rates};
use scheduler::zone_directory;
use serde::{Deserialize, Serialize, Serializer};
use store::Database;

use crate::cli;
use crate::config_mail::MailConfig;
use crate::wiring::{Clocks, Mailing, Taking};

/// Where systemd says that credentials lie.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";
/// How a root key that is a credential is written.
const CREDENTIAL: &str = "credential:";
const PREFIX: &str = "CARECIRCLE";
const OF_TESTS: &str = "CARECIRCLE_TEST_";
/// Variables that hold several texts, with commas between them, and their keys.
const LISTS: [(&str, &str); 2] = [
    ("CARECIRCLE_TRUSTED_NETWORKS", "trusted_networks"),
    ("CARECIRCLE_MORE_ORIGINS", "more_origins"),
];

/// Everything an agency decides about its server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What people type: `https://care.example.org`. Devices sign its host, so it cannot be changed
    /// once people have joined.
    pub url: String,
    /// Where to listen.
    #[serde(default = "default_listen")]
    pub listen: SocketAddr,
    /// The data directory; made if missing, for its owner only.
    pub data: PathBuf,
    /// The root key's file: 32 random bytes, mode 0400, outside the data directory; or a systemd
    /// credential, `credential:NAME`. Without it the data cannot be opened by anybody.
    pub root_key: PathBuf,
    /// Certificate and key of the host.
    pub tls: Tls,
    /// Where the facts are kept.
    #[serde(default)]
    pub database: DatabaseConfig,
    /// The zone of people who never chose one, as the IANA database names it: `America/Chicago`.
    pub zone: String,
    /// Another release of the zone database than the one in this program: a directory of compiled zones that says
    /// which release it is. Appointments to come keep their civil times; it is read once, at the start.
    #[serde(default)]
    pub zone_directory: Option<PathBuf>,
    /// How mails leave; without it nobody is reminded of anything.
    #[serde(default)]
    pub mail: Option<MailConfig>,
    /// Further origins whose pages may speak to this server.
    #[serde(default)]
    pub more_origins: Vec<String>,
    /// Networks behind one address, such as an office, for which limits by address do not hold.
    #[serde(default)]
    pub trusted_networks: Vec<String>,
    /// Rates and counts.
    #[serde(default)]
    pub limits: Rates,
    /// What is logged: a level, or a list such as `info,carecircle_gateway=debug`.
    #[serde(default = "default_log")]
    pub log: String,
}

/// Certificate and key, both PEM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The chain, leaf first.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// `SQLite` in the data directory, unless one of these names a `PostgreSQL` database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `postgres://user:password@host/database`.
    #[serde(default)]
    pub url: Option<Secret>,
    /// A file that holds the same, for installations that keep secrets in files.
    #[serde(default)]
    pub url_file: Option<PathBuf>,
}

/// A text that is never printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(masked)")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("(masked)")
    }
}

impl Secret {
    /// The text, for whoever signs in with it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

fn default_listen() -> SocketAddr {
    SocketAddr::from(([0, 0, 0, 0], 443))
}

fn default_log() -> String {
    "info".to_owned()
}

/// By what name systemd lays the root key out for this service alone (systemd.exec(5), `LoadCredential=`), if it does.
fn credential(written: &Path) -> anyhow::Result<Option<&str>> {
    let named = written
        .to_str()
        .and_then(|key| key.strip_prefix(CREDENTIAL));
    let Some(name) = named else {
        return Ok(None);
    };
    let is_one = !name.is_empty() && !name.contains('/') && name != "." && name != "..";
    if !is_one {
        bail!("root_key: a credential is named by one word, without a slash");
    }
    Ok(Some(name))
}

/// A root key's file as it is written in the configuration or on the command line: `credential:NAME` is one
/// of systemd's.
pub fn key_file(written: &Path) -> anyhow::Result<PathBuf> {
    resolve(written, credentials().as_deref())
}

/// Where systemd laid out this service's credentials.
pub fn credentials() -> Option<PathBuf> {
    let directory = std::env::vars().find(|(name, _)| name == CREDENTIALS);
    directory.map(|(_, directory)| directory.into())
}

fn resolve(written: &Path, credentials: Option<&Path>) -> anyhow::Result<PathBuf> {
    match (credential(written)?, credentials) {
        (None, _) => Ok(written.to_owned()),
        (Some(name), Some(directory)) => Ok(directory.join(name)),
        (Some(name), None) => bail!(
            "root_key: there is no credential here, {CREDENTIALS} is not set: only the service has it. Begin the \
             command with systemd-run --pipe --wait -p User=… -p LoadCredential={name}:/its/file"
        ),
    }
}

/// Where a file does not read and why, in one line. The line itself may hold a password and is shown to nobody.
fn unread(error: ConfigError) -> anyhow::Error {
    let ConfigError::FileParse { cause, .. } = &error else {
        return error.into();
    };
    let told = cause.to_string();
    let is_margin = |c: char| c == ' ' || c.is_ascii_digit();
    let quoted = |line: &str| line.trim_start_matches(is_margin).starts_with('|');
    let told: Vec<&str> = told.lines().filter(|line| !quoted(line)).collect();
    anyhow::anyhow!(told.join(": "))
}

impl Config {
    /// Reads file, environment and flags.
    pub fn read(options: &cli::Serve) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(&options.config)
            .with_context(|| format!("the configuration {}", options.config.display()))?;
        let mut config = Self::parse(&text, std::env::vars().collect())
            .with_context(|| format!("the configuration {}", options.config.display()))?;
        if let Some(listen) = options.listen {
            config.listen = listen;
        }
        if let Some(data) = &options.data {
            config.data.clone_from(data);
        }
        Ok(config)
    }

    fn parse(text: &str, environment: HashMap<String, String>) -> anyhow::Result<Self> {
        let (lists, environment): (HashMap<_, _>, HashMap<_, _>) = environment
            .into_iter()
            .filter(|(name, _)| name.starts_with(PREFIX) && !name.starts_with(OF_TESTS))
            .partition(|(name, _)| LISTS.iter().any(|(list, _)| list == name));
        // Not parsed: a password of digits is a text too.
        let environment = Environment::with_prefix(PREFIX)
            .prefix_separator("_")
            .separator("__")
            .source(Some(environment));
        environment.collect().context("the environment")?;
        let mut builder = config::Config::builder()
            .add_source(File::from_str(text, FileFormat::Toml))
            .add_source(environment);
        for (name, key) in LISTS {
            if let Some(list) = lists.get(name) {
                let list: Vec<&str> = list.split(',').collect();
                builder = builder.set_override(key, list)?;
            }
        }
        let config: Self = builder.build().map_err(unread)?.try_deserialize()?;
        credential(&config.root_key)?;
        let host = config.url.strip_prefix("https://").unwrap_or_default();
        if host.is_empty() || host.contains('/') {
            bail!("url: must be written https://host or https://host:port");
        }
        Ok(config)
    }

    /// The root key's file. Only who opens the data needs it: a credential is there for the service alone.
    pub fn root_key_file(&self) -> anyhow::Result<PathBuf> {
        key_file(&self.root_key)
    }

    /// The host (and port, unless 443) that devices sign.
    pub fn server_name(&self) -> String {
        let host = self.url.trim_start_matches("https://");
        host.trim_end_matches(":443").to_owned()
    }

    /// The pages that may speak to the server.
    pub fn origins(&self) -> Vec<String> {
        let own = format!("https://{}", self.server_name());
        std::iter::once(own)
            .chain(self.more_origins.iter().cloned())
            .collect()
    }

    /// The trusted networks, or which one does not read.
    pub fn trusted_networks(&self) -> anyhow::Result<Vec<Network>> {
        let networks = self.trusted_networks.iter();
        networks
            .map(|text| {
                text.parse()
                    .with_context(|| format!("trusted_networks: {text:?}"))
            })
            .collect()
    }

    /// By which clocks the agency lives: its zone, in the zone database that it chose.
    pub fn clocks(&self) -> anyhow::Result<Clocks> {
        let zones = match &self.zone_directory {
            None => Zones::bundled(),
            Some(directory) => zone_directory::read(directory).context("zone_directory")?,
        };
        Clocks::in_zone(zones, &self.zone)
    }

    /// How mails leave.
    pub fn mailing(&self) -> anyhow::Result<Option<Mailing>> {
        let mail = self.mail.as_ref();
        mail.map(|mail| mail.mailing(&self.url)).transpose()
    }

    /// Where mails that come back are taken.
    pub fn taking(&self) -> anyhow::Result<Option<Taking>> {
        let mail = self.mail.as_ref().map(MailConfig::taking);
        Ok(mail.transpose()?.flatten())
    }

    /// Where the facts are.
    pub fn database(&self) -> anyhow::Result<Database> {
        let directory = self.data.clone();
        let url = match (&self.database.url, &self.database.url_file) {
            (None, None) => return Ok(Database::Sqlite { directory }),
            (Some(url), None) => url.0.clone(),
            (None, Some(file)) => std::fs::read_to_string(file)
                .with_context(|| format!("database.url_file: {}", file.display()))?
                .trim()
                .to_owned(),
            (Some(_), Some(_)) => bail!("database: give url or url_file, not both"),
        };
        Ok(Database::Postgres { url, directory })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../carecircle.example.toml");

    fn vars(list: &[(&str, &str)]) -> HashMap<String, String> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        list.iter().map(owned).collect()
    }

    #[test]
    fn the_example_reads_and_names_every_key() {
        let config = Config::parse(EXAMPLE, HashMap::new()).unwrap();
        assert_eq!(config.server_name(), "care.example.org");
        assert_eq!(config.origins(), ["https://care.example.org"]);
        assert_eq!(config.limits, Rates::default());
        assert!(matches!(
            config.database().unwrap(),
            Database::Sqlite { .. }
        ));
        let keys = serde_json::to_value(&config).unwrap();
        for (key, value) in keys.as_object().unwrap() {
            let inner = value.as_object().into_iter().flatten().map(|(key, _)| key);
            for key in inner.chain([key]) {
                assert!(
                    EXAMPLE.contains(key.as_str()),
                    "{key} is not in the example"
                );
            }
        }
    }

    #[test]
    fn a_root_key_may_be_a_credential_of_systemd() {
        let line = EXAMPLE
            .lines()
            .find(|line| line.starts_with("root_key"))
            .unwrap();
        let with = |key: &str| EXAMPLE.replace(line, &format!("root_key = \"{key}\""));
        let config = Config::parse(&with("credential:root-key"), HashMap::new()).unwrap();
        let systemd = Path::new("/run/credentials/carecircle.service");
        assert_eq!(
            resolve(&config.root_key, Some(systemd)).unwrap(),
            systemd.join("root-key")
        );
        let none = resolve(&config.root_key, None).unwrap_err().to_string();
        assert!(none.contains(CREDENTIALS), "{none}");
        assert!(none.contains("LoadCredential=root-key:"), "{none}");
        for name in ["credential:", "credential:../key", "credential:.."] {
            let parsed = Config::parse(&with(name), HashMap::new());
            assert!(parsed.is_err(), "{name}");
        }
    }

    #[test]
    fn the_environment_goes_before_the_file() {
        let environment = vars(&[
            ("CARECIRCLE_LISTEN", "127.0.0.1:9443"),
            ("CARECIRCLE_TLS__KEY", "/run/key.pem"),
            ("CARECIRCLE_LIMITS__FRAMES_BURST", "7"),
            ("CARECIRCLE_TRUSTED_NETWORKS", "10.0.0.0/8,192.0.2.1"),
            ("CARECIRCLE_DATABASE__URL", "postgres://u:secret@db/care"),
            ("CARECIRCLE_TEST_POSTGRES", "not ours"),
            ("UNRELATED", "1"),
        ]);
        let config = Config::parse(EXAMPLE, environment).unwrap();
        assert_eq!(config.listen.port(), 9443);
        assert_eq!(config.tls.key, PathBuf::from("/run/key.pem"));
        assert_eq!(config.limits.frames_burst, 7);
        assert_eq!(config.trusted_networks().unwrap().len(), 2);
        let printed = serde_json::to_string(&config).unwrap() + &format!("{config:?}");
        assert!(!printed.contains("secret"), "{printed}");
        let Database::Postgres { url, .. } = config.database().unwrap() else {
            panic!("a url means PostgreSQL");
        };
        assert_eq!(url, "postgres://u:secret@db/care");
    }

    #[test]
    fn a_text_of_the_environment_stays_as_it_is() {
        let environment = vars(&[
            ("CARECIRCLE_MAIL__PASSWORD", "0012e3"),
            ("CARECIRCLE_MAIL__PHONE", "+15550100"),
            ("CARECIRCLE_MORE_ORIGINS", "https://b.example.org"),
        ]);
        let config = Config::parse(EXAMPLE, environment).unwrap();
        assert_eq!(config.more_origins, ["https://b.example.org"]);
        let mail = config.mail.unwrap();
        assert_eq!(mail.password.unwrap().reveal(), "0012e3");
        assert_eq!(mail.phone.unwrap(), "+15550100");
    }

    #[test]
    fn the_zone_stands_in_the_zone_database_that_was_chosen() {
        let releases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/zones");
        let clocks = |zone: &str, directory: Option<&Path>| {
            let mut config = Config::parse(EXAMPLE, HashMap::new()).unwrap();
            zone.clone_into(&mut config.zone);
            config.zone_directory = directory.map(ToOwned::to_owned);
            config.clocks()
        };
        let bundled = clocks("america/edmonton", None).unwrap();
        assert_eq!(bundled.zone.name(), "America/Edmonton");
        let old = clocks("America/Edmonton", Some(releases.join("2025b").as_path())).unwrap();
        assert_eq!(old.zones.version(), "2025b");
        for (zone, directory, says) in [
            ("Mars/Olympus", None, "zone: not a zone"),
            (
                "Europe/Kyiv",
                Some(releases.join("2020a")),
                "zone: not a zone",
            ),
            ("UTC", Some(releases.clone()), "does not say which release"),
            ("UTC", Some(releases.join("1999z")), "zone_directory: "),
        ] {
            let error = clocks(zone, directory.as_deref()).map(|_| ()).unwrap_err();
            let said = format!("{error:#}");
            assert!(said.contains(says), "{said}");
        }
        let chosen = vars(&[("CARECIRCLE_ZONE_DIRECTORY", "/usr/share/zoneinfo")]);
        let config = Config::parse(EXAMPLE, chosen).unwrap();
        assert_eq!(config.zone_directory, Some("/usr/share/zoneinfo".into()));
    }

    #[test]
    fn a_key_that_is_not_one_is_refused_wherever_it_stands() {
        for (text, environment) in [
            (format!("lisen = \"x\"\n{EXAMPLE}"), vars(&[])),
            (format!("{EXAMPLE}\n[limitz]\n"), vars(&[])),
            (EXAMPLE.replace("frames_burst", "frames_brust"), vars(&[])),
            (EXAMPLE.to_owned(), vars(&[("CARECIRCLE_LISEN", "x")])),
            (EXAMPLE.to_owned(), vars(&[("CARECIRCLE_TLS__KEE", "x")])),
        ] {
            let error = Config::parse(&text, environment).unwrap_err();
            assert!(format!("{error:#}").contains("unknown field"), "{error:#}");
        }
    }

    #[test]
    fn a_line_that_does_not_read_is_named_and_not_shown() {
        let text = "zone = \"UTC\"\n[mail]\npassword = \"planted\"word\"\n";
        let error = Config::parse(text, HashMap::new()).unwrap_err();
        let told = format!("{error:#}");
        assert!(told.contains("line 3"), "{told}");
        assert!(!told.contains("planted") && !told.contains('\n'), "{told}");
    }

    #[test]
    fn a_url_that_is_not_one_is_refused() {
        for url in [
            "http://care.example.org",
            "care.example.org",
            "https://",
            "https://a/b",
        ] {
            let text = EXAMPLE.replace("https://care.example.org", url);
            assert!(Config::parse(&text, HashMap::new()).is_err(), "{url}");
        }
    }
}
