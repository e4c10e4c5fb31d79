//! Reading MLS messages: length, framing, and nothing after the end.

use openmls::prelude::{ContentType, MlsMessageBodyIn, MlsMessageIn, ProtocolMessage};
use protocol::{Code, GroupId, Refusal, limits};
use tls_codec::Deserialize as _;

use crate::Envelope;

/// Reads one `MLSMessage` and nothing else.
pub fn read_message(bytes: &[u8]) -> Result<MlsMessageBodyIn, Refusal> {
    MlsMessageIn::tls_deserialize_exact(bytes)
        .map(MlsMessageIn::extract)
        .map_err(|_| Refusal::new(Code::MlsMalformed, "not an MLS message"))
}

/// Reads the framing of an application message: a PrivateMessage of content type application.
/// Its content is nobody's business here.
pub fn read_envelope(mls: &[u8]) -> Result<Envelope, Refusal> {
    if mls.len() > limits::MLS_BYTES_MAX {
        return Err(Refusal::new(Code::TooLarge, "mls"));
    }
    let MlsMessageBodyIn::PrivateMessage(message) = read_message(mls)? else {
        return Err(Refusal::new(
            Code::MlsMalformed,
            "application messages are private messages",
        ));
    };
    let message = ProtocolMessage::from(message);
    if message.content_type() != ContentType::Application {
        return Err(Refusal::new(
            Code::MlsMalformed,
            "handshakes are public messages",
        ));
    }
    envelope(&message)
}

/// What a protocol message's framing says.
pub fn envelope(message: &ProtocolMessage) -> Result<Envelope, Refusal> {
    let group = GroupId::try_from(message.group_id().as_slice())
        .map_err(|_| Refusal::new(Code::MlsMalformed, "group id"))?;
    Ok(Envelope {
        group,
        epoch: message.epoch().as_u64(),
    })
}
