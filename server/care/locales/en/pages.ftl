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
page-changed-body = The mail that you opened is no longer true.
page-see-now = See how it is now
page-over-title = This appointment has begun or is over
page-over-body = There is nothing to change here any more.
page-call = It is too close to the appointment to change it here. Please call.
page-call-number = The number is { $number }.
page-gone-title = This link does not work
page-gone-body = It is too old, or part of it is missing. Open it again from your newest mail.
page-taken-title = This time is no longer free
page-taken-body = Someone else got it while you were away. Someone will get back to you with a new time.
page-failed-title = That did not work
page-failed-body = Please try again in a moment.
page-unsubscribe-title = Stop reminders?
page-unsubscribe-body = You will still hear when an appointment is made, moved or cancelled.
page-unsubscribe = Yes, no more reminders
page-unsubscribed-title = No more reminders
page-unsubscribed-body = You will not get reminders any more. You can switch them on again under Settings when you sign in, or ask the person you work with.
