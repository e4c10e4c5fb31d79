### What people read in the web client. Plain words: a reading age of twelve.
### "Circle" is one private conversation around one client. Names come from the agency.

## Everywhere
title = carecircle
language = Language
skip = Skip to the main part
back = Back
cancel = Cancel
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
already-title = You are already signed in
already-body = This browser belongs to { $name }. A link for someone else needs another browser or device.
already-go = Go to my messages
link-expired-title = This link is too old
link-expired-body = A link works for three days. Ask your case manager for a new one.
link-used-title = This link was used already
link-used-body = A link works only once. If you did not use it yourself, tell your case manager now. If you did, go back to the browser that you used first.
link-unknown-title = We do not know this link
link-unknown-body = Part of it may be missing. Open it again from the message or the paper you got. If it still fails, ask for a new one.
link-forged-title = We stopped, to be safe
link-forged-body = This link and this agency do not match. Nothing was opened. Please call your case manager.
link-failed-title = That did not work
link-failed-body = We could not reach the agency. Check your internet and try again. Your link is still good.

## Signed out, or unable to run
signed-out-title = You are signed out
signed-out-body = Your messages are still on this device, locked.
signed-out-go = Open my messages
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
circle-unknown = This circle is not here. Maybe you are no longer in it.
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
note-unreadable = One message could not be read on this device
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
consent-save = Save consent
consent-recorded = Saved. You can now invite { $name } into a new circle.
consent-live = In force
consent-over = Over
consent-from = From { $from } until taken back
consent-from-until = From { $from } until { $until }
consent-circles = Messages in: { $titles }
consent-circles-none = Messages in no circle yet
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
my-change = Do you want to change this? Tell your case manager. You can take it back at any time.
my-staff = Your team at the agency

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
trouble-too-long = This text is too long.
trouble-signed-out = You are signed out. Please sign in again.
trouble-slow-down = That was too fast. Please wait a minute and try again.
trouble-unreachable = No connection. Please try again.
trouble-stopped = Something did not look right, so we stopped. Please call your agency.
trouble-other = That did not work. Please try again.
