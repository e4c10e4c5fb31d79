//! From one case manager to another.

use axum::Json;
use axum::extract::State;
use protocol::TransferId;
use protocol::http::{
    AcceptTransfer, DeclineTransfer, ErrorBody, OfferTransfer, Transfers, WithdrawTransfer,
};

use super::Answer;
use super::body::{At, FromJson};
use crate::Gateway;
use crate::caller::Who;

/// The caller's offers, and to whom they can offer.
#[utoipa::path(
    get,
    path = "/v1/transfers",
    tag = "staff",
    responses((status = 200, body = Transfers), (status = "default", body = ErrorBody))
)]
pub async fn list_transfers(
    State(gateway): State<Gateway>,
    Who(caller): Who,
) -> Answer<Json<Transfers>> {
    Ok(Json(gateway.store.transfers(&caller).await?))
}

/// Offers clients to a colleague, all or none.
#[utoipa::path(
    post,
    path = "/v1/transfers",
    tag = "staff",
    request_body = OfferTransfer,
    responses((status = 200, body = Transfers), (status = "default", body = ErrorBody))
)]
pub async fn offer_transfer(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<OfferTransfer>,
) -> Answer<Json<Transfers>> {
    Ok(Json(gateway.store.offer_transfer(&caller, request).await?))
}

/// Takes the offered client over.
#[utoipa::path(
    post,
    path = "/v1/transfers/{transfer}/accept",
    tag = "staff",
    params(("transfer" = TransferId, Path)),
    request_body = AcceptTransfer,
    responses((status = 200, body = Transfers), (status = "default", body = ErrorBody))
)]
pub async fn accept_transfer(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(transfer): At<TransferId>,
    FromJson(request): FromJson<AcceptTransfer>,
) -> Answer<Json<Transfers>> {
    Ok(Json(
        gateway
            .store
            .accept_transfer(&caller, transfer, request)
            .await?,
    ))
}

/// Declines the offered client, and says why.
#[utoipa::path(
    post,
    path = "/v1/transfers/{transfer}/decline",
    tag = "staff",
    params(("transfer" = TransferId, Path)),
    request_body = DeclineTransfer,
    responses((status = 200, body = Transfers), (status = "default", body = ErrorBody))
)]
pub async fn decline_transfer(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(transfer): At<TransferId>,
    FromJson(request): FromJson<DeclineTransfer>,
) -> Answer<Json<Transfers>> {
    Ok(Json(
        gateway
            .store
            .decline_transfer(&caller, transfer, request)
            .await?,
    ))
}

/// Takes an offer back.
#[utoipa::path(
    post,
    path = "/v1/transfers/{transfer}/withdraw",
    tag = "staff",
    params(("transfer" = TransferId, Path)),
    request_body = WithdrawTransfer,
    responses((status = 200, body = Transfers), (status = "default", body = ErrorBody))
)]
pub async fn withdraw_transfer(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(transfer): At<TransferId>,
    FromJson(request): FromJson<WithdrawTransfer>,
) -> Answer<Json<Transfers>> {
    Ok(Json(
        gateway
            .store
            .withdraw_transfer(&caller, transfer, request)
            .await?,
    ))
}
