### What mails say. Plain words: a reading age of twelve.
### Nothing here may tell who writes, about whom, or why: "appointment", never a kind of help.
### $day is "Tuesday, December 1"; $clock is "10:00 AM (GMT-6)"; $moment is both with the year.

## Level 0: nothing but that there is something
mail-update-subject = You have an update
mail-update-body = There is something new for you. Please open your page to see it.

## An invitation's link: of level 0, always
mail-link-body = Here is your link. It opens your own page on this phone or computer.
mail-link-hint = The link works once and for three days. If you did not expect it, you do not need to do anything.

## A link by which somebody chooses a time
mail-choose-subject = Choose a time for your appointment
mail-choose-title = Choose a time that suits you
mail-choose-body = The link shows free times. Tap one to keep it, then book it.
mail-choose-hint = The link books one appointment. If you did not expect it, you do not need to do anything.

## The automatic answer to whoever wrote to us: of level 0, always
mail-unread-subject = About your mail
mail-unread-title = We do not answer mails here
mail-unread-body = This mailbox is not read. Please open your page to tell us something.
mail-unread-body-phone = This mailbox is not read. Please open your page to tell us something, or call us at { $phone }.

## Booked, moved, cancelled
mail-invitation-subject = Appointment on { $day }
mail-invitation-title = Your appointment
mail-invitation-body = An appointment is planned for you.
mail-moved-subject = New time: appointment on { $day }
mail-moved-title = Your appointment has a new time
mail-moved-body = The time of your appointment has changed. This is the new time. The old time no longer counts.
mail-cleared-subject = Off your calendar: appointment on { $day }
mail-cleared-title = An appointment is off your calendar
mail-cleared-body = You are no longer expected at this appointment. You do not need to do anything.
mail-cancellation-subject = Cancelled: appointment on { $day }
mail-cancellation-title = Your appointment is cancelled
mail-cancellation-body = This appointment will not take place. You do not need to do anything.

## Reminders
mail-reminder-subject = Reminder: appointment on { $day }
mail-reminder-title = Your appointment is coming up
mail-reminder-body = This is a reminder of your appointment.
mail-soon-subject = Reminder: appointment at { $clock }
mail-soon-title = Your appointment is in about one hour
mail-soon-body = Your appointment is soon.
mail-open-subject = Your appointment starts at { $clock }
mail-open-title = Your appointment is about to start
mail-open-body = Your appointment starts in a few minutes. You can come in now.

## When, and at level 2 also with whom and where
mail-when = When: { $moment }
mail-until = Until: { $clock }
mail-with = With: { $name }
mail-kind-video = Where: by video
mail-kind-phone = Where: by phone
mail-kind-office = Where: at the office
mail-kind-home = Where: at your home
mail-kind-community = Where: at the place you agreed on

## Buttons
mail-button-answer = Confirm or change
mail-button-see = See your appointment
mail-button-open = Open your page
mail-button-join = Join by video
mail-button-link = Open the link

## The day of a worker
mail-agenda-subject = Your appointments on { $day }
mail-agenda-title = Your appointments on { $day }
mail-agenda-body =
    { $count ->
        [0] You have no appointments on this day.
        [one] You have one appointment on this day. It starts at:
       *[other] You have { $count } appointments on this day. They start at:
    }

## To staff, in the morning
mail-digest-body =
    { $count ->
        [one] One conversation waits for you. Please open your page to see it.
       *[other] { $count } conversations wait for you. Please open your page to see them.
    }

## At the end
mail-answer-hint = Please say if you will be there, or ask for another time.
mail-no-button = If a button does not work, open its address here:
mail-unsubscribe = Do you want no more mails like this? You can stop them here:
mail-automatic = This mail was written by a computer.

## In the calendar file
mail-calendar-summary = Appointment
mail-calendar-description = To confirm or change it, use the link in your mail.
