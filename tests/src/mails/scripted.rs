//! The scripted mail server: `tests/tools/mail_server.py` as a process of its own, which ends with the
//! test.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::{DEADLINE, python, tool};

/// A running mail server that does as its mode says.
pub(super) struct Scripted {
    process: Child,
    port: u16,
    folder: TempDir,
    words: UnboundedReceiver<String>,
    /// What it has said so far.
    heard: Vec<String>,
}

impl Scripted {
    /// Starts it on a free port.
    pub(super) async fn start(mode: &str, options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Command::new(python())
            .arg(tool("mail_server.py"))
            .arg(mode)
            .arg("--folder")
            .arg(folder.path())
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, words) = unbounded_channel();
        let output = BufReader::new(process.stdout.take().unwrap());
        std::thread::spawn(move || {
            for word in output.lines().map_while(Result::ok) {
                if sender.send(word).is_err() {
                    return;
                }
            }
        });
        let mut server = Self {
            process,
            port: 0,
            folder,
            words,
            heard: Vec::new(),
        };
        let port = server.hear("port ").await;
        server.port = port["port ".len()..].parse().unwrap();
        server.heard.clear();
        server
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Waits until it says a word that begins so.
    pub(super) async fn hear(&mut self, beginning: &str) -> String {
        loop {
            let word = tokio::time::timeout(DEADLINE, self.words.recv())
                .await
                .unwrap_or_else(|_| panic!("waited in vain for {beginning:?}: {:?}", self.heard))
                .unwrap_or_else(|| panic!("the server ended before {beginning:?}"));
            self.heard.push(word.clone());
            if word.starts_with(beginning) {
                return word;
            }
        }
    }

    /// Everything it has said since it began to listen.
    pub(super) fn heard(&mut self) -> &[String] {
        while let Ok(word) = self.words.try_recv() {
            self.heard.push(word);
        }
        &self.heard
    }

    /// How often it said this word.
    pub(super) fn count(&mut self, word: &str) -> usize {
        self.heard().iter().filter(|heard| *heard == word).count()
    }

    /// The mails that it took, in order, as they came.
    pub(super) fn taken(&self) -> Vec<Vec<u8>> {
        files(self.folder.path(), "eml")
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        // Closing its input would do; a server that hangs is ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The contents of a folder's files with this ending, by name.
pub(super) fn files(folder: &Path, ending: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|have| have == ending))
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}
