//! Lines of a conversation, each with a limit: one that is too long is read to its end and let go, so that what
//! follows is still in step.

use tokio::io::{AsyncBufRead, AsyncBufReadExt as _};

/// How reading a line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// It is in the buffer, with its end.
    Whole,
    /// It had more bytes than it may have; its beginning is in the buffer.
    TooLong,
    /// Nothing more comes.
    Closed,
}

/// Reads up to and with the next line feed into the buffer, which is emptied first; at most so many bytes are
/// kept.
pub(super) async fn read_line<R: AsyncBufRead + Unpin>(
    reader: &mut R,
    line: &mut Vec<u8>,
    bytes_max: usize,
) -> Line {
    line.clear();
    let mut too_long = false;
    loop {
        let Ok(ready) = reader.fill_buf().await else {
            return Line::Closed;
        };
        if ready.is_empty() {
            return Line::Closed;
        }
        let end = ready.iter().position(|byte| *byte == b'\n');
        let upto = end.map_or(ready.len(), |end| end + 1);
        let room = bytes_max.saturating_sub(line.len());
        let kept = upto.min(room);
        line.extend_from_slice(ready.get(..kept).unwrap_or_default());
        too_long |= kept < upto;
        reader.consume(upto);
        if end.is_some() {
            return if too_long { Line::TooLong } else { Line::Whole };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_line_that_is_too_long_leaves_the_next_one_whole() {
        let text = format!("NOOP\r\n{}\r\nQUIT\r\nrest", "x".repeat(100));
        for capacity in [1, 7, 4_096] {
            let mut reader = tokio::io::BufReader::with_capacity(capacity, text.as_bytes());
            let mut line = Vec::new();
            for (expected, kept) in [
                (Line::Whole, "NOOP\r\n".to_owned()),
                (Line::TooLong, "x".repeat(20)),
                (Line::Whole, "QUIT\r\n".to_owned()),
                (Line::Closed, "rest".to_owned()),
            ] {
                let read = read_line(&mut reader, &mut line, 20).await;
                assert_eq!(read, expected, "{capacity}");
                assert_eq!(line, kept.as_bytes(), "{capacity}");
            }
        }
    }
}
