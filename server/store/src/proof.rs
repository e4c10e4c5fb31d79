//! What a macro would check at compile time, checked by tests: every statement prepares on both
//! engines, both schemas are one, and a verb's future can move between threads.

use std::collections::BTreeSet;
use std::path::Path;

use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, SqlSafeStr as _};

use crate::engine::Engine;
use crate::many::Many;
use crate::schema;

mod moved;
mod parity;

/// Names a cluster in which databases may be made, `postgres://user@host:port/postgres`.
const POSTGRES: &str = "CARECIRCLE_TEST_POSTGRES";

/// Every module that has SQL.
const MODULES: &[(&str, &[(&str, &str)])] = &[
    ("address_links", crate::address_links::STATEMENTS),
    ("addresses", crate::addresses::STATEMENTS),
    ("agency", crate::agency::STATEMENTS),
    ("agency_rotation", crate::agency_rotation::STATEMENTS),
    ("appointments", crate::appointments::STATEMENTS),
    ("appointments::book", crate::appointments::book::STATEMENTS),
    (
        "appointments::change",
        crate::appointments::change::STATEMENTS,
    ),
    (
        "appointments::close",
        crate::appointments::close::STATEMENTS,
    ),
    ("appointments::list", crate::appointments::list::STATEMENTS),
    (
        "appointments::reply",
        crate::appointments::reply::STATEMENTS,
    ),
    ("appointments::team", crate::appointments::team::STATEMENTS),
    (
        "appointments::team::change",
        crate::appointments::team::change::STATEMENTS,
    ),
    ("assignments", crate::assignments::STATEMENTS),
    ("audit", crate::audit::STATEMENTS),
    ("audit::checkpoints", crate::audit::checkpoints::STATEMENTS),
    ("audit::clients", crate::audit::clients::STATEMENTS),
    ("audit::export", crate::audit::export::STATEMENTS),
    ("audit::leaves", crate::audit::leaves::STATEMENTS),
    ("audit::query", crate::audit::query::STATEMENTS),
    ("authenticators", crate::authenticators::STATEMENTS),
    ("booking_links", crate::booking_links::STATEMENTS),
    (
        "booking_links::by_link",
        crate::booking_links::by_link::STATEMENTS,
    ),
    (
        "booking_links::found",
        crate::booking_links::found::STATEMENTS,
    ),
    ("caseloads", crate::caseloads::STATEMENTS),
    ("ceremonies", crate::ceremonies::STATEMENTS),
    ("circles", crate::circles::STATEMENTS),
    ("claims", crate::claims::STATEMENTS),
    ("client_keys", crate::client_keys::STATEMENTS),
    ("clock_jumps", crate::clock_jumps::STATEMENTS),
    ("code_apps", crate::code_apps::STATEMENTS),
    ("commits", crate::commits::STATEMENTS),
    ("consents", crate::consents::STATEMENTS),
    ("deliveries", crate::deliveries::STATEMENTS),
    ("deliveries::agenda", crate::deliveries::agenda::STATEMENTS),
    ("deliveries::facts", crate::deliveries::facts::STATEMENTS),
    ("deliveries::lease", crate::deliveries::lease::STATEMENTS),
    ("deliveries::settle", crate::deliveries::settle::STATEMENTS),
    ("deliveries::told", crate::deliveries::told::STATEMENTS),
    ("deliveries::unread", crate::deliveries::unread::STATEMENTS),
    ("deliveries::untold", crate::deliveries::untold::STATEMENTS),
    (
        "deliveries::waiting",
        crate::deliveries::waiting::STATEMENTS,
    ),
    ("departures", crate::departures::STATEMENTS),
    ("devices", crate::devices::STATEMENTS),
    ("enrolments", crate::enrolments::STATEMENTS),
    (
        "enrolments::newcomer",
        crate::enrolments::newcomer::STATEMENTS,
    ),
    ("erasures", crate::erasures::STATEMENTS),
    ("foundings", crate::foundings::STATEMENTS),
    ("history", crate::history::STATEMENTS),
    ("holds", crate::holds::STATEMENTS),
    ("hours", crate::hours::STATEMENTS),
    ("identities", crate::identities::STATEMENTS),
    ("idle_devices", crate::idle_devices::STATEMENTS),
    ("inbox", crate::inbox::STATEMENTS),
    ("intake", crate::intake::STATEMENTS),
    ("invitations", crate::invitations::STATEMENTS),
    ("jobs", crate::jobs::STATEMENTS),
    ("jobs::re_resolve", crate::jobs::re_resolve::STATEMENTS),
    ("jobs::reconcile", crate::jobs::reconcile::STATEMENTS),
    ("jobs::retention", crate::jobs::retention::STATEMENTS),
    ("jobs::run", crate::jobs::run::STATEMENTS),
    ("key_packages", crate::key_packages::STATEMENTS),
    ("keys", crate::keys::STATEMENTS),
    ("links", crate::links::STATEMENTS),
    ("log", crate::log::STATEMENTS),
    ("named_zones", crate::named_zones::STATEMENTS),
    ("naming", crate::naming::STATEMENTS),
    ("no_shows", crate::no_shows::STATEMENTS),
    ("operations", crate::operations::STATEMENTS),
    ("outages", crate::outages::STATEMENTS),
    ("passwords", crate::passwords::STATEMENTS),
    ("people", crate::people::STATEMENTS),
    ("phones", crate::phones::STATEMENTS),
    ("planning", crate::planning::STATEMENTS),
    ("postbox", crate::postbox::STATEMENTS),
    ("postbox::answers", crate::postbox::answers::STATEMENTS),
    ("postbox::bounces", crate::postbox::bounces::STATEMENTS),
    ("postbox::calendars", crate::postbox::calendars::STATEMENTS),
    ("preferences", crate::preferences::STATEMENTS),
    ("recoveries", crate::recoveries::STATEMENTS),
    ("removal_keys", crate::removal_keys::STATEMENTS),
    ("removals", crate::removals::STATEMENTS),
    ("renewals", crate::renewals::STATEMENTS),
    ("representations", crate::representations::STATEMENTS),
    ("resets", crate::resets::STATEMENTS),
    ("root", crate::root::STATEMENTS),
    ("roster", crate::roster::STATEMENTS),
    ("rotation", crate::rotation::STATEMENTS),
    ("rows", crate::rows::STATEMENTS),
    ("series", crate::series::STATEMENTS),
    ("series::book", crate::series::book::STATEMENTS),
    ("series::change", crate::series::change::STATEMENTS),
    ("series::extend", crate::series::extend::STATEMENTS),
    ("series::gaps", crate::series::gaps::STATEMENTS),
    ("series::mails", crate::series::mails::STATEMENTS),
    ("sessions", crate::sessions::STATEMENTS),
    ("single_mails", crate::single_mails::STATEMENTS),
    (
        "single_mails::addresses",
        crate::single_mails::addresses::STATEMENTS,
    ),
    (
        "single_mails::answers",
        crate::single_mails::answers::STATEMENTS,
    ),
    (
        "single_mails::book_again",
        crate::single_mails::book_again::STATEMENTS,
    ),
    (
        "single_mails::booking_links",
        crate::single_mails::booking_links::STATEMENTS,
    ),
    (
        "single_mails::invitations",
        crate::single_mails::invitations::STATEMENTS,
    ),
    (
        "single_mails::settle",
        crate::single_mails::settle::STATEMENTS,
    ),
    ("staff", crate::staff::STATEMENTS),
    ("standing", crate::standing::STATEMENTS),
    (
        "standing::appointments",
        crate::standing::appointments::STATEMENTS,
    ),
    ("stop_links", crate::stop_links::STATEMENTS),
    ("store", crate::store::STATEMENTS),
    ("tasks", crate::tasks::STATEMENTS),
    ("tickets", crate::tickets::STATEMENTS),
    ("transfers", crate::transfers::STATEMENTS),
    ("transfers::list", crate::transfers::list::STATEMENTS),
    ("urgents", crate::urgents::STATEMENTS),
    ("vaults", crate::vaults::STATEMENTS),
    ("visit_types", crate::visit_types::STATEMENTS),
];

