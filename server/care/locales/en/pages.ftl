### The pages behind the links of mails. Times and nothing else: no name, no place, no reason.
### Plain words: a reading age of twelve.

page-title = Your appointment
page-said-yes = You said that you will be there. Thank you.
page-said-another-time = You asked for another time. Someone will get back to you.
page-said-no = You said that you cannot come.
page-confirm = I will be there
page-another-time = I need another time
page-cancel = Cancel the appointment
page-decline = I cannot come
page-undo = Take this back
page-undo-hint = Was this a mistake? You can take it back for ten minutes.
page-cancelled-title = This appointment is cancelled
page-cancelled-body = It will not take place.
page-changed-title = This appointment has changed
page-changed-body = The email that you opened is no longer true.
page-see-now = See how it is now
page-over-title = This appointment has begun or is over
page-over-body = There is nothing to change here any more.
page-call = It is too close to the appointment to change it here. Please call.
page-call-number = The number is { $number }.
page-gone-title = This link does not work
page-gone-body = It is too old, or part of it is missing. Open it again from your newest email.
page-taken-title = This time is no longer free
page-taken-body = Someone else got it while you were away. Someone will get back to you with a new time.
page-failed-title = That did not work
page-failed-body = Please try again in a moment.
page-unsubscribe-title = Stop reminders?
page-unsubscribe-body = You will still hear when an appointment is made, moved or cancelled.
page-unsubscribe = Yes, no more reminders
page-unsubscribed-title = No more reminders
page-unsubscribed-body = You will not get reminders any more. You can switch them on again under Settings when you sign in, or ask the person you work with.
page-fewer-body = You will still get an email when something new is there for you. There will be fewer of them.
page-fewer-stopped-body = You will not get emails like this any more. You can switch them on again under Settings when you sign in.
page-updates-title = Stop these emails?
page-updates-body = They say only that there is something new for you. If you stop them, no email tells you.
page-updates-stop = Yes, no more emails like this
page-updates-stopped-title = No more emails like this
page-updates-stopped-body = No email tells you any more that there is something new. Open your page now and then to look.
page-updates-back = Was this a mistake? You can have them again here, or under Settings when you sign in.
page-updates-again = Send me these emails again

### The pages of a booking link. Times and nothing else, as above.
book-title = Choose a time
book-lasts =
    { $count ->
        [one] Your appointment takes { $count } minute.
       *[other] Your appointment takes { $count } minutes.
    }
book-how = Tap a time. We keep it for ten minutes while you decide.
book-none = There is no free time on these days.
book-none-call = There is no free time on these days. Please call.
book-day = { $day } ({ $clocks })
book-count =
    { $count ->
        [one] { $count } time
       *[other] { $count } times
    }
book-there-how = You meet at a place where the clock shows another time. Your own time comes first, then the time there.
book-time-there = { $time } ({ $there } in { $city })
book-there = Where you meet, the clock then says: { $moment }, the time of { $city }.
book-later = Later days
book-first = Back to the first days
book-clocks = Show the times as clocks show them in
book-place = { $city } ({ $clocks })
book-clocks-go = Show these times
book-confirm-title = Book this time?
book-kept =
    { $count ->
        [one] We keep it for you for { $count } more minute. It is not booked yet.
       *[other] We keep it for you for { $count } more minutes. It is not booked yet.
    }
book-kept-over = We do not keep this time any more. You can still try to book it.
book-go = Book this time
book-other = Choose another time
book-booked-title = Your appointment is booked
book-booked-body = You do not need to do anything more. If you cannot come, you can say so here.
book-see = See or change it
book-taken-title = This time is no longer free
book-taken-body = Someone else got it. Nothing is booked. These are the next free times:
book-taken-none = Someone else got it. Nothing is booked, and no other time is free on these days.
book-gone-title = This link does not work
book-gone-body = It was used before, or it is too old. Nothing was changed.
book-gone-call = Please call if you need an appointment.

### The page of a mail that asks whose an address is. A stranger may read it: no name, and nothing of what for.
page-address-title = Is this your email address?
page-address-body = Somebody gave it to get updates here. If it was you, say yes. If it was not, say so, or just close this page.
page-address-confirm = Yes, send updates here
page-address-not-me = This is not me
page-address-confirmed-title = Thank you
page-address-confirmed-body = Updates will come to this email address.
page-address-not-me-title = Thank you for telling us
page-address-not-me-body = No updates will come to this email address. You do not need to do anything more.
