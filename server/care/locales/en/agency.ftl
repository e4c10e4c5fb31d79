# What the agency has done by itself, and the times when it was not.

jobs = Jobs
jobs-intro = The server does these things by itself. You can change when.
jobs-zone = Times are those of { $zone }.
jobs-zone-named = Times are in { $name }.
jobs-heard = The server was last at work: { $time }.
jobs-alarm = Emails are late now, or the part of the server that sends them has stopped. Look at the server.
clock-jumped = The clock of the server jumped
clock-stopped = No emails leave now, and no jobs run. A wrong clock would send them at the wrong time.
clock-what = The clock of the server showed { $shown }. It should have shown { $expected }.
clock-now = Now it shows { $time }.
clock-help = Look at your own clock. If the server is wrong, have its clock set right: then it goes on by itself. If the server is right, say so here.
clock-confirm = The clock is right: go on
clock-confirm-sure = Is it really { $time } now? Emails that are too late are not sent any more.
clock-confirm-yes = Yes, go on
clock-goes-on = The server goes on. Look at “When the server was down” to see what was not sent.
job-agenda = Daily agenda
job-agenda-hint = Tells each case manager by email when the visits of the day begin. It comes by each one’s own clock.
job-retention = Clean up
job-retention-hint = Deletes old emails and old sign-ins. It keeps messages, visits and the log.
job-re-resolve = Clock changes
job-re-resolve-hint = Keeps visits at their hour when a country changes its clock rules. People get the new time by email.
job-reconciliation = Check the emails
job-reconciliation-hint = Looks if each visit has the emails it should have, and mends them. It should find nothing.
job-series = Visits that repeat
job-series-hint = Books them half a year ahead. What cannot be booked goes to the list of things to do.
job-digest = Waiting messages
job-digest-hint = Tells each case manager and supervisor by email how many conversations wait for them. No names. It comes by each one’s own clock, and only if something waits.
job-paused = Paused
job-running = At work now
job-asked = Will start in a moment
job-next = Next times
job-first = Next time: { $time }.
job-last = Last time: { $time }.
job-outcome-done = It went well.
job-outcome-failed = It broke off. The log of the server says why.
job-outcome-skipped = It was missed and left out.
job-did = { $count ->
    [0] It changed nothing.
    [one] It changed one thing.
   *[other] It changed { $count } things.
}
job-run = Run now
job-will-run = { $name } starts in a moment.
job-pause = Pause
job-now-paused = { $name } is paused.
job-resume = Run again
job-resumed = { $name } runs again.
job-change = Change the times
job-changed = The times of { $name } are saved.
job-expression = When it runs
job-expression-hint = Five parts: minute, hour, day, month, day of the week. 30 7 * * 1-5 is half past seven, from Monday to Friday.
job-both-days = It runs only when the day of the month and the day of the week both fit.
job-misfire = If the server was down then
job-catch-up = How many times to catch up
misfire-run-once = Do it once when the server is back
misfire-skip = Leave it out
misfire-catch-up = Catch up on the last times
cron-fields = Write five parts with a space between them.
cron-malformed = One part cannot be read. Use numbers, such as 7, 1-5 or 1,15.
cron-both-days = You chose a day of the month and a day of the week. Tick the box if both must fit.
cron-never = There is no such day, so it would not run.
outages = When the server was down
outages-intro = While the server is down, no email leaves. Email that is too late is not sent after that, so that nobody gets old news.
outages-none = There was no such time in the last 14 days.
outage-when = { $from } to { $until }
outage-not-sent = { $count ->
    [0] No email was left out.
    [one] One email was not sent.
   *[other] { $count } emails were not sent.
}
outage-nobody = You need to call nobody.
outage-about = For the visit of { $name }
outage-steps = Not sent: { $steps }
outage-call = I have called
outage-called = { $name } called: { $time }
step-invitation = the news of the visit
step-three-days = three days before
step-one-day = the day before
step-one-hour = one hour before
step-room-open = the room is open
step-cancellation = the visit is off
step-agenda = the agenda
step-unread = the email that a message waits
step-digest = the number of waiting conversations