/// Every module that has statements about lists.
const LISTS: &[(&str, &[(&str, &Many)])] = &[
    ("append", crate::append::MANY),
    ("audit", crate::audit::MANY),
    ("audit::checkpoints", crate::audit::checkpoints::MANY),
    ("audit::leaves", crate::audit::leaves::MANY),
    ("batch", crate::batch::MANY),
    ("hours", crate::hours::MANY),
    ("hours::slots", crate::hours::slots::MANY),
    ("inbox", crate::inbox::MANY),
    ("log", crate::log::MANY),
    ("standing", crate::standing::MANY),
];

/// Every text that the engine can get.
fn statements(engine: Engine) -> impl Iterator<Item = (String, &'static str)> {
    let fixed = MODULES.iter().flat_map(|(module, statements)| {
        statements
            .iter()
            .map(move |(name, sql)| (format!("{module}::{name}"), *sql))
    });
    let lists = LISTS.iter().flat_map(move |(module, lists)| {
        lists.iter().flat_map(move |(name, many)| {
            many.texts(engine)
                .map(move |sql| (format!("{module}::{name}"), sql))
        })
    });
    let sealed = crate::seal::STATEMENTS.iter();
    let sealed = sealed.map(|(name, sql)| (format!("seal::{name}"), *sql));
    fixed.chain(lists).chain(sealed)
}

