//! The server leads a device into a group where somebody listens.

use device::api::{CirclePhase, Command, Trouble};
use protocol::frame::{NoticeKind, ServerFrame};
use protocol::http::{Circle, Circles, InvitationFound};
use protocol::{AccountId, Role};

use super::ghost::Ghost;
use super::town::{ANA, DANA, MARIA, Town};

/// Maria goes on as before: what she says reaches Dana, and the ghost opens nothing.
fn maria_is_safe(town: &mut Town, ghost: &mut Ghost) {
    town.phones[MARIA].hears_the_truth();
    town.reconnect(MARIA);
    town.says(MARIA, "Are we alone?");
    assert_eq!(town.phones[DANA].texts().last().unwrap(), "Are we alone?");
    assert!(!ghost.opens_any(&town.phones[MARIA]));
}

#[test]
fn a_ghosts_new_generation_is_refused() {
    let mut town = Town::new();
    let mut ghost = Ghost::new(&town, Role::CaseManager);
    let trap = ghost.trap(&town, 1, &[MARIA]);
    town.invite(MARIA, 1, &trap.welcome);
    assert!(town.phones[MARIA].was_warned("reset"));
    maria_is_safe(&mut town, &mut ghost);
}

#[test]
fn a_new_generation_with_more_people_is_refused_even_from_a_member_of_staff() {
    let mut town = Town::new();
    let mut dana = Ghost::of(&town.phones[DANA], Role::CaseManager);
    let ghost = Ghost::new(&town, Role::Caregiver);
    let mut listed = town.listed(&[MARIA]);
    listed.push(ghost.party.listed());
    let packages = vec![town.phones[MARIA].key_package(), ghost.party.key_package()];
    let trap = dana.trap_with(&town, 1, (listed, packages));
    town.invite(MARIA, 1, &trap.welcome);
    assert!(town.phones[MARIA].was_warned("reset"));
    maria_is_safe(&mut town, &mut dana);
}

#[test]
fn a_device_that_is_told_it_was_left_out_remembers_who_belonged() {
    let mut town = Town::new();
    let mut ghost = Ghost::new(&town, Role::CaseManager);
    let trap = ghost.trap(&town, 0, &[MARIA]);
    let own = town.maria.account;
    town.phones[MARIA].answer_lie = Some(Box::new(move |request, (status, body)| {
        match request.path.as_str() {
            "/v1/circles" => {
                let mut told: Circles = serde_json::from_slice(&body).expect("reads");
                for circle in &mut told.circles {
                    leave_out(circle, own);
                }
                (status, serde_json::to_vec(&told).expect("writes"))
            }
            path if path.ends_with("/group-info") => (503, Vec::new()),
            _ => (status, body),
        }
    }));
    town.reconnect(MARIA);
    assert_eq!(town.epoch(MARIA), None, "it believes that");
    town.invite(MARIA, 0, &trap.welcome);
    assert!(town.phones[MARIA].was_warned("stranger"));
    assert_eq!(town.view(MARIA).trouble, Some(Trouble::NewKey));
    maria_is_safe(&mut town, &mut ghost);
}

fn leave_out(circle: &mut Circle, account: AccountId) {
    for member in &mut circle.members {
        if member.account == account {
            member.devices.clear();
        }
    }
}

