### What people read in and around a circle: what happened there, what is wrong and what to do, how far
### others have come. Plain words: a reading age of twelve. Loaded once somebody is signed in.

## The way in
joining = Fetching your circles: { $done } of { $of }
joining-hint = You can already use what is here.
joined-all = All your circles are here.
new-device-asks = A new device wants to come in as you.
new-device-look = Look at it
new-code-waits = Your new recovery code waits to be written down.
new-code-look = Show it
settings-devices = Devices and recovery
settings-devices-hint = Which phones and computers can read your messages, and how you get back in if you lose one.
settings-devices-open = Your devices
settings-code-open = Recovery code
settings-access = Who has looked at my record
settings-access-hint = See who opened something of yours, and when.
settings-audit = Who saw what
settings-audit-hint = Ask who saw a client, or what a person did.
settings-access-open = Open the list

## What happened in a circle
note-removed =
    { $count ->
        [one] { $by } ended access for { $names }
       *[other] { $by } ended access for { $names }
    }
note-removed-mine =
    { $count ->
        [one] You ended access for { $names }
       *[other] You ended access for { $names }
    }
note-ended = Access ended for { $names }
note-removed-took = after { $time }
note-key-changed = New keys for { $name }. Not verified any more.
note-key-changed-mine = Your keys changed. Others see you as not verified until you meet.
note-reset = { $name } began this circle anew. You can still read what was said before.
note-reset-mine = You began this circle anew. You can still read what was said before.
note-kept = { $name } switched history on. From here on, messages are kept for new devices.
note-kept-mine = You switched history on. From here on, messages are kept for new devices.
note-unkept = { $name } switched history off. From here on, a new device starts empty.
note-unkept-mine = You switched history off. From here on, a new device starts empty.
note-not-kept = This device missed one message. History was off, so it was not kept. Ask whoever wrote then to send it again.
note-ack = { $name } sees to it
note-ack-mine = You see to it

## Earlier messages
history-coming = Earlier messages are on their way. The newest come first.
history-lost = Some earlier messages cannot be read on this device: the keys to them are gone. Everything new arrives as usual. Your case manager can tell you what was said.
history-not-yet = Earlier messages are not here yet. Open carecircle once on another device of yours. If you have none, ask your case manager.

## Whether they are kept
keep-title = Earlier messages
keep-on = Messages in this conversation are kept. A new device of someone in it can read them.
keep-off = This conversation keeps no history. A new device starts empty.
keep-doing = One moment. This is being changed for everyone in the circle…
keep-stop = Keep no history
keep-stop-sure = Keep no history from now on?
keep-stop-loses = If somebody loses their phone, older messages are gone.
keep-stop-gains = Whoever breaks into a phone later finds less.
keep-stop-before = What was written before stays as it is.
keep-stop-yes = Yes, keep none
keep-start = Keep history
keep-start-sure = Keep history from now on?
keep-start-gains = A new phone can read what is written from now on.
keep-start-loses = Whoever breaks into a phone later finds more.
keep-start-before = What was written while none was kept does not come back.
keep-start-yes = Yes, keep it

## What is wrong, and what to do
circle-rejoining = This device fell behind here. It comes back in by itself. What you write waits and goes out then.
circle-rejoining-short = Coming back in
circle-old-copy = This device woke up with old data. It comes back in by itself with new keys. What you write waits and goes out then.
circle-old-copy-short = Coming back in
circle-clock = The clock of this device is wrong, so messages cannot be checked. This device says: { $time }.
circle-clock-do = Open the settings of your device, look for “Date and time”, and switch on “Set by itself”. Then this circle comes back by itself.
circle-clock-short = Check your clock
circle-reset = This circle does not work any more for some of its people. Someone from the agency must begin it anew. You can still read what was said before.
circle-reset-short = Needs a new beginning
circle-recovering = The agency's computer was repaired and lost some of what was sent here. Someone from the agency must begin this circle anew. You can still read what was said before.
circle-recovering-short = Needs a new beginning
circle-told = Your case manager has been told. You do not need to do anything.
circle-begin = Begin anew
circle-begin-sure = Begin this circle anew? Everyone here stays in it. Messages that wait are sent then.
circle-begin-yes = Yes, begin anew
circle-security = Something came here that should never come. Nothing was sent or shown. Please call your agency.
circle-security-short = Stopped to be safe
circle-leave = Leave and come back in
circle-leave-sure = Leave this circle and come back in with new keys? Do this only after you have spoken with your agency.
circle-leave-yes = Yes, leave and come back
circle-new-key = { $name } came back with new keys. That happens when every device and the recovery code are gone.
circle-new-key-wait = Until you have compared the numbers, { $name } cannot read new messages here.
circle-new-key-short = New keys: is it them?
circle-removing = One moment: someone is being taken out. What you write waits until that is done.

## Members
member-new-key = New keys, not checked
verified-by = Checked in person by { $name } on { $day }
verified-by-me = Checked in person by you on { $day }
member-number = Safety number
member-check = Check in person
safety-own = Your safety number
safety-own-what = When you meet someone from your circles, they may ask to see it. It is no secret.
verify-how = Compare this number with the one on the screen of { $name }, face to face. It stands there under Settings, “Devices and recovery”.
verify-number = Safety number of { $name }
verify-question = Are both numbers the same?
verify-same = Yes, the same
verify-differs = No, different
verify-doing = One moment. This is being written down for everyone in the circle…
verify-warn = Then this may not be { $name }. Write nothing private here. Tell your agency now.
verify-again = Look at the number again
verify-gone = That number no longer holds. Please compare again.

## New keys, in person
new-keys-go = New keys, in person
new-keys-title = New keys for { $name }

## No longer here
left-circle = You are no longer in the circle “{ $title }”. You get no more messages from it.

## Writing, reading, answering
compose-urgency = How soon?
urgency-title = How soon does this need an answer?
urgency-routine = When there is time
urgency-urgent = Urgent
urgency-urgent-hint = People are told again and again until someone says: I'll see to it.
urgency-crisis = Crisis
urgency-crisis-hint = The same, and faster. This does not call 911 or 988. In danger, call first.
urgency-back = Not urgent after all
urgency-seen = The agency's computer sees that a message is urgent, but never its words.
compose-urgent = Goes out as urgent
compose-crisis = Goes out as a crisis
crisis = Crisis
ack-go = I'll see to it
ack-go-label = I'll see to it: { $text }
ack-by = { $names } will see to it
ack-by-me = You will see to it
ack-failed = That was not stored. Please try again.
read-by = Read by { $names }
writing =
    { $count ->
        [one] { $names } is writing…
       *[other] { $names } are writing…
    }
announce-urgent = Urgent message from { $name }: { $text }

## After a consent was withdrawn
leaving-now = { $name } is being taken out. Nothing is sent until that is done.
leaving-done = { $name } can no longer read new messages (done in { $time }).

# The message being written, and who reads it.
members-title = Who is in “{ $title }”
members-intro = Only these people can read the messages in this circle.
not-verified-what = What does “not verified” mean?
not-verified-means = The agency says who this person is. Nobody in this circle has checked it face to face yet. That is normal at the start.
not-verified-do = Does something seem odd? Then ask the person by phone before you write about private things.
compose-label = Your message
compose-placeholder = Write a message
compose-hint = Enter sends. Shift and Enter starts a new line.
send-too-long = This message is too long. Please send it in two parts.
send-failed = This message was not stored. Your words are still here. Please send it again.
offline-promise = You have no connection. Your messages wait here and go out by themselves.
