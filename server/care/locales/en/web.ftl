### What people read in the web client. Plain words: a reading age of twelve.
### "Circle" is one private conversation around one client. Names come from the agency.

## Everywhere
title = carecircle
language = Language
skip = Skip to the main part
back = Back
cancel = Cancel
go-back = No, go back
save = Save
saved = Saved
today = Today
opens-new-tab = (opens in a new tab)
try-again = Try again
put-away = Close
loading = One moment…
starting = Opening…
you = you
someone = Someone
urgent = Urgent

## Finding your way
nav = Main menu
nav-messages = Messages
nav-visits = Visits
nav-calendar = Calendar
nav-people = People
nav-settings = Settings
quick-exit = Leave fast
crisis-call = Call 988
crisis-long = In a crisis? Call or text 988, day or night. It is free.
crisis-elsewhere = In a crisis? You can talk to someone day or night:

## Signing in with a link
sign-in-from = From { $agency }
sign-in-hello = Hello, { $name }
sign-in-role = You come in as: { $role }.
sign-in-promise = Your messages are locked on this device. Only the people in your circle can read them. The agency's computer cannot.
sign-in-go = Yes, this is me
sign-in-not-you = Is this not your name? Then close this page and tell your agency.
sign-in-making = Making your keys
sign-in-making-body = This takes a few seconds. Please keep this page open.
sign-in-offline = No connection. We keep trying. Please keep this page open.
no-link-title = Open your link
no-link-body = You need the link that your agency gave you. Open it on this device.
no-link-help = No link, or did it stop working? Ask your case manager for a new one.
no-link-code = I have a recovery code
already-title = You are already signed in
already-body = This browser belongs to { $name }. A link for someone else needs another browser or device.
already-go = Go to my messages
link-expired-title = This link is too old
link-expired-body = A link works for three days. Ask your case manager for a new one.
link-used-title = This link was used already
link-used-body = A link works only once. If you did not use it yourself, tell your case manager now. If you did, go back to the browser that you used first.
link-unknown-title = We do not know this link
link-unknown-body = Part of it may be missing. Open it again from the message or the paper you got. If it still fails, ask for a new one.
link-gone-title = This link has ended
link-gone-body = Your first device did not let this one in, or it took too long. Make a new link there: Settings, Your devices.
link-taken-title = Another device used this link
link-taken-body = If that was not you, tap “No” on your first device now, and tell your case manager.
link-forged-title = We stopped, to be safe
link-forged-body = This link and this agency do not match. Nothing was opened. Please call your case manager.
link-failed-title = That did not work
link-failed-body = We could not reach the agency. Check your internet and try again. Your link is still good.

## Signed out, or unable to run
signed-out-title = You are signed out
signed-out-body = Your messages are still on this device, locked.
signed-out-go = Open my messages
passkey-show = Sign in with a passkey
passkey-shared = Other people use this device too
passkey-make = Make a passkey
passkey-add = Add a passkey
passkey-none = No passkey was used. Try again when you are ready.
passkey-unknown = This browser cannot use passkeys. Please use a newer one.
passkey-list-none = You have no passkey yet.
passkey-since = Passkey, since { $day }
passkey-end = Take away
passkey-end-sure = Take this passkey away? You can no longer sign in with it.
passkey-end-not = Keep it
unproved-title = One more step
unproved-body = Make a passkey. With it you open your messages again: by your finger, your face or your device's code. You need no password.
unproved-have = I have a passkey already
trouble-step-up = Please show your passkey again.
trouble-passkey = This passkey did not work here.
trouble-passkey-late = That took too long. Please try again.
trouble-passkey-kept = This passkey is in use already, or it is your only one.
settings-passkeys = How you sign in
settings-passkeys-hint = A passkey lives on your phone or computer. Only you can use it.
halted-title = We had to stop
halted-browser = This browser cannot keep your messages safe. Use a newer browser, and not a private window.
halted-unreadable = Your messages are on this device but could not be opened. Nothing was deleted. Close all tabs and try again. If it still fails, ask your agency.
halted-unwritable = This device has no room to store messages. Free some space and try again.
halted-broken = Something broke in the app. Your messages are safe. Please try again.
halted-elsewhere = carecircle is open in another tab. That tab does not answer. Close it, then come back here.

