//! The end of the socket at which a command asks: for one line, for many that it writes on (an export), or for many that
//! it shows as they come (a rotation). A refusal becomes the command's error.

use std::path::Path;

use anyhow::{Context as _, bail};
use tokio::io::{
    AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::net::UnixStream;
use tokio::net::unix::OwnedReadHalf;

use super::SOCKET;
use super::words::{Reply, Request};

/// The longest answer in one line, bytes.
const REPLY_MAX: u64 = 1024 * 1024;

/// Whether a server with such a socket runs on a data directory.
pub async fn is_open(data: &Path) -> bool {
    UnixStream::connect(data.join(SOCKET)).await.is_ok()
}

async fn send(data: &Path, request: &Request) -> anyhow::Result<BufReader<OwnedReadHalf>> {
    let path = data.join(SOCKET);
    let stream = UnixStream::connect(&path).await.with_context(|| {
        format!(
            "no server with such a socket runs on {}: start `carecircle demo` first",
            data.display()
        )
    })?;
    let (read, mut write) = stream.into_split();
    let line = serde_json::to_string(request)? + "\n";
    write.write_all(line.as_bytes()).await?;
    write.forget();
    Ok(BufReader::new(read))
}

/// Asks the server that runs on a data directory.
pub async fn ask(data: &Path, request: &Request) -> anyhow::Result<Reply> {
    let mut reply = String::new();
    let read = send(data, request).await?;
    read.take(REPLY_MAX).read_line(&mut reply).await?;
    match serde_json::from_str(&reply)? {
        Reply::Refused { detail } => bail!(detail),
        reply => Ok(reply),
    }
}

/// Asks for something that is answered with many lines, and writes them on.
pub async fn stream(
    data: &Path,
    request: &Request,
    out: &mut (impl AsyncWrite + Unpin),
) -> anyhow::Result<()> {
    let mut read = send(data, request).await?;
    let mut line = String::new();
    while read.read_line(&mut line).await? > 0 {
        if let Ok(Reply::Refused { detail }) = serde_json::from_str(&line) {
            bail!(detail);
        }
        out.write_all(line.as_bytes()).await?;
        line.clear();
    }
    out.flush().await?;
    Ok(())
}

/// Asks for something that is answered with many replies, and hands each on.
pub async fn follow(
    data: &Path,
    request: &Request,
    mut each: impl FnMut(Reply),
) -> anyhow::Result<()> {
    let mut read = send(data, request).await?;
    let mut line = String::new();
    while read.read_line(&mut line).await? > 0 {
        match serde_json::from_str(&line)? {
            Reply::Refused { detail } => bail!(detail),
            Reply::Done => return Ok(()),
            reply => each(reply),
        }
        line.clear();
    }
    bail!("the server went away: ask again, it goes on from there")
}
