//! The law of the clocks changes while people are booked: the server is stopped, and started on the same data with
//! another release of the zone database, as real laws and real releases had it. Everybody keeps the hour they were
//! told, on the clocks of the place; their calendars get the new instant, and nothing is dropped in silence.

use super::on_both_engines;

on_both_engines![
    a_law_changes_and_everybody_keeps_their_hour,
    every_release_after_another_keeps_what_was_booked_under_it,
];

mod tell {
    use anyhow::{Context as _, Result, ensure};
    use care::Caller;
    use care::civil::{CivilTime, Zone, Zones};
    use mail::Mail;
    use protocol::http::{Appointment, Appointments, BookAppointment, Tasks};
    use protocol::{AppointmentKind, OpId, PersonId, TaskKind, Timestamp};
    use testkit::zones::release;
    use testkit::{Down, Engine, FakeClock, Options, Person, Phone, Story, agency};

    use crate::contract::desk::of;
    use crate::contract::house::texts;

    /// Two releases, a Monday on which the second replaces the first, and visits that it moves: zone and time.
    struct Pair {
        releases: [&'static str; 2],
        now: &'static str,
        visits: &'static [(&'static str, &'static str)],
    }

    const LAWS: [Pair; 6] = [
        Pair {
            releases: ["2020a", "2022e"],
            now: "2022-10-17T17:00",
            visits: &[
                ("Asia/Amman", "2022-11-08T18:00"),
                ("Pacific/Apia", "2022-11-09T08:00"),
            ],
        },
        Pair {
            releases: ["2022e", "2022g"],
            now: "2022-10-24T17:00",
            visits: &[
                ("America/Chihuahua", "2022-11-08T10:00"),
                ("America/Mexico_City", "2023-04-11T10:00"),
            ],
        },
        Pair {
            releases: ["2022g", "2023c"],
            now: "2023-04-17T17:00",
            visits: &[("Africa/Cairo", "2023-05-09T17:00")],
        },
        Pair {
            releases: ["2023c", "2024a"],
            now: "2024-01-15T17:00",
            visits: &[("Asia/Gaza", "2024-04-16T17:30")],
        },
        Pair {
            releases: ["2024a", "2025b"],
            now: "2025-01-13T17:00",
            visits: &[("America/Asuncion", "2025-04-08T11:00")],
        },
        // Whoever names an older one by mistake does no harm that the right one would not mend.
        Pair {
            releases: ["2026f", "2025b"],
            now: "2026-11-02T17:00",
            visits: &[("America/Vancouver", "2026-12-08T10:00")],
        },
    ];

    /// The laws of 2026: Vancouver and Edmonton keep their summer time, Casablanca leaves its own, Havana stays on
    /// summer time for another winter.
    const OF_2026: Pair = Pair {
        releases: ["2025b", "2026f"],
        now: "2026-11-02T17:00",
        visits: &[
            ("America/Vancouver", "2026-11-17T08:00"),
            ("America/Edmonton", "2026-11-18T10:00"),
            ("America/Havana", "2026-11-19T12:00"),
            ("Africa/Casablanca", "2026-11-20T17:00"),
        ],
    };
    /// These stand where they are. The first is where the one in Vancouver wants to be by the new law.
    const UNMOVED: [(&str, &str); 2] = [
        ("America/Chicago", "2026-11-17T09:00"),
        ("America/Chicago", "2026-11-24T10:00"),
    ];

    fn instant(zones: &Zones, (zone, civil): (&str, &str)) -> Result<Timestamp> {
        Ok(zones.find(zone)?.resolve_typed(CivilTime::parse(civil)?)?)
    }

    impl Pair {
        fn zones(&self) -> [Zones; 2] {
            self.releases.map(release)
        }

        async fn begin(&self, engine: Engine) -> Result<Story> {
            let now = Zone::utc().resolve(CivilTime::parse(self.now)?);
            let [old, _] = self.zones();
            Story::begin_with(Options {
                clock: FakeClock::at(now),
                zones: old,
                ..Options::new(engine)
            })
            .await
        }

        /// Stopped, and started on the same data under the other release.
        async fn changes(&self, story: &mut Story) -> Result<()> {
            let [_, new] = self.zones();
            story.server.down(Down::Gracefully).await?;
            story.server.use_zones(new);
            story.server.up().await
        }

        /// Each visit of the pair is where the release has it, with that sequence.
        fn stand(&self, cards: &[Appointment], zones: &Zones, sequence: u32) -> Result<()> {
            for visit in self.visits {
                let card = card(cards, *visit)?;
                ensure!(card.start == instant(zones, *visit)?, "{visit:?}: {card:?}");
                ensure!(card.sequence == sequence, "{visit:?}: {card:?}");
            }
            Ok(())
        }
    }

