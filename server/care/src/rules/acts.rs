//! Everything that can be asked of the store, and what each concerns.

macro_rules! acts {
    ($($(#[$doc:meta])* $act:ident = $text:literal, $about:ident;)+) => {
        /// Everything that can be asked of the store.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Act { $($(#[$doc])* $act),+ }

        impl Act {
            /// Every act.
            pub const ALL: &'static [Self] = &[$(Self::$act),+];

            /// The stable text of audit entries.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$act => $text),+ }
            }

            /// What it concerns.
            pub(super) const fn about(self) -> About {
                match self { $(Self::$act => About::$about),+ }
            }
        }
    };
}

/// What an act concerns, and therefore what a refusal must not reveal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// The caller's own session, device and inbox.
    Oneself,
    /// A circle: whoever is not named in it must not learn that it exists.
    Circle,
    /// One device: whoever's it is not must not learn that it exists.
    Device,
    /// An offer of a client: whom it neither came from nor went to must not learn that it exists.
    Transfer,
    /// A client: staff who are not assigned must not learn that they exist.
    Client,
    /// An appointment: whoever neither takes part nor serves its client must not learn that it exists.
    Appointment,
    /// What a link in a mail opens: an ended right and a link that never was are told apart by nobody.
    Link,
    /// The installation.
    Agency,
}

