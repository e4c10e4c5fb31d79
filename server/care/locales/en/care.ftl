### What the pages around a client say: people, consent, visits, mails. Loaded with the app itself, after signing in.

## People and consent, for staff
caseload = Your clients
caseload-transfer = Pass clients on
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
client-mails = Email
client-mails-show = What emails this client gets
circle-planned = Not open yet
consent-none = There is no consent for { $name } yet.
consent-first = Record a consent first. Then you can invite { $name } into a new circle.
consent-record = Record a consent
consent-record-another = Record another consent
consent-intro = You write down that { $client } allows { $name } to get messages. This opens no circle by itself.
consent-basis = How was it given?
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
consent-clear-calendar-hint = They get one email that gives no reason. Without it they get nothing at all.
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
circle-history = Are older messages kept?
circle-history-keep = Keep history
circle-history-keep-hint = A new phone can read what was written before.
circle-history-none = Keep no history
circle-history-none-hint = Whoever breaks into a phone later finds less. But if somebody loses their phone, older messages are gone.
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
my-staff-until = { $name } helps until { $time }.
my-staff = Your team at the agency

## Visits, as everybody reads them
kind-video = Video visit
kind-phone = Phone call
kind-office = At the office
kind-home = At home
kind-community = Somewhere else
kind-court = Court date
when-zone = { $city } time (UTC{ $offset })
when-there = { $time } in { $city } (UTC{ $offset })
when-zone-plain = { $city } time
when-zone-named = In { $name }
when-there-plain = { $time } in { $city }
visit-join = Join the video visit
visit-booked = Booked
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
close-ask = How did it go?
close-again = Change how it went
close-title = How did this visit go?
close-outcome = Did it take place?
close-next = What comes next
close-note = What to remember
close-note-hint = Only the staff who serve this client can read it.
close-done = Saved how it went.
close-by = Written down by { $name }, { $time }
next-none = Nothing for now
next-book-again = Book another visit
next-call = Call the client
next-refer = Refer to somebody else
next-other = Something else, as noted
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

## Booking, for staff
visit-book = Book a visit
visit-book-go = Book this visit
visit-booked-done = Booked: { $time }. The emails go out now.
visit-type = What kind of visit?
visit-type-none = No kind in particular
visit-kind = How do you meet?
visit-day = Day
visit-length = How long?
visit-time = Time
visit-time-hint = Tap a free time, or type one.
visit-zone = Time zone
visit-zone-hint = Type a city and choose from the list.
visit-zone-client = The client’s clock. For another one, type a city and choose from the list.
visit-zone-site = The clock at your office. For another one, type a city and choose from the list.
visit-zone-other = You chose another clock. Visits like this go by the clock of { $city }.
visit-link = Meeting link
visit-link-hint = From your video tool. It starts with https://
visit-place = Where do you meet?
visit-place-hint = For example: 12 Elm Street, 2nd floor. An email says it only if the client has chosen emails with more details.
visit-place-at = Where
visit-place-say = Say where
visit-place-change = Change the place
visit-place-title = Where is this visit?
visit-place-scope = Later visits of this series will be there too.
visit-place-mails = The time stays the same. Everyone who takes part gets an email. Leave the field empty to take the place away.
visit-place-go = Save the place
visit-place-done = The place is saved. The emails go out now.
visit-caregivers = Who else takes part?
caregiver-no-consent = The client has not allowed this yet.
caregiver-not-covered = The consent does not cover visits.
visit-team = Who else from the team?
visit-team-hint = You then see the times when all of you are free. Each of them gets the visit in their calendar.
visit-team-find = Find a name
visit-team-none = No name fits.
visit-team-change = Change who comes
visit-team-change-title = Who comes to this visit?
visit-team-change-hint = The time stays the same. Everyone who takes part gets an email.
visit-team-change-series = This is for this visit only, not for the others of its series.
visit-team-change-go = Save who comes
visit-team-changed = Saved. The emails go out now.
visit-team-taken = Not all of you are free at that time.
visit-team-instead =
    { $count ->
        [one] All of you would be free at this time. You can move the visit first.
       *[other] All of you would be free at these times. You can move the visit first.
    }
