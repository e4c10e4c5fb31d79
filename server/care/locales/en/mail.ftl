### What mails say. Plain words: a reading age of twelve.
### Nothing here may tell who writes, about whom, or why: "appointment", never a kind of help.
### $day is "Tuesday, December 1"; $clock is "10:00 AM", or "10:00 AM (Central Time)" where clocks may be mixed up;
### $moment is both with the year.

## Level 0: nothing but that there is something
mail-update-subject = You have an update
mail-update-body = There is something new for you. Please open your page to see it.

## An invitation's link: of level 0, always
mail-link-body = Here is your link. It opens your own page on this phone or computer.
mail-link-hint = You can use the link once, within three days. If you did not expect it, you do not need to do anything.

## A link by which somebody chooses a time
mail-choose-subject = Choose a time for your appointment
mail-choose-title = Choose a time that suits you
mail-choose-body = The link shows free times. Tap one to keep it, then book it.
mail-choose-hint = The link books one appointment. If you did not expect it, you do not need to do anything.

## Whose an address is: of level 0, always; a stranger may read it
mail-address-subject = Is this your email address?
mail-address-title = Is this your email address?
mail-address-body = Somebody gave this email address to get updates. If it was you, please open the link and say yes.
mail-address-hint = If it was not you, you do not need to do anything. You can also open the link and say that it is not you.

## To whoever is to choose another time: of level 0, always, and never why
mail-again-body = There is something new for you. Please open the link to see it.

## The automatic answer to whoever wrote to us: of level 0, always
mail-unread-subject = About your email
mail-unread-title = We do not answer emails here
mail-unread-body = Your email may not be read soon. Please open your page to tell us something.
mail-unread-body-phone = Your email may not be read soon. Please open your page to tell us something, or call us at { $phone }.

## Booked, moved, cancelled
mail-invitation-subject = Appointment on { $day } at { $clock }
mail-invitation-title = Your appointment
mail-invitation-body = You have an appointment.
mail-moved-subject = New time: appointment on { $day } at { $clock }
mail-moved-title = Your appointment has a new time
mail-moved-body = The time of your appointment has changed. This is the new time. The old time no longer counts.
mail-kept-subject = Same time: appointment on { $day } at { $clock }
mail-kept-title = Your appointment keeps its time
mail-kept-body = Your appointment stays at the time that you know. If your calendar shows another time, go by this email.
mail-team-subject = Team changed: appointment on { $day } at { $clock }
mail-team-title = Who comes to your appointment has changed
mail-team-body = The people from our team who will be there are not the same as before. The time stays as you know it.
mail-elsewhere-subject = Place changed: appointment on { $day } at { $clock }
mail-elsewhere-title = Where you meet has changed
mail-elsewhere-body = Your appointment is in another place now. The time stays as you know it. Open your page to see where to go.
mail-cleared-subject = Off your calendar: appointment on { $day } at { $clock }
mail-cleared-title = An appointment is off your calendar
mail-cleared-body = You are no longer expected at this appointment. You do not need to do anything.
mail-cancellation-subject = Cancelled: appointment on { $day } at { $clock }
mail-cancellation-title = Your appointment is cancelled
mail-cancellation-body = This appointment will not take place. You do not need to do anything. If you want another time, please open your page.

## A series: one mail for all of it
mail-series-subject = Appointments from { $day } on
mail-series-title = Your appointments
mail-series-body = You have several appointments.
mail-series-moved-subject = New times: appointments from { $day } on
mail-series-moved-title = Your appointments have new times
mail-series-moved-body = The times of your appointments have changed. These are the new times. The old times no longer count.
mail-series-off-subject = Cancelled: appointments from { $day } on
mail-series-off-title = Your appointments are cancelled
mail-series-off-body = These appointments will not take place. You do not need to do anything. If you want other times, please open your page.
mail-series-off-more = The later ones are cancelled too.
mail-series-repeats = Repeats: { $rule }
mail-series-first = First: { $moment }
mail-series-then = Then: { $moment }
mail-series-more = More dates follow.
mail-series-hint = “Confirm or change” is for the first appointment.
mail-series-hint-file = “Confirm or change” and the calendar file are for the first appointment.
mail-series-hint-reminded = Before each later one you will get an email. There you can confirm or change it.
mail-series-hint-page = To change a later one, open your page.
mail-repeats-days =
    { $count ->
        [one] every day
       *[other] every { $count } days
    }