## The connection
link-connecting = Connecting…
link-online = Connected
link-offline = No connection
link-signed-out = Signed out
offline-promise = You have no connection. Your messages wait here and go out by themselves.

## Circles
circles-title = Your circles
circles-none = You are not in a circle yet. Your case manager will add you soon. You do not need to do anything.
circles-none-staff = You are not in a circle yet.
choose-circle = Choose a circle to read its messages.
circle-empty = No messages yet
circle-unknown = This circle is not here
circle-unknown-why = Maybe you are no longer in it. If that surprises you, call your agency.
back-to-messages = Back to your circles
circle-waiting = This circle is not open yet. It opens by itself when your case manager is online. You do not need to do anything.
circle-waiting-short = Not open yet
circle-stopped = Messages here are paused. Something did not look right, so nothing is sent. Please call your case manager.
circle-stopped-short = Paused
preview-mine = You: { $text }
preview-theirs = { $name }: { $text }

## Messages
messages-label = Messages
messages-older = Show earlier messages
messages-beginning = This is the start of your messages here.
messages-failed = Your messages could not be read from this device. Close all tabs and try again.
announce-message = New message from { $name }: { $text }
state-waiting = waiting
state-sent = sent
note-joined =
    { $count ->
        [one] { $names } can now read and write here
       *[other] { $names } can now read and write here
    }
note-unreadable = One message could not be read on this device. Ask whoever wrote then to send it again.
compose-label = Your message
compose-placeholder = Write a message
compose-hint = Enter sends. Shift and Enter starts a new line.
send = Send
send-too-long = This message is too long. Please send it in two parts.
send-failed = This message was not stored. Your words are still here. Please send it again.

## Who is in a circle
members-count =
    { $count ->
        [one] { $count } person
       *[other] { $count } people
    }
members-title = Who is in “{ $title }”
members-intro = Only these people can read the messages in this circle.
back-to-conversation = Back to the messages
member-invited = Invited, not here yet
member-confirmed = In this circle
member-left = Left
verified = Checked in person
not-verified = Not verified
not-verified-what = What does “not verified” mean?
not-verified-means = The agency says who this person is. Nobody in this circle has checked it face to face yet. That is normal at the start.
not-verified-do = Does something seem odd? Then ask the person by phone before you write about private things.

## Roles
role-client = Client
role-caregiver = Caregiver
role-case-manager = Case manager
role-supervisor = Supervisor
role-administrator = Administrator
role-custodian = Records keeper of the agency

## People and consent, for staff
caseload = Your clients
caseload-none = No client is assigned to you yet.
choose-client = Choose a client to see the people around them.
client-summary =
    { $circles ->
        [one] { $circles } circle
       *[other] { $circles } circles
    } · { $caregivers ->
        [one] { $caregivers } caregiver
       *[other] { $caregivers } caregivers
    }