visit-team-clock = These times are by the clock in { $city }, not by yours in { $here }.
visit-team-clock-named = These times are in { $name }, not in yours, { $mine }.
visit-beside = You come along. Whoever serves the client can change this visit.
visit-left = This visit is booked with { $name }, who will not go on with this client. Take it over, or cancel it.
visit-left-go = Take the visit over
visit-left-done = The visit is yours now. The emails go out now.
visit-left-busy = You are not free at that time. Cancel the visit and book another time.
visit-overlaps = { $name } has another visit at that time.
visit-mails-why = Emails about this visit: who got one, and why not?
visit-mails-none = There was no email, and none is planned.
mail-invitation = The news of the visit
mail-series = The news of the whole series
mail-three-days = Reminder, three days before
mail-one-day = Reminder, the day before
mail-one-hour = Reminder, one hour before
mail-room-open = The room is open
mail-cancellation = The visit is off
mail-other = Another email
mail-planned = Will be sent: { $time }.
mail-sent = Sent: { $time }.
mail-why-night = At night nobody gets reminders.
mail-why-safe-hours = Emails come only in the hours that this person chose.
mail-why-clock = The clock of the server jumped. No email leaves until it is right again.
mail-why-busy = The email server did not take it when we tried.
mail-why-unknown = The line broke while it was on its way. It may have come.
mail-why-confirmed = They said they will be there, so we do not remind them.
mail-why-declined = They said they cannot come.
mail-why-opted-out = They do not want reminders.
mail-why-no-consent = The client has not allowed it, or does not any more.
mail-why-left = They do not come to this visit any more.
mail-why-over = The visit was over.
mail-why-fresh = They had just had the news of the visit.
mail-why-series = The email about the whole series says it.
mail-why-never-told = They never heard of the visit, so there is nothing to take back.
mail-why-no-link = The visit has no link to the video call.
mail-why-changed = Something changed before it left.
mail-why-superseded = A later email was due too, and that one says it all.
mail-why-too-late = Its time had passed. Maybe the server was down.
mail-why-outside-call = It would come outside the hours that this person chose, and be too late in them. Please call.
mail-why-outside = It would come outside the hours that this person chose.
mail-why-no-address = There is no email address that works.
mail-why-unconfirmed = The email address is not confirmed yet.
mail-why-refused = Email to this address came back, or it is not theirs.
mail-why-rejected = The email server would not take it.
mail-why-broken = The server could not write it. Tell the people who run the server.
mail-why-nothing = There was nothing to say.
visit-kept = This time is kept for you until { $time }.
visit-kept-team = This time is kept for all of you until { $time }.
visit-mails = Everyone who takes part and has an email address gets the time, and reminders before it.
free-times = Your free times on { $day }
free-times-none = You have no free time on this day.
free-times-team = When all of you are free on { $day }
free-times-team-none = There is no time on this day when all of you are free.
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
answer-for = said by { $name } in their place
answer-none = no answer yet
visit-change = Change
visit-move = Move
visit-move-title = Move this visit
visit-move-go = Move it here
visit-move-hint = Everyone who takes part gets an email with the new time.
visit-moved-done = Moved. The emails go out now.
visit-cancel = Cancel visit
visit-cancel-sure = Cancel this visit? Everyone who was told gets an email.
visit-cancel-why = Why?
visit-cancel-yes = Yes, cancel the visit
visit-cancelled-done = Cancelled. The emails go out now.
visit-cancelled-soon = Cancelled. The emails go out in one minute.
visit-undo = Undo
visit-undo-left =
    { $count ->
        [one] No email has gone out yet. You can undo this for { $count } more second.
       *[other] No email has gone out yet. You can undo this for { $count } more seconds.
    }
visit-undone = The visit is on again. No email went out.
visit-undo-taken = That time is not free any more. The visit stays cancelled.
visit-undo-late = It is too late to undo this. The emails go out now.