    async fn books(dana: &Phone, client: PersonId, n: u8, visit: (&str, &str)) -> Result<()> {
        let request = BookAppointment {
            op_id: OpId::from_bytes([n; 16]),
            client,
            kind: AppointmentKind::Phone,
            civil_start: visit.1.to_owned(),
            zone: Some(visit.0.to_owned()),
            minutes: 30,
            visit_type: None,
            caregivers: Vec::new(),
            staff: Vec::new(),
            meeting_link: None,
            place: None,
        };
        let booked: Appointment = dana.asks("POST", "/v1/appointments", &request).await?;
        ensure!(booked.at.civil == visit.1, "{booked:?}");
        Ok(())
    }

    /// What Dana sees of half a year.
    async fn calendar(dana: &Phone, from: &str) -> Result<Vec<Appointment>> {
        let mut cards = Vec::new();
        let first = care::civil::parse_date(from)?;
        for month in 0..7 {
            let day = care::civil::plus_days(first, month * 28);
            let path = format!("/v1/appointments?from={day}&days=28");
            let seen: Appointments = dana.asks("GET", &path, &()).await?;
            cards.extend(seen.appointments);
        }
        Ok(cards)
    }

    /// The one at that time on the clocks of its place.
    fn card<'a>(cards: &'a [Appointment], (zone, civil): (&str, &str)) -> Result<&'a Appointment> {
        let found = cards
            .iter()
            .find(|card| card.at.zone == zone && card.at.civil == civil);
        found.with_context(|| format!("nothing at {civil} in {zone} any more"))
    }

    /// What a question beside the server counts.
    async fn count(story: &Story, what: &str) -> Result<i64> {
        let asked = format!("SELECT CAST(COUNT(*) AS TEXT) FROM {what}");
        let counted = texts(story.server.database(), &asked).await;
        Ok(counted.first().context("a number")?.parse()?)
    }

    /// Every mail of a person has a calendar file of that sequence, which says one of these instants; each is said
    /// once.
    fn told(mails: &[Mail], person: Person, sequence: u32, at: &[Timestamp]) -> Result<()> {
        let mut said = Vec::new();
        for mail in of(mails, person) {
            let calendar = mail.calendar.context("a calendar file")?;
            let sequence = format!("SEQUENCE:{sequence}\r\n");
            ensure!(calendar.contains(&sequence), "{calendar}");
            let start = calendar.split_once("DTSTART:").context("a start")?.1;
            said.push(start[.."20261117T150000Z".len()].to_owned());
        }
        let mut expected: Vec<_> = at
            .iter()
            .map(|at| {
                let civil = Zone::utc().civil(*at).to_string();
                format!("{}00Z", civil.replace(['-', ':'], ""))
            })
            .collect();
        said.sort();
        expected.sort();
        ensure!(said == expected, "{said:?}, not {expected:?}");
        Ok(())
    }

    pub async fn a_law_changes_and_everybody_keeps_their_hour(engine: Engine) -> Result<()> {
        let mut story = OF_2026.begin(engine).await?;
        let people = *story.server.agency();
        // Maria lives where the law is about to change.
        let mut wish = agency::preferences(&agency::email(people.maria.name));
        "America/Vancouver".clone_into(&mut wish.zone);
        let installation = Caller::installation();
        let server = &story.server;
        server
            .store()
            .put_preferences(&installation, people.maria.person, wish)
            .await?;
        let dana = story.enrol(people.dana).await?;
        let visits = || OF_2026.visits.iter().chain(&UNMOVED).copied();
        for (n, visit) in (1..).zip(visits()) {
            books(&dana, people.maria.person, n, visit).await?;
        }
        let [old, new] = OF_2026.zones();
        let instants = |zones: &Zones, visits: &[(&str, &str)]| -> Result<Vec<_>> {
            visits.iter().map(|visit| instant(zones, *visit)).collect()
        };
        let all: Vec<_> = visits().collect();
        let first = story.server.do_due().await?;
        for person in [people.maria, people.dana] {
            told(&first, person, 0, &instants(&old, &all)?)?;
        }
        let hers = "Tuesday, November 17, 2026 at 8:00 AM (Pacific Time)";
        ensure!(says(&first, people.maria, hers), "told by the old law");
        OF_2026.stand(&calendar(&dana, "2026-11-02").await?, &old, 0)?;

        OF_2026.changes(&mut story).await?;
        let second = story.server.do_due().await?;
        // Whoever's calendar would show another hour gets a mail, and nobody else.
        for person in [people.maria, people.dana] {
            told(&second, person, 1, &instants(&new, OF_2026.visits)?)?;
        }
        let hers = "Tuesday, November 17, 2026 at 8:00 AM (GMT-7)";
        ensure!(says(&second, people.maria, hers), "told by the new law");
        // On her clocks it has the time that she knows; on Dana's another one.
        ensure!(says(
            &second,
            people.maria,
            "stays at the time that you know"
        ));
        ensure!(
            says(&second, people.maria, "This is the new time"),
            "in Edmonton"
        );
        ensure!(!says(
            &second,
            people.dana,
            "stays at the time that you know"
        ));
        let cards = calendar(&dana, "2026-11-02").await?;
        ensure!(cards.len() == all.len(), "none is dropped: {cards:?}");
        OF_2026.stand(&cards, &new, 1)?;
        for visit in UNMOVED {
            ensure!(card(&cards, visit)?.sequence == 0, "{visit:?} moved");
        }
        // Of two that meet one has Dana's time, and she is asked to move the other.
        let tasks: Tasks = dana.asks("GET", "/v1/tasks", &()).await?;
        let kinds: Vec<_> = tasks.tasks.iter().map(|task| task.kind).collect();
        ensure!(kinds == [TaskKind::ClocksChanged], "{kinds:?}");
        rows_agree(&story, 5).await?;

        // Again under the same release: nobody hears of it twice.
        story.server.restart(Down::Gracefully).await?;
        ensure!(story.server.do_due().await?.is_empty(), "told twice");
        reminds_an_hour_before(&story, people.maria, &new).await
    }

    fn says(mails: &[Mail], person: Person, words: &str) -> bool {
        of(mails, person)
            .iter()
            .any(|mail| mail.plain.contains(words))
    }

    /// Claims and planned mails follow the instants.
    async fn rows_agree(story: &Story, claims: i64) -> Result<()> {
        let placed = "claim c JOIN appointment a ON a.id = c.appointment
            WHERE c.start_at = a.start_at AND c.end_at = a.end_at";
        ensure!(count(story, placed).await? == claims, "claims elsewhere");
        ensure!(count(story, "claim").await? == claims, "claims of nobody");
        let planned = "delivery v JOIN appointment a ON a.id = v.appointment
            WHERE v.state = 'planned'";
        ensure!(count(story, planned).await? > 0, "nobody is reminded");
        let outdated = format!("{planned} AND v.ics_sequence <> a.ics_sequence");
        ensure!(count(story, &outdated).await? == 0, "by the old law");
        Ok(())
    }

    /// The reminder before the visit in Edmonton leaves an hour before it by the new law.
    async fn reminds_an_hour_before(story: &Story, maria: Person, new: &Zones) -> Result<()> {
        let start = instant(new, OF_2026.visits[1])?;
        let words = "9:00 AM (GMT-7)";
        let clock = story.server.clock();
        clock.set(start.plus_seconds(-3_601));
        // It is night on her clock until then: whatever came late waits for the morning too.
        ensure!(!says(&story.server.do_due().await?, maria, words), "early");
        clock.set(start.plus_seconds(-3_600));
        let mails = story.server.do_due().await?;
        let mails = of(&mails, maria);
        let reminders = mails.iter().filter(|mail| mail.plain.contains(words));
        ensure!(reminders.count() == 1, "not once among {}", mails.len());
        Ok(())
    }

    pub async fn every_release_after_another_keeps_what_was_booked_under_it(
        engine: Engine,
    ) -> Result<()> {
        for pair in &LAWS {
            let told_so = || format!("{:?}", pair.releases);
            keeps(pair, engine).await.with_context(told_so)?;
        }
        Ok(())
    }

    async fn keeps(pair: &Pair, engine: Engine) -> Result<()> {
        let mut story = pair.begin(engine).await?;
        let people = *story.server.agency();
        let dana = story.enrol(people.dana).await?;
        for (n, visit) in (1..).zip(pair.visits) {
            books(&dana, people.maria.person, n, *visit).await?;
        }
        let [old, new] = pair.zones();
        let from = &pair.now[.."2026-11-02".len()];
        pair.stand(&calendar(&dana, from).await?, &old, 0)?;
        story.server.do_due().await?;
        pair.changes(&mut story).await?;
        let mails = story.server.do_due().await?;
        let at = pair.visits.iter().map(|visit| instant(&new, *visit));
        let at = at.collect::<Result<Vec<_>>>()?;
        for (visit, now) in pair.visits.iter().zip(&at) {
            ensure!(instant(&old, *visit)? != *now, "{visit:?} proves nothing");
        }
        for person in [people.maria, people.dana] {
            told(&mails, person, 1, &at)?;
        }
        pair.stand(&calendar(&dana, from).await?, &new, 1)?;
        rows_agree(&story, i64::try_from(at.len())?).await
    }
}