client-circles = Circles
client-circles-none = There is no circle yet.
client-caregivers = Caregivers
client-caregivers-none = No caregiver is on record.
client-staff = Staff
client-mails = E-mail
client-mails-show = What mails this client gets
circle-planned = Not open yet
people-failed = We could not load this page. Check your connection and try again.
consent-none = There is no consent for { $name } yet.
consent-first = Record a consent first. Then you can invite { $name } into a new circle.
consent-record = Record a consent
consent-record-another = Record another consent
consent-intro = You write down that { $client } allows { $name } to get messages. This opens no circle by itself.
consent-basis = How was it given?
basis-verbal = Said in person or by phone
basis-written = Signed on paper
basis-legal = Guardian or court order
consent-note = What was agreed?
consent-note-hint = Who said what, when and where. The client may read this.
consent-until = Until when?
consent-until-hint = Leave empty if it lasts until the client takes it back.
consent-scope = What does it cover?
consent-visits = May be told visit times and take part
consent-reminders = May be reminded of visits by email
consent-save = Save consent
consent-recorded = Saved. You can now invite { $name } into a new circle.
consent-live = In force
consent-over = Over
consent-from = From { $from } until taken back
consent-from-until = From { $from } until { $until }
consent-circles = Messages in: { $titles }
consent-circles-none = Messages in no circle yet
consent-visits-yes = May be told visit times and take part
consent-visits-no = Is not told about visits
consent-reminders-yes = May be reminded of visits by email
consent-reminders-no = Is not reminded of visits
consent-recorded-by = Recorded by { $name }
consent-note-said = Note: { $note }
consent-clear-calendar = Also clear the coming visits from their calendar
consent-clear-calendar-hint = They get one mail that gives no reason. Without it they get nothing at all.
consent-withdraw = Withdraw this consent
consent-withdraw-sure = Withdraw it now? { $name } then gets no more messages and no visit times. Nobody tells them why.
consent-withdraw-yes = Yes, withdraw
consent-withdrawn = Withdrawn. { $name } gets nothing more under this consent.
circle-new = Invite into a new circle
circle-new-intro = This makes a new circle. { $name } sees only what is written there. The other circles stay closed to them.
circle-new-suggestion = { $name }’s family
circle-title = Title of the new circle
circle-title-hint = Everyone in it can see the title.
circle-members = Who is in it?
circle-make = Make the circle
circle-planned-done = “{ $title }” is made. It opens as soon as people sign in.

## A client's own view
my-people = People around you
my-people-intro = Here you see who can read what. Nobody else can.
my-circles = Your circles
my-caregivers = Your family and helpers
my-caregivers-none = No one is on record.
my-consent-none = You have not allowed any messages for this person.
my-consent-withdraw = I take this back
my-consent-withdraw-sure = Take it back now? { $name } then gets no more messages and no visit times. We do not tell them why.
my-consent-withdraw-yes = Yes, take it back
my-consent-withdrawn = Done. { $name } gets nothing more from now on.
my-change = Do you want to change this? Tell your case manager. You can take it back at any time.
my-staff = Your team at the agency

## Visits, as everybody reads them
kind-video = Video visit
kind-phone = Phone call
kind-office = At the office
kind-home = At home
kind-community = Somewhere else
when-zone = { $city } time (UTC{ $offset })
when-there = { $time } in { $city } (UTC{ $offset })
visit-join = Join the video visit
visit-requested = Asked for
visit-held = Kept free
visit-booked = Booked
visit-checked-in = Here now
visit-in-progress = Going on
visit-completed = Took place
visit-no-show = Did not come
visit-cancelled = Cancelled
visit-over = Over
visit-with = With { $names }
visits-over =
    { $count ->
        [one] { $count } earlier or cancelled visit
       *[other] { $count } earlier or cancelled visits
    }
reason-client = The client asked for it
reason-agency = The agency cannot come
reason-mistake = It was booked by mistake
reason-other = Something else

## One's own visits
my-visits = Your visits
visits-next = Your next visit
visits-later = After that
visits-none = You have no visit planned. When one is booked, you see it here.
mine-yes = You said: I will be there.
mine-asked = You asked for another time. We will call or write to you. This time stays until then.
mine-no = You said: I cannot come.
mine-cancelled = You cancelled this visit
reply-yes = I will be there
reply-another = I need another time
reply-cancel = Cancel this visit
reply-cancel-sure = Cancel this visit for everyone?
reply-cancel-yes = Yes, cancel it
reply-no = I cannot come
reply-no-sure = Tell us that you cannot come? The visit goes on for the others.
undo = Keep this visit
undo-hint = You can take this back for ten minutes.
undo-done = Good. Your visit is on again.
visit-too-late = It is too late to change this visit here. Please call your case manager.

## Booking, for staff
visit-book = Book a visit
visit-book-go = Book this visit
visit-booked-done = Booked: { $time }. The mails go out now.
visit-kind = How do you meet?
visit-day = Day
visit-length = How long?
visit-time = Time
visit-time-hint = Tap a free time, or type one.
visit-zone = Time zone
visit-zone-hint = Type a city and choose from the list.
visit-link = Meeting link
visit-link-hint = From your video tool. It starts with https://
visit-caregivers = Who else takes part?
caregiver-no-consent = The client has not allowed this yet.
caregiver-not-covered = The consent does not cover visits.
visit-mails = Everyone who takes part and has an e-mail address gets the time, and reminders before it.
free-times = Your free times on { $day }
free-times-none = You have no free time on this day.
free-times-failed = We could not look for free times. You can still type one.
instead =
    { $count ->
        [one] This would do:
       *[other] These times are free:
    }