#[test]
fn a_device_that_is_told_the_circle_is_gone_remembers_who_belonged() {
    let mut town = Town::with_ana();
    town.withdraw();
    let mut ana = Ghost::of(&town.phones[ANA], Role::CaseManager);
    let trap = ana.trap(&town, 0, &[MARIA]);
    town.phones[MARIA].answer_lie = Some(Box::new(|request, honest| {
        if request.path.contains("/v1/circles") {
            let gone = br#"{"code":"consent_required","detail":""}"#;
            return match request.path.as_str() {
                "/v1/circles" => (200, br#"{"circles":[]}"#.to_vec()),
                _ => (403, gone.to_vec()),
            };
        }
        honest
    }));
    town.reconnect(MARIA);
    assert!(town.phones[MARIA].circles().is_empty(), "it believes that");
    town.invite(MARIA, 0, &trap.welcome);
    assert!(town.phones[MARIA].was_warned("stranger"));
    maria_is_safe(&mut town, &mut ana);
    assert!(!town.ana_opens(town.phones[MARIA].sent.last().unwrap()));
}

#[test]
fn a_welcome_that_comes_again_changes_nothing() {
    let mut town = Town::new();
    let answers = &town.phones[MARIA].answers;
    let welcome = answers
        .iter()
        .find(|(path, _)| path.starts_with("/v1/welcomes/"));
    let welcome = welcome
        .expect("Maria came in by a Welcome")
        .1
        .clone()
        .into();
    town.says(DANA, "one");
    let before = town.epoch(MARIA);
    town.invite(MARIA, 0, &welcome);
    town.invite(MARIA, 5, &welcome);
    assert_eq!(town.epoch(MARIA), before);
    town.phones[MARIA].hears_the_truth();
    town.says(DANA, "two");
    assert_eq!(town.phones[MARIA].texts(), ["one", "two"]);
}

#[test]
fn a_welcome_announced_for_another_generation_is_refused() {
    let mut town = Town::new();
    let ana = town.ana;
    town.enrol_with(ana, |phone| {
        phone.frame_lie = Some(Box::new(|mut frame| {
            if let ServerFrame::Inbox(inbox) = &mut frame {
                for notice in &mut inbox.notices {
                    if let NoticeKind::Welcome(welcome) = &mut notice.kind {
                        welcome.generation = 7;
                    }
                }
            }
            vec![frame]
        }));
    });
    assert!(town.phones[ANA].was_warned("policy_of_another_group"));
    town.phones[ANA].hears_the_truth();
    town.reconnect(ANA);
    // It is not entered under that number; the true one is, by the device's own hand.
    assert_eq!(town.epoch(ANA), town.epoch(DANA));
    town.says(ANA, "Here I am");
    assert_eq!(town.phones[DANA].texts(), ["Here I am"]);
    assert!(
        town.phones[ANA]
            .circles()
            .iter()
            .all(|circle| circle.phase != CirclePhase::Stopped)
    );
}

#[test]
fn whoever_is_kept_from_a_new_generations_welcome_comes_in_alone() {
    // People came and went: the old generation is in a later era than the new one.
    let mut town = Town::with_ana();
    town.phones[MARIA].frame_lie = Some(Box::new(|frame| match frame {
        ServerFrame::Inbox(_) => Vec::new(),
        frame => vec![frame],
    }));
    let circle = town.circle;
    town.command(DANA, Command::ResetCircle { circle });
    town.tick(60);
    town.command(MARIA, Command::Rejoin { circle });
    town.tick(60);
    assert_eq!(town.view(MARIA).trouble, None);
    town.says(MARIA, "Here I am again");
    town.says(DANA, "Welcome back");
    for who in [DANA, MARIA] {
        assert_eq!(
            town.phones[who].texts(),
            ["Here I am again", "Welcome back"]
        );
    }
}

#[test]
fn a_device_that_nobody_adds_to_a_new_generation_comes_after_by_itself() {
    let mut town = Town::new();
    let tablet = town.begin_second(MARIA);
    // Of its key packages there are none when the circle begins anew: it was away for long, say.
    let answer = br#"{"code":"rate_limited","detail":""}"#;
    town.phones[tablet].refused = Some(("/v1/key-packages", answer.as_slice()));
    town.command(MARIA, Command::ApproveDevice);
    town.tick(2);
    town.tick(60);
    town.says(DANA, "before");
    assert_eq!(town.phones[tablet].texts(), ["before"]);
    town.phones[tablet].cut();
    town.settle();
    let circle = town.circle;
    town.command(DANA, Command::ResetCircle { circle });
    town.tick(60);
    town.says(MARIA, "anew");
    town.reconnect(tablet);
    let generation = |town: &Town, who: usize| {
        let places = town.phones[who].device.places().expect("reads");
        places[0].group.as_ref().map(|(generation, ..)| *generation)
    };
    assert_eq!(generation(&town, MARIA), Some(1));
    assert_eq!(generation(&town, tablet), Some(1));
    town.says(tablet, "here too");
    assert_eq!(town.phones[DANA].texts(), ["before", "anew", "here too"]);
    assert_eq!(town.phones[tablet].texts(), ["before", "anew", "here too"]);
}

#[test]
fn a_group_info_of_a_ghosts_group_is_not_a_way_back() {
    let mut town = Town::new();
    let mut ghost = Ghost::new(&town, Role::CaseManager);
    let lure = ghost.lure(&town, &[MARIA]);
    town.rejoin_by(MARIA, &lure);
    assert!(town.phones[MARIA].was_warned("stranger"));
    town.says(MARIA, "Is anybody there?");
    assert_eq!(
        town.phones[MARIA].sent.len(),
        0,
        "nothing is encrypted for nobody known"
    );
    maria_is_safe(&mut town, &mut ghost);
}

#[test]
fn a_removed_person_is_not_let_in_again_by_the_server() {
    let mut town = Town::with_ana();
    town.withdraw();
    for role in [Role::CaseManager, Role::Client, Role::Caregiver] {
        let mut ana = Ghost::of(&town.phones[ANA], role);
        let lure = ana.lure(&town, &[MARIA]);
        town.rejoin_by(MARIA, &lure);
        assert!(town.phones[MARIA].was_warned("stranger"));
        town.phones[MARIA]
            .shown
            .retain(|event| !matches!(event, device::api::Event::Problem { .. }));
        maria_is_safe(&mut town, &mut ana);
    }
}

#[test]
fn an_earlier_state_of_the_group_is_not_a_way_back() {
    let mut town = Town::with_ana();
    let with_ana = town.group_info();
    town.withdraw();
    town.says(MARIA, "Now Ana is gone");
    town.rejoin_by(MARIA, &with_ana);
    assert_eq!(town.view(MARIA).trouble, Some(Trouble::SecurityStop));
    assert!(town.phones[MARIA].was_warned("rolled_back"));
    let sent = town.phones[MARIA].sent.len();
    town.says(MARIA, "Does she hear me?");
    assert_eq!(
        town.phones[MARIA].sent.len(),
        sent,
        "a stopped circle sends nothing"
    );
}

#[test]
fn an_era_that_a_removed_person_knows_does_not_come_back() {
    let mut town = Town::with_ana();
    let before = town.log().last().expect("Ana came").era;
    town.phones[MARIA].cut();
    town.settle();
    town.withdraw_only();
    town.please(DANA);
    // Maria's phone is told nothing of the removal, and that the era of before still holds.
    town.phones[MARIA].frame_lie = Some(Box::new(move |mut frame| {
        if let ServerFrame::Ready(ready) = &mut frame {
            for position in &mut ready.positions {
                position.era = before;
            }
        }
        let log = matches!(frame, ServerFrame::Log(_));
        if log { Vec::new() } else { vec![frame] }
    }));
    let circle = town.circle;
    town.phones[MARIA].is_told("/v1/circles", move |told: &mut Circles| {
        for circle in &mut told.circles {
            circle.era = before;
        }
    });
    town.command(MARIA, Command::Connect);
    town.tick(60);
    town.command(MARIA, Command::Rejoin { circle });
    town.tick(60);
    town.phones[MARIA].hears_the_truth();
    town.reconnect(MARIA);
    town.says(MARIA, "Only for Dana");
    town.says(DANA, "Only for Maria");
    assert_eq!(
        town.phones[DANA].texts(),
        ["Only for Dana", "Only for Maria"]
    );
    assert_eq!(
        town.phones[MARIA].texts(),
        ["Only for Dana", "Only for Maria"]
    );
    for who in [MARIA, DANA] {
        for sent in &town.phones[who].sent {
            assert!(!town.ana_opens(sent));
        }
    }
}

#[test]
fn a_server_that_is_not_the_links_agency_gets_nothing() {
    let mut town = Town::new();
    let ana = town.ana;
    town.enrol_with(ana, |phone| {
        phone.is_told("/look-up", |found: &mut InvitationFound| {
            found.agency.key = [9; 32].into();
        });
    });
    assert!(town.phones[ANA].was_warned("this server is not the agency that gave out the link"));
    assert!(
        town.phones[ANA]
            .answers
            .iter()
            .all(|(path, _)| !path.ends_with("/redeem"))
    );
}

#[test]
fn at_first_contact_a_ghost_is_seen_and_not_verified() {
    let mut town = Town::new();
    // Dana's device is kept from adding Ana: the ghost is first.
    town.phones[DANA].answer_lie = Some(Box::new(|request, honest| {
        if request.path.ends_with("/claim") {
            (503, Vec::new())
        } else {
            honest
        }
    }));
    town.enrol(town.ana);
    let mut ghost = Ghost::new(&town, Role::CaseManager);
    let ana = town.own_listing(ANA);
    let packages = vec![town.phones[ANA].key_package()];
    let trap = ghost.trap_with(&town, 0, (vec![ana], packages));
    let (account, device) = (town.ana.account, town.phones[ANA].device.device_id());
    let device = device.expect("reads").expect("enrolled");
    town.phones[ANA].answer_lie = Some(Box::new(move |request, (status, body)| {
        if request.path.contains("/v1/welcomes/") {
            return (200, trap.welcome.0.clone());
        }
        let Ok(mut told) = serde_json::from_slice::<Circles>(&body) else {
            return (status, body);
        };
        for circle in &mut told.circles {
            for member in &mut circle.members {
                if member.account == account {
                    member.devices = vec![device];
                }
            }
        }
        (status, serde_json::to_vec(&told).expect("writes"))
    }));
    town.invite_through(ANA, 0);
    let view = town.view(ANA);
    let seen = view
        .members
        .iter()
        .find(|member| member.account == ghost.party.account);
    let seen = seen.expect("whoever can read is shown, though the server does not name them");
    assert!(!seen.verified);
    assert_eq!(seen.role, Role::CaseManager);
    // Dana and Maria, whom the server names, are not in that group and are not shown as if they were.
    assert_eq!(
        view.members
            .iter()
            .filter(|member| member.state == protocol::MemberState::Confirmed)
            .count(),
        2
    );
}
