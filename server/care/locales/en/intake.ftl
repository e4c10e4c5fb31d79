### A new person comes in: the case manager's steps, and the page of whoever was invited. Plain words: a
### reading age of twelve. Loaded with these pages only.

## The steps
intake-steps = Steps
intake-step = Step { $at } of { $of }
intake-new = New client
intake-back = Back

## Who is it?
intake-who = Who is the new client?
intake-who-hint = Do this while they are here with you. It takes about five minutes.
intake-name = Full name
intake-name-hint = As they want to be called. It is kept locked.
intake-phone-hint = If you know it. You can also write it down later.
intake-add = Add this client
intake-adding = Adding…

## Who helps them?
intake-helpers = Who helps { $name }?
intake-helpers-hint = A daughter, a neighbor, a home aide. You can also do this later.
intake-helper-add = Add a helper
intake-helper-name = Full name of the helper
intake-helper-what = What are they to { $name }?
intake-helper-what-hint = For example: daughter
intake-helper-save = Add this helper
intake-helper-added = { $name } is added. Now write down what { $client } allows.
intake-helpers-done = Go on without more helpers
intake-to-invite = Go on: invite { $name }

## The invitation
intake-invite = Invite { $name }
intake-invite-what = { $name } gets a code for their own phone. It works once, for three days.
intake-invite-person = Is { $name } here with you? Then you both look at the two screens now. If not, you can print the code.
intake-make = Make the code
intake-making = Making the code…
intake-scan = { $name } points the camera of their phone at this square.
intake-square = A square code that holds the invitation for { $name }
intake-or-type = Or { $name } opens { $address } and types this code:
intake-code = Code
intake-until = It works once, until { $time }.
intake-secret = Show it to { $name } only. Whoever has it could come in as them.
intake-waits = Waiting for { $name }…
intake-print = Print it
intake-print-hint = Whoever comes by a printed code is shown as “not verified” until you meet.
intake-mail = Send it by email
intake-mail-hint = Whoever comes by a link from an email is shown as “not verified” until you meet. The email names nobody.
intake-mail-address = Email address of { $name }
intake-mail-send = Send the link
intake-mail-sending = Sending…
intake-mailed = The link is on its way by email. Waiting for { $name }…
intake-came-by-mail = Somebody came by the link from the email. So nobody can say that they saw both screens.
intake-stop = End this invitation
intake-stop-sure = End this invitation? The code then opens nothing any more.
intake-stop-yes = Yes, end it
intake-over = This invitation has ended. Nobody can use it any more.
intake-again = Make a new code
intake-elsewhere = This invitation was made on another phone or computer. Go on there, or make a new code here. Then the other one ends.

## The six digits
intake-came = Somebody came with the code
intake-look = Look at the phone of { $name }. Do the same six digits stand there?
intake-yes = Yes, the same digits
intake-no = No, other digits
intake-saying = Writing it down…
intake-left = You can still say so for { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
  }.
intake-no-sure = Other digits, or no digits? Then somebody else has used this code. We turn them away, and the code ends.
intake-no-yes = Turn them away
intake-turned-away = We turned them away. They have seen nothing. Make a new code, and show it to { $name } only.
intake-late = It is more than ten minutes since somebody came with the code. So you cannot say any more that you saw both screens.
intake-late-do = Are you sure that it was { $name }? Then you can let them in. They are shown as “not verified” until you compare numbers.
intake-let-in = Let { $name } in
intake-let-in-sure = Let them in without having compared? They are shown as “not verified”.
intake-let-in-yes = Yes, let them in
intake-forged = Somebody is between your two phones. Do not go on. Turn them away, and tell whoever looks after your computers.

## Done
intake-done = { $name } is in
intake-done-verified = You have checked it face to face. Everyone in their circles can see that.
intake-done-not = They are shown as “not verified” until you meet and compare.
intake-passkey = { $name } now makes a passkey on their phone. That is how they come back in.
intake-circle = Begin your first circle
intake-circle-title = { $name } and { $mine }
intake-circle-making = Making the circle…
intake-circle-open = Open the circle
intake-client = To the page of { $name }
intake-next-helper = Invite { $name } too

## On the client's page
intake-not-here = { $name } has not come in yet.

## Acting for a client
acts-title = Acting for { $name }
acts-what = A guardian or representative may do what { $name } may: end what a helper may see, answer about visits, change how emails come. All of it is written down as done in their place.
acts-record = Write down that { $helper } acts for { $name }
acts-basis = By what right?
acts-guardian = Guardian (by a court, or a parent of a minor)
acts-representative = Representative (by a power of attorney)
acts-evidence = What did you see that shows it?
acts-evidence-hint = For example: court order of March 3, number 12-345.
acts-until = Until when?
acts-until-hint = Leave empty if it has no end.
acts-save = Write it down
acts-live = Acts for { $name } as { $basis }, since { $from }
acts-live-until = Acts for { $name } as { $basis }, from { $from } until { $until }
acts-over = Acted for { $name } until { $until }
acts-guardian-short = guardian
acts-representative-short = representative
acts-evidence-said = Seen: { $evidence }
acts-end = End it
acts-end-sure = End it? From now on they may no longer act for { $name }.
acts-end-yes = Yes, end it

acts-mine = You act for { $name }. What you do here is written down as done in their place.
acts-whom = For whom do you act?
acts-whom-hint = Each of them has a page of their own. What you do there is written down as done in their place.
acts-visits = Visits
acts-access = Who has looked at the record of { $name }
acts-mails = What emails { $name } gets
consent-ended-for = Ended by { $name } in the place of { $client }

## The slip
slip-title = Your invitation
slip-what = With this paper you come in on your own phone.
slip-scan = Point the camera of your phone at this square.
slip-type = Or open { $address } and type this code:
slip-once = It works once, until { $time }.
slip-keep = Keep it to yourself. Whoever has this paper could come in as you.

## Whoever was invited
code-invite-title = Type your code
code-invite-label = Code from your paper or from the screen
code-invite-go = Go on
code-invite-back = I have a link
await-title = Show these digits to { $name }
await-body = Do the same six digits stand on the other screen? Then { $name } taps “Yes, the same digits”.
await-differ = Are they different? Then say so at once. Do not go on.
await-alone = Is { $name } not with you? Then keep this page open. They will let you in, or call you.
await-waiting = Waiting for { $name }…
await-offline = No connection. We keep trying. Please keep this page open.
