//! The demo's mails: files in its data directory, read back for the page that shows them.

use std::fs;
use std::path::PathBuf;

use gateway::{DemoMail, DemoMails};

/// Mails in a folder.
pub struct MailFolder(pub PathBuf);

impl DemoMails for MailFolder {
    fn list(&self) -> Vec<DemoMail> {
        let Ok(entries) = fs::read_dir(&self.0) else {
            return Vec::new();
        };
        let mut files: Vec<_> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
            .filter_map(|path| Some((fs::metadata(&path).ok()?.modified().ok()?, path)))
            .collect();
        files.sort();
        let bytes = files
            .into_iter()
            .filter_map(|(_, path)| fs::read(path).ok());
        bytes.filter_map(|bytes| shown(&bytes)).collect()
    }
}

fn shown(bytes: &[u8]) -> Option<DemoMail> {
    let mail = mail::read_back(bytes)?;
    Some(DemoMail {
        to: mail.to,
        subject: mail.subject,
        date: mail.date,
        plain: mail.plain,
        html: mail.html,
        calendar: mail.calendar,
    })
}