acts! {
    /// Use a one-time link.
    RedeemInvitation = "redeem_invitation", Oneself;
    /// Sign in again with a device's key (demo only).
    RenewSession = "renew_session", Oneself;
    /// Try the account's password on a device of its own; whether it was right shows afterwards.
    AskPassword = "ask_password", Oneself;
    /// Show the account's password where it is only the first of two factors.
    ShowPassword = "show_password", Oneself;
    /// Begin or renew a session by showing an authenticator.
    SignIn = "sign_in", Oneself;
    /// See one's own authenticators.
    ListAuthenticators = "list_authenticators", Oneself;
    /// Add an authenticator of one's own.
    RegisterAuthenticator = "register_authenticator", Oneself;
    /// Take an authenticator of one's own away.
    EndAuthenticator = "end_authenticator", Oneself;
    /// See one's own session.
    ReadSession = "read_session", Oneself;
    /// Open what one's own device has stored: have the server's half of what seals it.
    OpenDevice = "open_device", Oneself;
    /// End one's own session.
    SignOut = "sign_out", Oneself;
    /// End one's other sessions.
    EndOtherSessions = "end_other_sessions", Oneself;
    /// Draw a ticket, open a websocket with it.
    Connect = "connect", Oneself;
    /// Leave key packages for others.
    PutKeyPackages = "put_key_packages", Oneself;
    /// Read and acknowledge what waits for one's device.
    ReadInbox = "read_inbox", Oneself;
    /// Say how far one's device has stored the logs of its circles: the proof of delivery.
    Deliver = "deliver", Oneself;
    /// List the circles one is in.
    ListCircles = "list_circles", Oneself;
    /// List the people one may see.
    ListPeople = "list_people", Oneself;
    /// List one's devices, and what waits to become one.
    ListDevices = "list_devices", Oneself;
    /// Sign another device of one's own out for good.
    RevokeDevice = "revoke_device", Device;
    /// The same with the device that one asks from.
    GiveUpDevice = "give_up_device", Device;
    /// Show a link to a new device.
    BeginEnrolment = "begin_enrolment", Oneself;
    /// Answer such a link with a new device's keys.
    OfferDevice = "offer_device", Oneself;
    /// Certify a new device.
    ApproveDevice = "approve_device", Oneself;
    /// Say that a new device is not one's own.
    DeclineDevice = "decline_device", Oneself;
    /// Come in as a new device that another one certified.
    CollectEnrolment = "collect_enrolment", Oneself;
    /// Fetch one's sealed vault.
    ReadVault = "read_vault", Oneself;
    /// Replace it.
    PutVault = "put_vault", Oneself;
    /// Replace it together with what opens it by a new recovery code.
    MakeRecoveryCode = "make_recovery_code", Oneself;
    /// Replace one's identity key after a device was stolen.
    ReplaceIdentity = "replace_identity", Oneself;
    /// Bring one's device's certificate under the identity key of now.
    PutCertificate = "put_certificate", Oneself;
    /// Fetch a vault and what the recovery code opens.
    OpenRecovery = "open_recovery", Oneself;
    /// Come in as a new device that the recovered identity key certified.
    RecoverDevice = "recover_device", Oneself;
    /// See a circle's title and people.
    ReadCircle = "read_circle", Circle;
    /// Fetch the Welcome that brings one's device into a circle.
    ReadWelcome = "read_welcome", Circle;
    /// Make a planned circle's group.
    FoundCircle = "found_circle", Circle;
    /// Take key packages in order to add their devices.
    ClaimKeyPackages = "claim_key_packages", Circle;
    /// Change a circle's group.
    Commit = "commit", Circle;
    /// Read a circle's public group state.
    ReadGroupInfo = "read_group_info", Circle;
    /// Put a message into a circle's log.
    Append = "append", Circle;
    /// Read a circle's log.
    ReadLog = "read_log", Circle;
    /// Read a circle's messages from before one's device came in.
    ReadHistory = "read_history", Circle;
    /// Say something to a circle's devices of this moment that is stored nowhere.
    SendEphemeral = "send_ephemeral", Circle;
    /// Say that one sees to an urgent message.
    AcknowledgeUrgent = "acknowledge_urgent", Circle;
    /// Be in a circle no longer.
    LeaveCircle = "leave_circle", Circle;
    /// Name somebody who serves the client in an existing circle.
    NameMember = "name_member", Circle;
    /// Say that a commit cannot be processed.
    ReportDistress = "report_distress", Circle;
    /// Begin a circle's next generation.
    ResetCircle = "reset_circle", Circle;
    /// Name a new circle and its people.
    PlanCircle = "plan_circle", Client;
    /// Write down what a client allows a caregiver.
    RecordConsent = "record_consent", Client;
    /// Write down that a client allows it no longer.
    WithdrawConsent = "withdraw_consent", Client;
    /// Add a client, entrusted to oneself.
    AddClient = "add_client", Oneself;
    /// Add a caregiver of a client's.
    AddCaregiver = "add_caregiver", Client;
    /// Invite a client or caregiver by a link that one's device made.
    InvitePerson = "invite_person", Client;
    /// See how a person's invitation stands.
    ReadIntake = "read_intake", Client;
    /// Say that whoever came by an invitation is its person.
    ConfirmPerson = "confirm_person", Client;
    /// End an invitation, and turn away whoever came by it unconfirmed.
    EndInvitation = "end_invitation", Client;
    /// Wait until somebody has confirmed oneself.
    AwaitConfirmation = "await_confirmation", Oneself;
    /// Write down that a caregiver acts for a client.
    RecordRepresentation = "record_representation", Client;
    /// Write down that they do no longer.
    EndRepresentation = "end_representation", Client;
    /// Have a person begin anew with new keys.
    IssueNewKeys = "issue_new_keys", Client;
    /// See how a person wants to be told things, where mails reach them, and by which number they are called.
    ReadPreferences = "read_preferences", Client;
    /// Change that.
    ChangePreferences = "change_preferences", Client;
    /// Have a mail ask once more whether an address is a person's.
    AskAddress = "ask_address", Client;
    /// End a member of staff's assignment to a client.
    EndAssignment = "end_assignment", Client;
    /// Offer a client to a colleague.
    OfferTransfer = "offer_transfer", Client;
    /// List one's offers, and to whom one can offer.
    ListTransfers = "list_transfers", Oneself;
    /// Accept or decline an offer.
    AnswerTransfer = "answer_transfer", Transfer;
    /// Take an offer back.
    WithdrawTransfer = "withdraw_transfer", Transfer;
    /// Change the address at which mails reach a person, or the number by which they are called.
    ChangeContact = "change_contact", Client;
    /// List the appointments that one takes part in.
    ListAppointments = "list_appointments", Oneself;
    /// List a client's appointments.
    ReadAppointments = "read_appointments", Client;
    /// See which mails about an appointment went to whom, and why not.
    ReadVisitMails = "read_visit_mails", Appointment;
    /// See on whose clocks visits with a client are agreed.
    ReadVisitZones = "read_visit_zones", Client;
    /// See at which times one could be booked.
    FindSlots = "find_slots", Oneself;
    /// Keep a time of one's own, and of whoever is to come along, for a few minutes, for a client.
    HoldTime = "hold_time", Client;
    /// Let go of the times that one keeps.
    LetTimesGo = "let_times_go", Oneself;
    /// Book an appointment with a client.
    BookAppointment = "book_appointment", Client;
    /// Book a series of appointments with a client.
    BookSeries = "book_series", Client;
    /// See the links by which a client may book, and how they stand.
    ListBookingLinks = "list_booking_links", Client;
    /// Make a link by which a client books by themselves.
    MakeBookingLink = "make_booking_link", Client;
    /// Take such a link back.
    RevokeBookingLink = "revoke_booking_link", Client;
    /// See whether one has a calendar feed.
    ReadCalendarFeed = "read_calendar_feed", Oneself;
    /// Make one's own calendar feed, in the place of the one there is.
    MakeCalendarFeed = "make_calendar_feed", Oneself;
    /// End one's own calendar feed.
    EndCalendarFeed = "end_calendar_feed", Oneself;
    /// Give an appointment another time.
    MoveAppointment = "move_appointment", Appointment;
    /// Say who else of the staff takes part in an appointment that is booked.
    ChangeTeam = "change_team", Appointment;
    /// Say where an appointment is that is booked.
    ChangePlace = "change_place", Appointment;
    /// Call an appointment off.
    CancelAppointment = "cancel_appointment", Appointment;
    /// Take back that an appointment was called off, before anybody is told.
    UndoCancel = "undo_cancel", Appointment;
    /// Say how an appointment went.
    CloseAppointment = "close_appointment", Appointment;
    /// Say whether one comes.
    ReplyToAppointment = "reply_to_appointment", Appointment;
    /// See what a link in a mail is about.
    OpenLink = "open_link", Link;
    /// Say by a link whether one comes.
    ReplyByLink = "reply_by_link", Link;
    /// End one's reminders by a link.
    OptOutByLink = "opt_out_by_link", Link;
    /// See by a link what was said of the address to which it was mailed.
    OpenAddressLink = "open_address_link", Link;
    /// Say by it that the address is one's own, or is not.
    AnswerAddressLink = "answer_address_link", Link;
    /// See by a link whether mails about unread messages come.
    OpenStopLink = "open_stop_link", Link;
    /// Stop them by it, or have them come again.
    ChooseUpdateMails = "choose_update_mails", Link;
    /// See at which times one can book by a link.
    OpenBookingLink = "open_booking_link", Link;
    /// Keep such a time for a few minutes, or let it go.
    HoldByLink = "hold_by_link", Link;
    /// Book a visit by a link.
    BookByLink = "book_by_link", Link;
    /// See by a calendar feed when its owner is busy.
    OpenCalendarFeed = "open_calendar_feed", Link;
    /// See what one is asked to see to.
    ListTasks = "list_tasks", Oneself;
    /// Say that a task is done.
    FinishTask = "finish_task", Oneself;
    /// Have a client's or caregiver's device taken out at which nobody was for long.
    RemoveIdleDevice = "remove_idle_device", Client;
    /// Take due mails in hand: whoever is told what, is decided again.
    LeaseDeliveries = "lease_deliveries", Agency;
    /// Note what became of mails.
    SettleDeliveries = "settle_deliveries", Agency;
    /// See to a mail that came back: a bounce, an answer.
    TakeMail = "take_mail", Agency;
    /// Run an agency job.
    RunJob = "run_job", Agency;
    /// See the agency jobs, when they run and how they ended.
    ListJobs = "list_jobs", Agency;
    /// Say when an agency job runs, or that it does not.
    ChangeJob = "change_job", Agency;
    /// Have an agency job run now.
    AskJob = "ask_job", Agency;
    /// Note that the clock of the server jumped, or that it is back.
    WatchClock = "watch_clock", Agency;
    /// Say that the clock of the server is right.
    ConfirmClock = "confirm_clock", Agency;
    /// See when nothing was sent, and who was not told because of it.
    ReadOutages = "read_outages", Agency;
    /// Say that somebody was called who was not told.
    NoteCall = "note_call", Client;
    /// See the kinds of visits that are offered.
    ListVisitTypes = "list_visit_types", Oneself;
    /// Say which kinds of visits are offered, and what they are.
    ChangeVisitTypes = "change_visit_types", Oneself;
    /// See when the agency is closed.
    ListClosures = "list_closures", Oneself;
    /// Say when the agency is closed.
    ChangeClosures = "change_closures", Oneself;
    /// See when one can be booked.
    ReadHours = "read_hours", Oneself;
    /// Say when a worker can be booked.
    SetHours = "set_hours", Oneself;
    /// Make the agency and its keys.
    CreateAgency = "create_agency", Agency;
    /// Add a person with an account.
    AddPerson = "add_person", Agency;
    /// Assign a client to a member of staff.
    Assign = "assign", Agency;
    /// See who serves whom, and what waits.
    ReadCaseloads = "read_caseloads", Agency;
    /// List the staff.
    ListStaff = "list_staff", Agency;
    /// Add a member of staff, or give one out a link.
    InviteStaff = "invite_staff", Agency;
    /// Make a member of staff something else.
    ChangeRole = "change_role", Agency;
    /// End all sessions of a member of staff.
    EndSessions = "end_sessions", Agency;
    /// End the account of a member of staff for good.
    EndAccount = "end_account", Agency;
    /// Write down what somebody is to a client.
    Relate = "relate", Agency;
    /// Ask the audit log: who saw a client, what a person did, who looked where they are not assigned.
    QueryAudit = "query_audit", Agency;
    /// Ask the audit log about a client: who saw them.
    QueryClientAudit = "query_client_audit", Agency;
    /// List the keys that seal.
    ListKeys = "list_keys", Agency;
    /// Seal everything anew under a new key.
    RotateKeys = "rotate_keys", Agency;
    /// Destroy a key that nothing is sealed under.
    RevokeKey = "revoke_key", Agency;
    /// Put another root key in the place of the present one.
    ChangeRootKey = "change_root_key", Agency;
    /// Make another key with which the server signs that a device must leave a circle.
    RotateRemovalKey = "rotate_removal_key", Agency;
    /// Make another agency key, which devices pin, and put it in the place of the present one.
    RotateAgencyKey = "rotate_agency_key", Agency;
    /// Destroy the key of a client whom nobody serves any more, and with it what is sealed about them.
    EraseClient = "erase_client", Agency;
    /// Take the audit log out as a file.
    ExportAudit = "export_audit", Agency;
    /// See who has looked at one's own record.
    ReadAccess = "read_access", Client;
    /// Give out a one-time link.
    Invite = "invite", Agency;
    /// List accounts that no device holds yet.
    ListUninvited = "list_uninvited", Agency;
}
