//! `/v1/ws`: who may open a websocket, and with which limits. What happens on it is
//! [`crate::connection`]'s.
//!
//! HTTP/1.1 upgrades with `GET`, HTTP/2 with an extended `CONNECT` (RFC 8441).

use std::net::SocketAddr;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, State};
use axum::http::HeaderMap;
use axum::response::Response;
use protocol::{Code, Refusal, frame, limits};

use super::Answer;
use super::body::bad_request;
use crate::Gateway;
use crate::connection::Connection;

/// What the library reads before it gives up. Larger than our own limit, so that a message over the
/// limit is usually seen and answered instead of the connection being cut.
const READ_BYTES_MAX: usize = 4 * limits::FRAME_BYTES_MAX;

/// What is sent at once leaves together, up to one TLS record (RFC 8446, section 5.1).
const WRITE_TOGETHER_BYTES: usize = 16 * 1024;

/// Opens a websocket for a page of ours that speaks our sub-protocol.
pub async fn open_socket(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Answer<Response> {
    gateway.origins.require(&headers)?;
    let upgrade = upgrade.map_err(|_| bad_request("this path is for websockets"))?;
    let upgrade = upgrade.protocols([frame::SUBPROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        return Err(bad_request(
            "sec-websocket-protocol: must name carecircle.v1",
        ));
    }
    if gateway.stop.is_cancelled() {
        return Err(Refusal::from(Code::ShuttingDown).into());
    }
    let max = gateway.sockets_of(peer.ip());
    let seat = gateway.hub.seat_address(peer.ip(), max)?;
    let tracker = gateway.tracker.clone();
    let response = upgrade
        .read_buffer_size(limits::SOCKET_READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_TOGETHER_BYTES)
        .max_write_buffer_size(limits::SOCKET_WRITE_BUFFER_BYTES_MAX)
        .max_message_size(READ_BYTES_MAX)
        .max_frame_size(READ_BYTES_MAX)
        .on_upgrade(move |socket| {
            tracker.track_future(async move {
                Connection::new(gateway).run(socket).await;
                drop(seat);
            })
        });
    Ok(response)
}