visits-none-staff = No visit is booked.
answer-yes = will be there
answer-no = cannot come
answer-asked = needs another time
answer-none = no answer yet
visit-change = Change
visit-move = Move
visit-move-title = Move this visit
visit-move-go = Move it here
visit-move-hint = Everyone who takes part gets a mail with the new time.
visit-moved-done = Moved. The mails go out now.
visit-cancel = Cancel visit
visit-cancel-sure = Cancel this visit? Everyone who was told gets a mail.
visit-cancel-why = Why?
visit-cancel-yes = Yes, cancel the visit
visit-cancelled-done = Cancelled. The mails go out now.

## The calendar and what there is to do
calendar-day = Day
calendar-week = Week
calendar-view = Day or week
calendar-steps = Other days
calendar-day-before = Day before
calendar-day-after = Day after
calendar-week-before = Week before
calendar-week-after = Week after
calendar-jump = Go to
calendar-none = No visits
todo = To do ({ $count })
todo-none = Nothing waits for you.
todo-all = Show all { $count }
todo-fewer = Show fewer
task-asked = { $name } needs another time
task-called-off = { $name } cancelled
task-declined = { $name } cannot come
task-unreachable = Mails do not reach { $name }
task-device-idle = { $name } has not used a device for 90 days
task-device-why = They may be in hospital, in jail, or without power. Ask before you take the device out: whoever has it can read the circles until then.
task-device-seen = Last used: { $time }
task-device-keep = They still have it
task-device-remove = Take the device out
task-visit = Visit: { $time }
task-since = since { $time }
task-done = Done

## What mails may say
settings-mails = E-mail to you
mail-address = E-mail address
mail-address-hint = Leave empty to get no mails.
mail-language = Language of the mails
mail-zone-hint = Times are told for this zone. Type a city and choose from the list.
mail-which = What to send
mail-reminders = Reminders before a visit
mail-reminders-hint = News of a new, moved or cancelled visit comes in any case.
mail-calendar = A calendar file with each visit
mail-calendar-hint = It puts the visit into the calendar of the phone. Whoever sees that calendar sees it too.
disclosure = What may the mails say?
disclosure-update = Only that there is news
disclosure-update-hint = “You have an update”, with a link. No day, no time.
disclosure-times = Day and time
disclosure-times-hint = No names, and not what it is about.
disclosure-details = More details
disclosure-details-hint = Also the first name of the case manager and the meeting link. Whoever reads the mail can see them.

## Settings
settings-look = How it looks
settings-who = You
settings-me = { $name } · { $role } · { $agency }
theme = Light or dark
theme-system = Same as this device
theme-light = Light
theme-dark = Dark
text-size = Size of the text
sign-out = Sign out
sign-out-hint = Your messages stay on this device, locked.

## When something is refused
trouble-not-allowed = You may not do this.
trouble-consent = The client has not allowed this, or has taken it back.
trouble-slot-taken = That time is taken.
trouble-not-available = You are not free at that time.
trouble-time-past = That time is over already.
trouble-time-gap = That time does not exist. The clocks go forward that night.
trouble-time = Please check the day and the time.
trouble-zone = We do not know this time zone. Please choose one from the list.
trouble-meeting-link = This link cannot be used. It must start with https://
trouble-email = This is not an e-mail address. Please check it.
trouble-visit-changed = This visit has changed. Please look at it again.
trouble-visit-over = This visit is over or was cancelled.
trouble-too-long = This text is too long.
trouble-signed-out = You are signed out. Please sign in again.
trouble-slow-down = That was too fast. Please wait a minute and try again.
trouble-unreachable = No connection. Please try again.
trouble-stopped = Something did not look right, so we stopped. Please call your agency.
trouble-other = That did not work. Please try again.