async fn sqlite(directory: &Path) -> SqliteConnection {
    let mut connection = sqlite_file(directory).await;
    schema::sqlite()
        .run_direct(None, &mut connection, false)
        .await
        .unwrap();
    connection
}

async fn sqlite_file(directory: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(directory.join("proof.sqlite"))
        .create_if_missing(true);
    SqliteConnection::connect_with(&options).await.unwrap()
}

/// A connection to a new, migrated database, and how to drop it.
async fn postgres(name: &str) -> (PgConnection, PgConnection, String) {
    let (mut connection, admin, database) = postgres_empty(name).await;
    schema::postgres()
        .run_direct(None, &mut connection, false)
        .await
        .unwrap();
    (connection, admin, database)
}

async fn postgres_empty(name: &str) -> (PgConnection, PgConnection, String) {
    #[expect(
        clippy::disallowed_methods,
        reason = "which cluster tests may use is the environment's to say"
    )]
    let cluster = std::env::var(POSTGRES).unwrap_or_else(|_| {
        panic!("{POSTGRES} is not set: name a PostgreSQL cluster, or run `cargo xtask test`")
    });
    let database = format!("carecircle_proof_{name}_{}", std::process::id());
    let mut admin = PgConnection::connect(&cluster).await.unwrap();
    admin
        .execute(AssertSqlSafe(format!("CREATE DATABASE {database}")))
        .await
        .unwrap();
    let (server, _) = cluster.rsplit_once('/').unwrap();
    let connection = PgConnection::connect(&format!("{server}/{database}"));
    (connection.await.unwrap(), admin, database)
}

async fn drop_postgres(connection: PgConnection, mut admin: PgConnection, database: String) {
    connection.close().await.unwrap();
    admin
        .execute(AssertSqlSafe(format!("DROP DATABASE {database}")))
        .await
        .unwrap();
}

#[test]
fn every_module_with_statements_is_listed() {
    let fixed = MODULES.iter().map(|(module, _)| (*module).to_owned());
    let lists = LISTS.iter().map(|(module, _)| (*module).to_owned());
    let sources = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    for (listed, begin) in [
        (fixed.collect::<BTreeSet<String>>(), "\nstatements! {"),
        (lists.collect(), "\nmany! {"),
    ] {
        let mut found = BTreeSet::new();
        find_statements(sources, "", begin, &mut found);
        assert_eq!(listed, found);
    }
}

/// The modules below a directory that declare statements, with their paths.
fn find_statements(directory: &Path, parent: &str, begin: &str, found: &mut BTreeSet<String>) {
    for file in std::fs::read_dir(directory).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let module = format!("{parent}{name}");
        if path.is_dir() {
            find_statements(&path, &format!("{module}::"), begin, found);
        } else if std::fs::read_to_string(&path).unwrap().contains(begin) {
            found.insert(module);
        }
    }
}

#[test]
fn statements_keep_to_the_portable_subset() {
    let both = statements(Engine::Sqlite).chain(statements(Engine::Postgres));
    for (name, sql) in both {
        let upper = sql.to_uppercase();
        for word in [
            "NOW()",
            "CURRENT_TIME",
            "SKIP LOCKED",
            "FOR UPDATE",
            "::",
            "JSON",
            "SELECT *",
            "RETURNING *",
            " TRUE",
            " FALSE",
            "AS UUID",
            "AS BLOB",
            "AS BYTEA",
        ] {
            assert!(!upper.contains(word), "{name} uses {word}");
        }
    }
}

#[tokio::test]
async fn every_statement_prepares_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let mut connection = sqlite(directory.path()).await;
    for (name, sql) in statements(Engine::Sqlite) {
        if let Err(error) = connection.prepare(sql.into_sql_str()).await {
            panic!("{name}: {error}");
        }
    }
}

#[tokio::test]
async fn every_statement_prepares_on_postgres() {
    let (mut connection, admin, database) = postgres("prepare").await;
    for (name, sql) in statements(Engine::Postgres) {
        if let Err(error) = (&mut connection).prepare(sql.into_sql_str()).await {
            panic!("{name}: {error}");
        }
    }
    drop_postgres(connection, admin, database).await;
}