## Visits that repeat
repeats = Repeats
repeats-never = Never
repeats-week = Every week
repeats-fortnight = Every two weeks
repeats-month = Every month on { $day }
repeats-same-day = the same day of the week
repeats-nth =
    { $nth ->
        [1] the first { $day }
        [2] the second { $day }
        [3] the third { $day }
        [4] the fourth { $day }
        [5] the fifth { $day }
       *[other] the last { $day }
    }
repeats-ends = It ends
repeats-ends-count = after a number of visits
repeats-ends-day = on a day
repeats-count = Number of visits
repeats-last = Last day
repeats-hint = Half a year is booked now. The rest follows week by week.
repeats-days =
    { $count ->
        [1] every day
       *[other] every { $count } days
    }
repeats-weeks =
    { $count ->
        [1] every week
        [2] every two weeks
       *[other] every { $count } weeks
    }
repeats-months =
    { $count ->
        [1] every month
        [2] every two months
       *[other] every { $count } months
    }
repeats-on = { $how } on { $days }
visit-repeats = Repeats { $how }
series-book-go = Book these visits
gaps =
    { $count ->
        [one] { $count } date of a series could not be booked
       *[other] { $count } dates of series could not be booked
    }
gap-book = Book another time
gap-instead = In place of { $time }, which could not be booked.
series-mails = Everyone who takes part gets one email with the dates. Reminders come before each visit.
series-booked =
    { $count ->
        [one] One visit is booked.
       *[other] { $count } visits are booked.
    }
series-booked-some =
    { $count ->
        [one] One visit is booked, { $left } left out.
       *[other] { $count } visits are booked, { $left } left out.
    }
conflicts =
    { $count ->
        [one] One visit cannot be at its time
       *[other] { $count } visits cannot be at their times
    }
conflict-free = Free: { $times }
conflicts-book = Book the others
conflicts-move = Move the others
scope = Which visits?
scope-this = Only this visit
scope-later = This and later ones
scope-all = All of them
scope-move-hint = The others move by as many days, to the same time. A visit that was moved by itself stays.
scope-cancel-hint = No more of these visits are booked then. You cannot take this back.
series-cancel-yes = Yes, cancel these visits
task-series = A visit of { $name } that repeats could not be booked
task-series-why = Find another time for it on the page of the client.

