//! Mails as files, for the demo and for whoever wants to look at them.

use std::io;
use std::path::{Path, PathBuf};

use tokio::fs;
use tokio::io::AsyncWriteExt as _;

use super::Sent;
use crate::Mail;

/// Sendings of one mail that are kept. More would be an endless loop of the sender.
const COPIES_MAX: u32 = 1_000;

/// Writes each mail into a file of its own, `<left side of the Message-ID>-<n>.eml`. A file with this
/// ending is always whole. The same mail sent twice is two files, as it would be twice in a mailbox.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Into this folder, which is made when the first mail comes.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where the mails are.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) async fn send<F>(&self, mail: &Mail, before_data: F) -> Sent
    where
        F: AsyncFnOnce() -> bool,
    {
        if fs::create_dir_all(&self.path).await.is_err() {
            return Sent::Deferred { code: None };
        }
        if !before_data().await {
            return Sent::Withheld;
        }
        match self.write(mail).await {
            Ok(()) => Sent::Accepted,
            Err(_) => Sent::Deferred { code: None },
        }
    }

    /// The name is given when the content is complete: a hard link fails if somebody else has it.
    async fn write(&self, mail: &Mail) -> io::Result<()> {
        let id = mail.message_id.split('@').next().unwrap_or_default();
        for copy in 1..=COPIES_MAX {
            let unfinished = self.path.join(format!("{id}-{copy}.part"));
            let mut file = match fs::File::create_new(&unfinished).await {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            };
            file.write_all(&mail.bytes).await?;
            file.sync_all().await?;
            let finished = self.path.join(format!("{id}-{copy}.eml"));
            let linked = fs::hard_link(&unfinished, &finished).await;
            fs::remove_file(&unfinished).await?;
            match linked {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                other => return other,
            }
        }
        Err(io::Error::from(io::ErrorKind::AlreadyExists))
    }
}