mail-repeats-weeks =
    { $count ->
        [one] every week on { $days }
       *[other] every { $count } weeks on { $days }
    }
mail-repeats-day = { $day }
mail-repeats-and = { $before } and { $last }
mail-repeats-month-day =
    { $count ->
        [one] every month on day { $day }
       *[other] every { $count } months on day { $day }
    }
mail-repeats-month-end =
    { $count ->
        [one] every month on its last day
       *[other] every { $count } months on the last day
    }
mail-repeats-month-nth =
    { $count ->
        [one] every month on { $day }
       *[other] every { $count } months on { $day }
    }
mail-repeats-first = the first { $day }
mail-repeats-second = the second { $day }
mail-repeats-third = the third { $day }
mail-repeats-fourth = the fourth { $day }
mail-repeats-fifth = the fifth { $day }
mail-repeats-last = the last { $day }

## Reminders
mail-reminder-subject = Reminder: appointment on { $day } at { $clock }
mail-reminder-title = Your appointment is coming up
mail-reminder-body = This is a reminder of your appointment.
mail-soon-subject = Soon: appointment on { $day } at { $clock }
mail-soon-title = Your appointment is in about one hour
mail-soon-body = Your appointment is soon.
mail-open-subject = About to start: appointment on { $day } at { $clock }
mail-open-title = Your appointment is about to start
mail-open-body = Your appointment starts in a few minutes. You can come in now.

## A reminder of several appointments of one day
mail-day-subject = Reminder: { $count } appointments on { $day }
mail-day-title = You have { $count } appointments on { $day }
mail-day-body = This is a reminder of your appointments.

## When, and at level 2 also with whom and where
mail-when = When: { $moment }
mail-until = Until: { $clock }
mail-with = With: { $name }
mail-where = Where: { $place }
mail-kind-video = Where: by video
mail-kind-phone = Where: by phone
mail-kind-office = Where: at the office
mail-kind-home = Where: at your home
mail-kind-community = Where: at the place you agreed on

## On whose clocks: said beside a time to whoever may think of others, and of days on which they change
clock-eastern = Eastern Time
clock-central = Central Time
clock-mountain = Mountain Time
clock-pacific = Pacific Time
clock-alaska = Alaska Time
clock-atlantic = Atlantic Time
clock-hawaii = Hawaii Time
clock-arizona = Arizona Time
clock-puerto-rico = Puerto Rico Time
clock-before = before the clocks change
clock-after = after the clocks change

## Buttons
mail-button-answer = Confirm or change
mail-button-see = See your appointment
mail-button-open = Open your page
mail-button-answer-at = Confirm or change, { $clock }
mail-button-see-at = See your appointment, { $clock }
mail-button-join-at = Join by video, { $clock }
mail-button-join = Join by video
mail-button-link = Open the link

## The day of a worker
mail-agenda-subject =
    { $count ->
        [0] No appointments on { $day }
        [one] One appointment on { $day }
       *[other] { $count } appointments on { $day }
    }
mail-agenda-title = Your appointments on { $day }
mail-agenda-body =
    { $count ->
        [0] You have no appointments on this day.
        [one] You have one appointment on this day. It starts at:
       *[other] You have { $count } appointments on this day. They start at:
    }

## To staff, in the morning
mail-digest-subject =
    { $count ->
        [one] One conversation waits for you
       *[other] { $count } conversations wait for you
    }
mail-digest-body =
    { $count ->
        [one] Please open your page to see it.
       *[other] Please open your page to see them.
    }

## At the end
mail-answer-hint = Please say if you will be there, or ask for another time.
mail-no-button = If a button does not work, use the link here:
mail-unsubscribe = Stop emails like this
mail-automatic = This email was written by a computer. Please do not write back.

## In the calendar file
mail-calendar-summary = Appointment
mail-calendar-description = To confirm or change it, use the link in your email.

## In the calendar that another program fetches. Whoever has its address reads it.
feed-name = Busy times
feed-summary = Busy
