### A person's own devices, letting in a new one, and the recovery code. Plain words: a reading age of
### twelve. Loaded with these pages only.

## My devices
devices-title = Your devices
devices-intro = You are signed in on these phones and computers. Each one can read your messages.
devices-loading = Looking for your devices…
devices-offline = You have no connection. To change something here you need one.
device-this = This device
device-other = Another device, added { $date }
device-added = Added { $time }
device-seen = Last used { $time }
device-unseen = Not used yet
device-out = Sign out there
device-out-sure = Sign this device out? It can then read no new messages. You can add it again later.
device-out-yes = Yes, sign it out
device-out-doing = Signing it out in all your circles…
device-out-done = That device is signed out.
device-stolen = This one was stolen
device-stolen-sure = Was this device stolen, or did someone take it? Then we do this:
device-stolen-out = That device is signed out for good, in all your circles.
device-stolen-keys = You get new keys. People in your circles see that your keys changed. They may call you to make sure it is you.
device-stolen-code = Your old recovery code stops working. Make a new one right after this.
device-stolen-yes = Yes, it was stolen
device-stolen-doing = Making new keys and locking that device out…
device-stolen-done = Done. That device is locked out and you have new keys.
device-stolen-next = Now make a new recovery code.

## If this device is lost
backup-title = If you lose this device
backup-none = You have no way back on your own. Your case manager would have to let you in again, face to face.
backup-none-do = Make a recovery code, or add a second device. Both is best.
backup-code = You can come back with your recovery code. That is your only way. If the paper is gone too, you are locked out.
backup-code-do = Add a second device to be safe.
backup-sibling = You can come back with your other device. That is your only way. If it is gone too, you are locked out.
backup-sibling-do = Make a recovery code to be safe.
backup-unproven = You have two ways back. We are still making sure that they work. Please stay online for a moment.
backup-safe = You are safe. You have two ways back, and we checked that they work.
backup-code-make = Make a recovery code
backup-code-new = Make a new recovery code

## Adding a device
add-title = Add a device
add-intro = Do you have a second phone, or a computer? Add it, and you can read and write there too.
add-go = Add a device
add-making = Making a link…
add-how = On the new device, point the camera at this square.
add-qr = A square code that holds the link for your new device
add-or = Or open this link on the new device:
add-copy = Copy link
add-copied = Copied
add-until = This link works once, until { $time }.
add-secret = Do not send this link to anyone. Who has it could ask to come in as you.
add-stop = Stop
add-ended = This link has ended.
add-again = Make a new link
ask-title = A new device wants to come in
ask-digits = Do you see these digits on the new device?
ask-warn = Say yes only if the new device is in front of you and shows the very same digits.
ask-yes = Yes, let it in
ask-no = No
ask-letting = Letting it in…
ask-refusing = Keeping it out…
ask-in = Your new device is in. It now fetches your circles by itself.
ask-out = It was not let in. The link has ended.
ask-out-worry = Did you not add a device yourself? Then tell your case manager.

## On the new device
compare-title = Look at your first device
compare-body = Do these six digits stand there too? Then tap “Yes, let it in” on your first device.
compare-other = Are the digits different? Then tap “No” there, and tell your case manager.
compare-waiting = Waiting for your first device…
compare-offline = No connection. We keep trying. Please keep this page open.

## The recovery code
code-title = Recovery code
code-what = A recovery code is a key on paper. With it you get your messages back on a new device, even if all your devices are gone.
code-who = Anyone who has this code can read your messages. Show it to nobody. Nobody from the agency will ever ask for it.
code-earlier = You have a recovery code already. If you make a new one, the earlier one stops working.
code-make = Make my code
code-make-new = Make a new code
code-make-sure = Make a new code? The paper you have now will then open nothing.
code-make-yes = Yes, make a new one
code-making = Making your code…
code-yours = Your recovery code
code-once = We show it only now. Write it down, or print it.
code-print = Print
code-written = I have written it down
code-written-done = Good. Keep the paper in a safe place at home, not with this device.
code-sheet-title = Recovery code
code-sheet-keep = Keep this paper in a safe place. Show it to nobody.
code-sheet-use = To use it: open the sign-in page on a new device and choose “I have a recovery code”.
code-sheet-date = Made on { $date }. A newer code ends this one.
devices-back = Back to your devices
settings-back = Back to settings

## Using a recovery code
recover-title = Use your recovery code
recover-intro = Type the code from your paper. Big or small letters, spaces and lines do not matter.
recover-label = Recovery code
recover-hint = It has 26 letters and numbers.
recover-go = Get my messages back
recover-busy = Checking your code…
recover-length =
    { $count ->
        [0] Please type your code first.
        [one] This is only { $count } letter or number. A code has 26. Please check your paper.
       *[other] These are { $count } letters and numbers. A code has 26. Please check your paper.
    }
recover-signs = A code has only letters and numbers. This sign is not one: { $sign }
recover-unknown = This code opens nothing. Please check each letter. If you made a newer code, use that one.
recover-back = I have no code

## How this device is doing
counters-title = How this device is doing
counters-intro = Counted on this device alone, nothing of it is sent. If someone from the agency helps you, they may ask for these numbers.
counters-undecryptable = Messages that could not be read
counters-resyncs = Times this device fell behind and came back in
counters-resets = Circles that were begun anew
counters-stale-commits = Changes that came second and were made again
counters-eras = New keys for keeping earlier messages
counters-fine = All is well: nothing was lost here.
counters-lost = Something could not be read. Ask whoever wrote at that time to send it again.

## New keys, in person
new-keys-when = For when { $name } has lost every device and has no recovery code. Do this only while { $name } is here with you.
new-keys-back = Back to the client
new-keys-sure = Begin with new keys for { $name }? Then this happens:
new-keys-out = Every device of { $name } is signed out now. An old recovery code opens nothing any more.
new-keys-told = Everyone in their circles sees that the keys changed.
new-keys-yes = Yes, begin
new-keys-scan = { $name } points the camera of the new phone at this square.
new-keys-square = A square code that holds the link for { $name }
new-keys-or = Or open this link on the new device:
new-keys-until = This link works once, until { $time }.
new-keys-waiting = Waiting for { $name } to come in…
new-keys-none = { $name } is in no circle with you. There is nothing to compare.
new-keys-letting = The numbers are the same. { $name } is being let in…
new-keys-done = Done. { $name } is back in, checked in person.
new-keys-used = { $name } has already used a link. Look into your circles to compare.