#[test]
fn every_migration_is_listed_and_stands_in_both_folders() {
    let listed: Vec<String> = schema::NAMES
        .iter()
        .map(|name| format!("{name}.sql"))
        .collect();
    for engine in ["sqlite", "postgres"] {
        let folder = format!("{}/../../migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        assert_eq!(files, listed, "{engine}");
    }
}

mod send {
    //! Compiles only if every verb's future is `Send`: handlers run on any thread.

    use care::Caller;
    use care::private::{Name, Relationship};
    use protocol::bundle::{CommitBundle, Founding};
    use protocol::frame::{Ack, Append, Cursor, Ephemeral, Hello, UrgentAck};
    use protocol::http::{
        ApproveDevice, AskAccess, AskAudit, AskChallenge, AskHistory, AskNewKeys, BeginEnrolment,
        ClaimKeyPackages, CollectEnrolment, DeclineDevice, Distress, LeaveCircle, LookUpInvitation,
        OfferDevice, OpenRecovery, PlanCircle, PutCertificate, PutKeyPackages, PutVault,
        RecordConsent, RecoverDevice, RedeemInvitation, RenewSession, ReplaceIdentity,
        RevokeDevice,
    };
    use protocol::{AccountId, CircleId, PersonId, Role, WelcomeId};

    use crate::{AgencyJob, RootKey, Rotation, SessionToken, Settings, Store};

    fn send(_: impl Send) {}

    /// Whatever a verb wants.
    fn any<T>() -> T {
        unreachable!("never run")
    }

    fn verbs(store: &Store, caller: &Caller, token: &SessionToken, hello: &Hello) {
        send(Store::open(any::<Settings>()));
        send(store.clone().close());
        send(store.agency());
        send(store.create_agency(caller, any::<Name>()));
        send(store.add_person(caller, any::<Name>(), any::<Role>()));
        send(store.assign(caller, any::<AccountId>(), any::<PersonId>()));
        send(store.relate(caller, any(), any(), any::<Relationship>()));
        send(store.invite(caller, any()));
        send(store.uninvited(caller));
        send(store.look_up_invitation(any::<LookUpInvitation>()));
        send(store.redeem_invitation(any::<RedeemInvitation>()));
        send(store.ask_challenge(any::<AskChallenge>()));
        send(store.renew_session(any::<RenewSession>()));
        send(store.caller(token));
        send(store.signed_in(caller));
        send(store.sign_out(caller));
        send(store.still_live(caller));
        send(store.issue_ticket(caller));
        send(store.redeem_ticket(hello));
        send(store.ready(caller));
        send(store.put_key_packages(caller, any::<PutKeyPackages>()));
        send(store.claim_key_packages(caller, any::<ClaimKeyPackages>()));
        send(store.circles(caller));
        send(store.circle(caller, any::<CircleId>()));
        send(store.plan_circle(caller, any::<PlanCircle>()));
        send(store.found_circle(caller, any(), any::<Founding>()));
        send(store.commit(caller, any(), any::<CommitBundle>()));
        send(store.group_info(caller, any()));
        send(store.welcome(caller, any::<WelcomeId>()));
        send(store.append(caller, any::<Append>()));
        send(store.log_after(caller, any::<Cursor>()));
        send(store.ack(caller, any::<Ack>()));
        send(store.inbox_after(caller, 0));
        send(store.leave_circle(caller, any(), any::<LeaveCircle>()));
        send(store.end_lapsed(any()));
        send(store.may_send_ephemeral(caller, any::<&Ephemeral>()));
        send(store.acknowledge_urgent(caller, any::<UrgentAck>()));
        send(store.history(caller, any(), any::<AskHistory>()));
        send(store.report_distress(caller, any(), any::<Distress>()));
        send(store.reset_circle(caller, any(), any::<Founding>()));
        send(store.people(caller));
        send(store.put_phone(caller, any(), any()));
        send(store.record_consent(caller, any::<RecordConsent>()));
    }

    fn verbs_about_devices(store: &Store, caller: &Caller) {
        send(store.devices(caller));
        send(store.revoke_device(caller, any(), any::<RevokeDevice>()));
        send(store.begin_enrolment(caller, any::<BeginEnrolment>()));
        send(store.offer_device(any::<OfferDevice>()));
        send(store.approve_device(caller, any::<ApproveDevice>()));
        send(store.decline_device(caller, any::<DeclineDevice>()));
        send(store.collect_enrolment(any::<CollectEnrolment>()));
        send(store.vault(caller));
        send(store.put_vault(caller, any::<PutVault>()));
        send(store.open_recovery(any::<OpenRecovery>()));
        send(store.recover_device(any::<RecoverDevice>()));
        send(store.replace_identity(caller, any::<ReplaceIdentity>()));
        send(store.put_certificate(caller, any::<PutCertificate>()));
        send(store.new_keys(caller, any(), any::<AskNewKeys>()));
        send(store.audit(caller, any::<AskAudit>()));
        send(store.audit_people(caller));
        send(store.access(caller, any::<AskAccess>()));
        send(store.sign_audit());
        send(store.keys(caller));
        send(store.rotate_keys(caller, true));
        send(any::<Rotation>().step());
        send(store.revoke_key(caller, any()));
        send(store.change_root_key(caller, any::<&RootKey>()));
        send(store.erase_client(caller, any()));
        send(store.rotate_removal_key(caller));
        send(store.rotate_agency_key(caller));
        send(store.export_audit(caller, any::<&mut Vec<u8>>()));
        send(store.export_audit_about(caller, any(), any::<&mut Vec<u8>>()));
    }

    fn verbs_about_staff(store: &Store, caller: &Caller) {
        send(store.end_other_sessions(caller));
        send(store.staff(caller));
        send(store.invite_staff(caller, any()));
        send(store.invite_staff_again(caller, any(), any()));
        send(store.change_role(caller, any(), any()));
        send(store.end_sessions(caller, any(), any()));
        send(store.end_account(caller, any(), any()));
        send(store.caseloads(caller));
        send(store.assign_client(caller, any()));
        send(store.end_assignment(caller, any()));
        send(store.transfers(caller));
        send(store.offer_transfer(caller, any()));
        send(store.accept_transfer(caller, any(), any()));
        send(store.decline_transfer(caller, any(), any()));
        send(store.withdraw_transfer(caller, any(), any()));
        send(store.expire_transfers(any()));
        send(store.name_member(caller, any(), any()));
        send(store.mail_invitation(caller, any(), any()));
    }

    fn verbs_about_jobs(store: &Store, caller: &Caller) {
        send(store.jobs(caller));
        send(store.change_job(caller, any(), any()));
        send(store.pause_job(caller, any()));
        send(store.resume_job(caller, any()));
        send(store.ask_job(caller, any()));
        send(store.unplanned_jobs());
        send(store.plan_job(any::<&AgencyJob>(), any()));
        send(store.next_agency_job());
        send(store.lease_job(any()));
        send(store.settle_job(any(), any::<&AgencyJob>(), any()));
        send(store.forget_what_is_over());
        send(store.re_resolve(any()));
        send(store.reconcile(any(), any()));
        send(store.extend_series(any()));
        send(store.beat());
        send(store.scheduler_health());
        send(store.clock_jump());
        send(store.clock_state(any()));
        send(store.note_clock_jump(any()));
        send(store.note_clock_behind());
        send(store.end_clock_jump(any()));
        send(store.confirm_clock(caller, any()));
        send(store.outages(caller));
        send(store.note_call(caller, any(), any()));
    }

    fn verbs_about_booking_links(store: &Store, caller: &Caller) {
        send(store.book(caller, any()));
        send(store.change_team(caller, any(), any()));
        send(store.hold_time(caller, any()));
        send(store.let_times_go(caller));
        send(store.book_series(caller, any()));
        send(store.booking_links(caller, any()));
        send(store.make_booking_link(caller, any(), any()));
        send(store.revoke_booking_link(caller, any(), any()));
        send(store.find_slots(caller, any()));
        send(store.open_booking_link(any(), any()));
        send(store.open_stop_link(any()));
        send(store.choose_by_stop_link(any(), any()));
        send(store.open_address_link(any()));
        send(store.answer_address_link(any(), any()));
        send(store.address_standing(caller, any()));
        send(store.ask_address(caller, any()));
        send(store.update_mails(caller, any()));
        send(store.plan_unread_mails(any()));
        send(store.held_by_link(any(), any(), any()));
        send(store.hold_by_link(any(), any()));
        send(store.let_go_by_link(any()));
        send(store.book_by_link(any(), any(), any()));
        send(store.next_single_mail());
        send(store.lease_single_mails(any()));
        send(store.note_single_mail(any(), any(), any(), any()));
    }

    #[test]
    fn every_verbs_future_is_send() {
        let _: fn(&Store, &Caller) = verbs_about_jobs;
        let _: fn(&Store, &Caller) = verbs_about_booking_links;
        let _: fn(&Store, &Caller) = verbs_about_staff;
        let _: fn(&Store, &Caller) = verbs_about_devices;
        let _: fn(&Store, &Caller, &SessionToken, &Hello) = verbs;
    }
}
