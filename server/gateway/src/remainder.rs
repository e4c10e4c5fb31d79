//! What is left of a request's body is read before the answer leaves.
//!
//! A refusal often needs no body: the origin is foreign, the session has ended. Over HTTP/2, answering
//! without reading resets the stream (RFC 9113, section 8.1), and some clients then lose the answer;
//! over HTTP/1.1 it costs the connection. So the rest is read and thrown away, if it comes soon and is
//! no larger than an ordinary body.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::{Stream, StreamExt as _};
use protocol::limits;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// How long the rest is waited for before the answer leaves without it.
const SOON: Duration = Duration::from_secs(2);

/// A body that comes back when it is dropped.
struct Lent {
    body: Option<BodyDataStream>,
    back: Option<oneshot::Sender<BodyDataStream>>,
}

impl Stream for Lent {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut self.body {
            Some(body) => body.poll_next_unpin(context),
            None => Poll::Ready(None),
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let (Some(body), Some(back)) = (self.body.take(), self.back.take()) {
            // Nobody waits for it if the request was given up.
            drop(back.send(body));
        }
    }
}

/// Middleware. A websocket's stream is no body and is left alone.
pub async fn read(request: Request, next: Next) -> Response {
    if !matches!(
        *request.method(),
        Method::POST | Method::PUT | Method::PATCH | Method::DELETE
    ) {
        return next.run(request).await;
    }
    let (back, rest) = oneshot::channel();
    let request = request.map(|body| {
        Body::from_stream(Lent {
            body: Some(body.into_data_stream()),
            back: Some(back),
        })
    });
    let response = next.run(request).await;
    if let Ok(rest) = rest.await {
        // Whether it came or not, the answer leaves.
        drop(timeout(SOON, throw_away(rest)).await);
    }
    response
}

async fn throw_away(mut rest: BodyDataStream) {
    let mut left = limits::HTTP_BODY_BYTES_MAX;
    while let Some(Ok(bytes)) = rest.next().await {
        match left.checked_sub(bytes.len()) {
            Some(less) => left = less,
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::Router;
    use axum::middleware::from_fn;
    use axum::routing::post;
    use tower::ServiceExt as _;

    use super::*;

    const CHUNK: usize = 64 * 1024;

    /// How much of a body of so many chunks is read, whatever the handler does with it.
    async fn taken(router: Router, chunks: usize) -> usize {
        let taken = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&taken);
        let body = futures_util::stream::iter(0..chunks).map(move |_| {
            count.fetch_add(CHUNK, Ordering::SeqCst);
            Ok::<_, std::convert::Infallible>(Bytes::from(vec![0; CHUNK]))
        });
        let request = Request::post("/").body(Body::from_stream(body)).unwrap();
        let response = router.layer(from_fn(read)).oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        taken.load(Ordering::SeqCst)
    }

    #[tokio::test]
    async fn a_body_is_read_to_its_end_whether_the_handler_looked_or_not() {
        let looks = Router::new().route("/", post(|body: Bytes| async move { drop(body) }));
        assert_eq!(taken(looks, 3).await, 3 * CHUNK);
        let looks_away = || Router::new().route("/", post(|| async {}));
        assert_eq!(taken(looks_away(), 3).await, 3 * CHUNK);
        let most = limits::HTTP_BODY_BYTES_MAX + CHUNK;
        assert_eq!(
            taken(looks_away(), 100).await,
            most,
            "but not without an end"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_comes_does_not_keep_the_answer() {
        let router = Router::new().route("/", post(|| async {}));
        let body = futures_util::stream::pending::<Result<Bytes, std::convert::Infallible>>();
        let request = Request::post("/").body(Body::from_stream(body)).unwrap();
        let answer = router.layer(from_fn(read)).oneshot(request);
        assert!(timeout(2 * SOON, answer).await.is_ok());
    }
}
