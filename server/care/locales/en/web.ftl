### What people read in the web client. Plain words: a reading age of twelve.
### "Circle" is one private conversation around one client. Names come from the agency.

## Everywhere
people-failed = We could not load this page. Check your connection and try again.
title = carecircle
language = Language
skip = Skip to the main part
back = Back
cancel = Cancel
go-back = No, go back
save = Save
saved = Saved
try-again = Try again
put-away = Close
loading = One moment…
waiting-long = This takes a moment…
starting = Opening…
starting-failed = Not open yet
you = you
someone = Someone
erased = (erased)
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
no-link-typed = I have a code from my agency
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
link-ended-title = This invitation has ended
link-ended-body = You were not let in. Nothing of yours is here. Ask your case manager for a new code.
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
password-use = Sign in with a password
passkey-shared = Other people use this device too
passkey-none = No passkey was used. Try again when you are ready.
passkey-unknown = This browser cannot use passkeys. Please use a newer one.
step-up-why = Please show again that it is you. This is only for someone who is here now.
trouble-step-up = Please show again that it is you.
trouble-passkey = This passkey did not work here.
trouble-passkey-late = That took too long. Please try again.
trouble-passkey-kept = This is in use already, or you need it to sign in. Add another one first.
settings-passkeys = How you sign in
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

## Circles
circles-title = Your circles
circles-none = You are not in a circle yet. Your case manager will add you soon. You do not need to do anything.
circle-empty = No messages yet
circle-waiting = This circle is not open yet. It opens by itself when your case manager is online. You do not need to do anything.
circle-waiting-short = Not open yet
circle-stopped = Messages here are paused. Something did not look right, so nothing is sent. Please call your case manager.
circle-stopped-short = Paused
preview-mine = You: { $text }
preview-theirs = { $name }: { $text }

## Messages
messages-label = Messages
announce-message = New message from { $name }: { $text }
state-waiting = waiting
state-sent = sent
note-joined =
    { $count ->
        [one] { $names } can now read and write here
       *[other] { $names } can now read and write here
    }
note-unreadable = One message could not be read on this device. Ask whoever wrote then to send it again.
send = Send

## Who is in a circle
member-invited = Invited, not here yet
member-confirmed = In this circle
member-left = Left
verified = Checked in person

## Roles
role-client = Client
role-caregiver = Caregiver
role-case-manager = Case manager
role-supervisor = Supervisor
role-administrator = Administrator
role-custodian = Records keeper of the agency

## When something is refused
basis-verbal = Said in person or by phone
basis-written = Signed on paper
basis-legal = Guardian or court order
visit-too-late = It is too late to change this visit here. Please call your case manager.
trouble-not-confirmed = Your case manager has not let you in yet.
trouble-not-allowed = You may not do this.
trouble-consent = The client has not allowed this, or has taken it back.
trouble-slot-taken = That time is taken.
trouble-not-available = Nobody can be booked at that time.
trouble-series = Some of these visits cannot be at their times.
trouble-rule = The visits cannot repeat like this. Please check how often, and the end.
trouble-time-past = That time is over already.
trouble-time-gap = That time does not exist. The clocks go forward that night.
trouble-time = Please check the day and the time.
trouble-zone = We do not know this time zone. Please choose one from the list.
trouble-meeting-link = This link cannot be used. It must start with https://
trouble-email = This is not an email address. Please check it.
trouble-phone = This is not a phone number. It has 5 to 15 digits. Spaces, ( ) and - are fine, and a + before it.
trouble-visit-changed = This visit has changed. Please look at it again.
trouble-visit-over = This visit is over or was cancelled.
trouble-too-long = This text is too long.
trouble-signed-out = You are signed out. Please sign in again.
trouble-slow-down = That was too fast. Please wait a minute and try again.
trouble-unreachable = No connection. Please try again.
trouble-stopped = Something did not look right, so we stopped. Please call your agency.
trouble-history = History was not switched. Please look how it stands now. Switch it again if you still want to.
trouble-other = That did not work. Please try again.