## Links by which a client chooses a time
booking-links = Links to choose a time
booking-links-intro = With a link the client books one visit, without signing in.
booking-links-none = There is no link yet.
booking-link-make = Make a link
booking-link-title = A link to choose a time
booking-link-from = First day
booking-link-until = Last day
booking-link-valid = How long the link works
booking-link-days =
    { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
booking-link-workers = Who can hold the visit?
booking-link-workers-hint = Choose no one if it is only you.
booking-link-mail = Send it by email too
booking-link-mail-hint = It goes to the client’s own email address, once that is confirmed.
booking-link-go = Make this link
booking-link-made-done = The link is made.
booking-link-made = Copy the link now
booking-link-secret = It is shown only this once. Whoever has it can book for the client.
booking-link-copy = Copy the link
booking-link-copied = Copied
booking-link-mail-waits = The email has not gone out yet. It waits until the client confirms their email address.
booking-link-mailed = Sent by email too
booking-link-open = Works until { $time }
booking-link-used = A visit was booked with it
booking-link-expired = Too old
booking-link-revoked = Taken back
booking-link-void = Does not work any more
booking-link-revoke = Take it back
booking-link-revoke-sure = Take this link back? It will not work any more.
booking-link-revoke-yes = Yes, take it back
booking-link-revoked-done = The link does not work any more.

## The calendar and what there is to do
calendar-day = Day
calendar-week = Week
calendar-view = Day or week
calendar-steps = Other days
calendar-day-before = Day before
calendar-day-after = Day after
calendar-week-before = Week before
calendar-week-after = Week after
calendar-back = Back to the calendar
calendar-jump = Go to
calendar-none = No visits
calendar-shape = List or grid
calendar-list = List
calendar-grid = Grid
calendar-print = Print
grid-title = Visits by the hour
grid-hint = Drag a visit to move it. With a finger: hold it until you can move it. By keyboard: go to a visit and press M.
grid-key = Press M to move it.
grid-open = Open for visits:
grid-moving = Move the visit with { $name }
grid-keys = Arrow keys: 15 minutes or one day. Enter: go on. Escape: put it back.
grid-to = New time: { $time }
grid-earlier = 15 minutes earlier
grid-later = 15 minutes later
grid-go = Go on with this time
grid-back = Put it back
grid-back-done = Put back: { $time }
grid-was = From { $from } to { $to }
sheet-day = My day
sheet-week = My week
sheet-place = Place or phone
sheet-notes = Notes
sheet-keep = This page names people. Keep it with you, and shred it when you are done.
todo = To do ({ $count })
todo-go =
    { $count ->
        [one] { $count } thing to do
       *[other] { $count } things to do
    }
todo-none = Nothing waits for you.
todo-all = Show all { $count }
todo-fewer = Show fewer
task-asked = { $name } needs another time
task-called-off = { $name } cancelled a visit
task-declined = { $name } cannot come
task-unreachable = Emails do not reach { $name }
task-unreachable-why = An email came back, or could not be sent in time. Call them. Ask for an email address that works.
task-outside-hours = No email can tell { $name } in time
task-outside-hours-why = A visit was booked, moved or cancelled, and an email would come outside their safe hours. Tell them in another way that is safe.
task-no-address = Call { $name }: no email could tell them
task-no-address-why = A visit was booked, moved or cancelled, and no email address of theirs works or is confirmed. They do not know yet.
task-unconfirmed = { $name } has not confirmed their email address
task-unconfirmed-why = An email asked there if the address is right, and nobody answered for a week. No other email goes there. Ask them if it is right.
task-device-idle = { $name } has not used a device for 90 days
task-outcome = How did the visit with { $name } go?
task-clocks = The visit with { $name } now meets another one
task-clocks-why = The clock rules changed. Move one of the two.
task-wrote = { $name } answered by email: open the mailbox
task-no-show = { $name } did not come
task-no-show-why = If emails reach them, a neutral one goes out the next morning. It does not say that a visit was missed.
task-call = Please call { $name }
task-call-why = They did not come. No email goes to them about it.
outage-banner = { $count ->
    [one] One person was not told of a visit, because the server was down.
   *[other] { $count } people were not told of a visit, because the server was down.
}
outage-banner-see = See whom to call
address-banner = Emails do not reach you. So no email tells you of your day, or of messages that wait.
address-banner-see = See your email address
jobs-open = Jobs of the server
task-device-why = They may be in hospital, in jail, or without power. Ask before you take the device out: whoever has it can read the circles until then.
task-device-seen = Last used: { $time }
task-device-keep = They still have it
task-device-remove = Take the device out
task-assigned = { $name } is your client now: get in touch
task-visit-left = A visit is still booked with { $name }
task-visit-left-why = { $name } will not go on with this client. Take the visit over, or cancel it.
task-offered = { $name } offers you a client
task-taken = { $name } took a client over: add this colleague to the circles
task-refused = { $name } declined a client
task-late = { $name } did not answer your offer
task-offered-open = Look at the offer
task-visit = Visit: { $time }
task-client = Client:
task-go-see = See the visit
task-go-move = Find another time
task-go-close = Say how it went
task-since = since { $time }
task-done = Done

## Kinds of visits
visit-types = Kinds of visits
visit-types-intro = These are offered when somebody books. What is booked already stays as it is.
visit-types-none = None is offered yet. Visits can be booked all the same.
visit-type-add = Add a kind of visit
visit-type-change = Change
visit-type-end = Offer no longer
visit-type-end-sure = Offer this kind no longer? Booked visits stay.
visit-type-end-yes = Yes, end it
visit-type-ended = It is offered no longer.
visit-type-saved = Saved: { $name }.
visit-type-name = Name
visit-type-minutes = How long, in minutes
visit-type-before = Kept free before, in minutes
visit-type-after = Kept free after, in minutes
visit-type-travel = The way there, in minutes
visit-type-ahead = At most so many days ahead
visit-type-notice = At least so many hours before
visit-type-per-day = At most so many a day
visit-type-per-day-hint = For each worker. Leave it empty for as many as fit.
visit-type-way = { $count } min on the way
visit-type-cap = at most { $count } a day

## When a worker can be booked
hours-title = When I can be booked
hours-intro = Free times are looked for within these hours. What is booked already stays booked.
hours-zone-hint = The clocks that these hours mean. Type a city and choose from the list.
hours-week = Every week
hours-closed = No hours
hours-from = From
hours-until = until
hours-add = Add hours
hours-remove = Remove { $day }, { $from } until { $until }
hours-copy = Tuesday to Friday as on Monday
hours-others = Other days
hours-others-hint = On these dates the hours below hold instead. A date without hours is closed.
hours-date = Date
hours-add-date = Add a date
hours-remove-date = Remove this date
hours-closed-all-day = Closed all day
hours-save = Save the hours
hours-saved = Saved.
hours-backwards = These hours must end after they begin.
hours-twice = This date is on the list already.
hours-outside =
    { $count ->
        [one] { $count } booked visit lies outside these hours. Move it if it should not be.
       *[other] { $count } booked visits lie outside these hours. Move them if they should not be.
    }

## The days on which the agency is closed
closures = Days we are closed
closures-intro = Nobody can be booked on these days. What is booked already stays booked.
closures-none = No days are on the list yet.
closures-full = The list is full. Take some days off it first.
closure-add = Add days
closure-name = What is it?
closure-name-hint = Such as Thanksgiving. Only staff see it.
closure-from = First day
closure-until = Last day
closure-saved = Saved: { $name }.
closure-booked =
    { $count ->
        [one] { $count } visit is booked on these days. It stays until somebody moves it.
       *[other] { $count } visits are booked on these days. They stay until somebody moves them.
    }
closure-booked-hint = Each case manager finds their own under “When I can be booked”.
closure-end = Take off the list
closure-end-sure = Can people be booked on these days again?
closure-end-yes = Yes, take it off
closure-ended = These days can be booked again.
closures-here = The agency is closed
closures-here-hint = You cannot be booked on these days. Will you work all the same? Then add the date above, with its hours.
closure-yours =
    { $count ->
        [one] { $count } of your visits is booked then.
       *[other] { $count } of your visits are booked then.
    }
closure-see = See them in the calendar

## What mails may say
settings-mails = Email to you
mail-address = Email address
mail-address-hint = Leave empty to get no emails.
address-unconfirmed = Not confirmed yet
address-unconfirmed-why = One email asks there if the address is right. Until somebody presses the button in it, no other email goes there.
address-asked = Last asked: { $time }
address-ask = Send the email again
address-wait = The email is on its way, or was sent often enough today. It cannot be sent again right now.
address-disowned = Whoever reads email at this address says that it is somebody else’s. Nothing more goes there. Check the address and change it.
address-refused = Emails to this address come back. Check the address and change it.
address-refused-again = Is it right? Then try it once more: an email asks there again, and the others follow when somebody answers.
phone-number = Phone number
phone-number-hint = So that the agency can call you. It is never put in an email. Leave empty to remove it.
phone-number-theirs = To call them. It is kept locked, and never put in an email. Leave empty to remove it.
phone-add = Add a phone number
phone-change = Change the phone number
phone-keep = Keep this number
phone-call = Call { $name }
settings-phone = Calls to you
mail-language = Language of the emails
mail-zone-hint = Times are told for this zone. Type a city and choose from the list.
mail-which = What to send
mail-reminders = Reminders before a visit
mail-reminders-hint = News of a new, moved or cancelled visit comes in any case.
mail-confirmed = Also before a visit that is confirmed
mail-confirmed-hint = Without this, reminders stop after a yes.
mail-calendar = A calendar file with each visit
mail-calendar-hint = It puts the visit into the calendar of the phone. Whoever sees that calendar sees it too. If emails say only that there is news, none comes.
mail-unread = When a message waits
mail-unread-hint = It says “You have an update”, with a link. No name, and nothing of the message. It comes when nobody was here for ten minutes, at most once in four hours. At night it comes only for urgent messages. Staff get one email each working morning.
mail-safe = When may emails come?
mail-safe-hint = Choose hours if somebody else could read the emails at other times.
mail-safe-any = Any time
mail-safe-any-hint = Reminders never come at night.
mail-safe-between = Only between
mail-safe-between-hint = No email comes outside these hours, not even an urgent one. If news would come too late by email, staff are asked to tell it in another way.
mail-safe-from = From
mail-safe-until = until
mail-safe-short = Choose at least two hours of one day, the earlier time first.
disclosure = What may the emails say?
disclosure-update = Only that there is news
disclosure-update-hint = “You have an update”, with a link to where you sign in. No day, no time, no calendar file.
disclosure-times = Day and time
disclosure-times-hint = No names, and not what it is about.
disclosure-details = More details
disclosure-details-hint = Also the first name of the case manager, where to go, and the meeting link. Whoever reads the email can see them.

## The calendar in another program
settings-feed = Calendar in another program
feed-intro = Outlook, Google or your phone can show when you are busy. They see times only: no names, no places, no kind of visit.
feed-none = There is no link now.
feed-make = Make the link
feed-link = Copy the link now
feed-secret = It is shown only this once. Whoever has it can see when you are busy. It shows no names.
feed-how = In the other program, add a calendar by its link, and paste this one. The program then looks for news by itself, some only once a day.
feed-since = There is a link since { $time }.
feed-replace = Make a new link
feed-replace-sure = The link that you have now stops working at once. Do this if somebody saw it. Then paste the new one into the other program.
feed-replace-yes = Yes, make a new one
feed-end = End the link
feed-end-sure = The other program then gets no more news. Take the calendar out there too.
feed-end-yes = Yes, end it
feed-made-done = The link is made.
feed-ended-done = The link works no more.

## Why there was a mail that messages wait, and why not
update-mails = Emails when a message waits
update-mails-none = None so far.
update-mail-planned = Will be sent, if the message still waits then.
update-mail-leased = On its way.
update-mail-sent = Sent.
update-mail-skipped = Not sent.
update-mail-failed = It could not be sent.
update-mail-read = Not sent: nothing waited any more.
update-mail-seen = Not sent: they had been here.
update-mail-told = Not sent: another email had told it.
update-mail-no-right = Not sent: they may not read it any more.
update-mail-unwanted = Not sent: they do not want these emails.
update-mail-no-address = Not sent: there is no email address that works.
update-mail-unconfirmed = Not sent: the email address is not confirmed yet.
update-mail-too-late = Not sent: it was too late.
update-mail-outside-hours = Not sent: it would have come outside their safe hours.
update-mail-address-refused = It could not be sent: the email address does not work.

# Settings, and other words that are seen once somebody is in.
settings-look = How it looks
settings-who = You
settings-me = { $name } · { $role } · { $agency }
theme = Light or dark
theme-system = Same as this device
theme-light = Light
theme-dark = Dark
text-size = Size of the text
sign-out = Sign out
sign-out-others = Sign out everywhere else
sign-out-others-sure = Sign out on all your other devices? They stay yours. You can sign in there again.
sign-out-others-yes = Yes, sign out there
sign-out-others-done = You are signed out everywhere else.
away-title = Are you still there?
away-body = Nobody has used this page for a while. You will be signed out within a minute, so that nobody else reads what is here. What you wrote and did not send will be gone.
away-stay = Stay signed in
away-go = Sign out now
away-why = You were signed out because nobody was here for { $minutes } minutes.
sign-out-hint = Your messages stay on this device, locked. They open again when you sign in.
settings-passkeys-hint = A passkey lives on your phone or computer. Only you can use it. A password works too.
today = Today
opens-new-tab = (opens in a new tab)
circles-none-staff = You are not in a circle yet.
members-count =
    { $count ->
        [one] { $count } person
       *[other] { $count } people
    }
back-to-conversation = Back to the messages
circle-unknown = This circle is not here
circle-unknown-why = Maybe you are no longer in it. If that surprises you, call your agency.
back-to-messages = Back to your circles
choose-circle = Choose a circle to read its messages.
messages-older = Show earlier messages
messages-beginning = This is the start of your messages here.
messages-failed = Your messages could not be read from this device. Close all tabs and try again.
not-verified = Not verified
