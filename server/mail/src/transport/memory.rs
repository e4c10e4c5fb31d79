//! Mails in memory, for tests and measurements.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Sent;
use crate::Mail;

/// Keeps or only counts what is sent. Clones share what they keep, so a test holds one end while the
/// scheduler holds the other.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    keep: bool,
    count: u64,
    mails: Vec<Mail>,
    answers: std::collections::VecDeque<Sent>,
}

impl Memory {
    /// Keeps every mail.
    pub fn keeping() -> Self {
        let memory = Self::default();
        memory.lock().keep = true;
        memory
    }

    /// Counts mails and forgets them.
    pub fn counting() -> Self {
        Self::default()
    }

    /// How many were accepted, or may have been.
    pub fn count(&self) -> u64 {
        self.lock().count
    }

    /// Takes the mails that were kept since the last call, in order.
    pub fn take(&self) -> Vec<Mail> {
        std::mem::take(&mut self.lock().mails)
    }

    /// The next mails get these answers, one each; later ones are accepted. [`Sent::Unknown`] keeps
    /// the mail, as a server does that dies before it answers; [`Sent::Withheld`] is what `before_data`
    /// decides, and has no effect here.
    pub fn answer_next(&self, answers: impl IntoIterator<Item = Sent>) {
        self.lock().answers.extend(answers);
    }

    pub(super) async fn send<F>(&self, mail: &Mail, before_data: F) -> Sent
    where
        F: AsyncFnOnce() -> bool,
    {
        let answer = self.lock().answers.pop_front().unwrap_or(Sent::Accepted);
        // A refused recipient or a closed door is known before the content.
        if matches!(answer, Sent::Deferred { .. } | Sent::Rejected { .. }) {
            return answer;
        }
        if !before_data().await {
            return Sent::Withheld;
        }
        let mut inner = self.lock();
        inner.count += 1;
        if inner.keep {
            inner.mails.push(mail.clone());
        }
        answer
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
