//! The people of a circle, and how one of them goes.

use carecircle_headless::Headless;
use device::api::{Command, MemberView};
use protocol::http::{AskNewKeys, ClientCard, LeaveCircle, NewKeys, People, WithdrawConsent};
use protocol::{AccountId, MemberState, PersonId};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{At, Failure, circles, op_id, show};

/// Lists the people of a circle, and says whether it keeps history.
pub async fn members(circle: &str, json: bool, at: &At) -> Result<(), Failure> {
    let device = at.online().await?;
    let circle = circles::told(&device, circle).await?;
    device.stop().await?;
    for member in &circle.members {
        if json {
            println!("{}", serde_json::to_string(member)?);
        } else {
            println!(
                "{}  {}  ({})",
                member.account,
                show::line(&member.name),
                standing(member)
            );
        }
    }
    if !json {
        eprintln!("{}", show::keeping(&circle));
    }
    Ok(())
}

/// The client allows a caregiver no longer: every consent between the two ends.
pub async fn withdraw(
    caregiver: &str,
    client: Option<&str>,
    clear_calendar: bool,
    at: &At,
) -> Result<(), Failure> {
    let device = at.online().await?;
    let people: People = get(&device, "/v1/people").await?;
    let named =
        |card: &&ClientCard| client.is_none_or(|wanted| is(wanted, &card.name, card.account));
    let of_client = people.clients.iter().filter(named);
    let cards = of_client.flat_map(|card| &card.caregivers);
    let found: Vec<_> = cards
        .filter(|card| is(caregiver, &card.name, card.account))
        .collect();
    let [card] = found.as_slice() else {
        return Err(Failure::refused(match found.len() {
            0 => "this person may see no such caregiver",
            _ => "several fit: name the client too, or use the account's id",
        }));
    };
    let live: Vec<_> = card
        .consents
        .iter()
        .filter(|consent| consent.withdrawn_at.is_none())
        .collect();
    if live.is_empty() {
        return Err(Failure::refused("there is no consent to withdraw"));
    }
    for consent in live {
        let body = WithdrawConsent {
            op_id: op_id()?,
            clear_calendar,
        };
        let path = format!("/v1/consents/{}/withdraw", consent.id);
        ask(&device, "POST", &path, &body).await?;
        println!("{}", consent.id);
    }
    device.stop().await?;
    Ok(())
}

/// This person no longer wants to be in a circle.
pub async fn leave(circle: &str, at: &At) -> Result<(), Failure> {
    let device = at.online().await?;
    let id = circles::find(&device, circle).await?.id;
    let body = LeaveCircle { op_id: op_id()? };
    ask(&device, "POST", &format!("/v1/circles/{id}/leave"), &body).await?;
    device.stop().await?;
    Ok(())
}

/// Staff, with the person before them: their keys are gone, a new link begins with new ones.
pub async fn new_keys(person: &str, at: &At) -> Result<(), Failure> {
    let device = at.online().await?;
    let people: People = get(&device, "/v1/people").await?;
    let everybody = people.clients.iter().flat_map(|card| {
        let client = (card.name.as_str(), card.account, card.person);
        let caregivers = card.caregivers.iter();
        let caregivers = caregivers.map(|one| (one.name.as_str(), one.account, one.person));
        std::iter::once(client).chain(caregivers)
    });
    let mut found: Vec<PersonId> = everybody
        .filter(|(name, account, _)| is(person, name, *account))
        .map(|(_, _, person)| person)
        .collect();
    found.sort_unstable();
    found.dedup();
    let [id] = found.as_slice() else {
        return Err(Failure::refused(match found.len() {
            0 => "this person may see nobody of that name",
            _ => "several fit: use the account's id",
        }));
    };
    let body = AskNewKeys { op_id: op_id()? };
    let path = format!("/v1/people/{id}/new-keys");
    let NewKeys { link, .. } = serde_json::from_slice(&ask(&device, "POST", &path, &body).await?)?;
    println!("{}/#{link}", device.server());
    device.stop().await?;
    Ok(())
}

/// A human has made sure that a member's new keys are theirs.
pub async fn trust(member: &str, circle: &str, at: &At) -> Result<(), Failure> {
    let device = at.online().await?;
    let circle = circles::with_new_key(&device, circle).await?;
    let fits = |one: &&MemberView| one.new_key && is(member, &one.name, one.account);
    let account = circle.members.iter().find(fits).map(|one| one.account);
    let Some(account) = account else {
        return Err(Failure::refused(
            "nobody of that name waits there with new keys",
        ));
    };
    device.command(Command::TrustNewKey { account }).await?;
    circles::settled(&device, circle.id, |view| {
        let inside =
            |one: &MemberView| one.account == account && one.state == MemberState::Confirmed;
        view.members.iter().any(inside)
    })
    .await?;
    device.stop().await?;
    Ok(())
}

fn is(wanted: &str, name: &str, account: AccountId) -> bool {
    wanted == name || wanted == account.to_string()
}

fn standing(member: &MemberView) -> String {
    let state = match member.state {
        MemberState::Invited => "invited",
        MemberState::Confirmed => "in the group",
        MemberState::Left => "left",
    };
    let marks = [
        member.me.then_some("you"),
        member.verified.then_some("met in person"),
        member
            .new_key
            .then_some("with new keys: make sure that they are theirs"),
    ];
    let marks = marks.into_iter().flatten();
    std::iter::once(state)
        .chain(marks)
        .collect::<Vec<_>>()
        .join(", ")
}

async fn get<T: DeserializeOwned>(device: &Headless, path: &str) -> Result<T, Failure> {
    let (status, body) = device.ask("GET", path, None).await?;
    Ok(serde_json::from_slice(&checked(status, body)?)?)
}

async fn ask(
    device: &Headless,
    method: &str,
    path: &str,
    body: &impl Serialize,
) -> Result<Vec<u8>, Failure> {
    let json = serde_json::to_vec(body)?;
    let (status, body) = device.ask(method, path, Some(json)).await?;
    checked(status, body)
}

fn checked(status: u16, body: Vec<u8>) -> Result<Vec<u8>, Failure> {
    match status {
        0 => Err(Failure::unreachable()),
        200..300 => Ok(body),
        _ => Err(
            match serde_json::from_slice::<protocol::http::ErrorBody>(&body) {
                Ok(refused) => Failure::refused(format!("{} ({})", refused.detail, refused.code)),
                Err(_) => Failure::refused(format!("the server answered {status}")),
            },
        ),
    }
}
