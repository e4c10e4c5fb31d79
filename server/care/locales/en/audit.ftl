# Who has looked at a record: for the client in plain words, and for those who look after the log.

access-title = Who has looked at my record
access-intro = Here you see who opened something of yours, and when. Each look is kept. Nobody can take it out of the list.
access-none = Nobody has looked yet. When somebody does, you will see it here.
access-ask = Does something look wrong to you? Ask your case manager, or call the agency.
access-you = You
access-title-of = Who has looked at the record of { $name }
access-acting = in your place
audit-acting = in the client’s place
access-server = The server, by itself
access-loading = Getting the list …
access-failed = The list did not come. Check your connection, then try again.
access-more = Show what came before
access-end = That is all.
access-act = { $act } · { $time }
access-acts = { $act } · { $count ->
    [one] once
   *[other] { $count } times
  }, last at { $time }

act-messages = Got messages
act-message = Wrote in a circle
act-circle = Opened a circle
act-circle-changed = Changed who is in a circle
act-visits = Looked at visits
act-book = Booked a visit
act-move = Moved a visit
act-team = Changed who comes to a visit
act-place = Changed where a visit is
act-call-off = Called a visit off
act-undo-cancel = Put a visit on again that was called off
act-close = Wrote down how a visit went
act-bookable = Changed what can be booked, and when
act-feed = Made or ended the link to a calendar
act-answer = Answered about a visit
act-preferences = Looked at how to reach someone
act-preferences-changed = Changed how to reach someone
act-consent = Wrote down what a caregiver may see
act-consent-ended = Ended what a caregiver may see
act-assign = Gave a case manager to a client
act-assign-ended = Ended who works with a client
act-transfer = Passed a client on, or answered that
act-staff = Changed who works here
act-relate = Wrote down who is family or a friend
act-audit = Looked at the list of who saw what
act-export = Took out a copy of the list
act-list = Looked at a list
act-device = Did something with a phone or computer
act-open-device = Opened what their phone or computer keeps
act-sign-in = Signed in
act-passkey = Looked at or changed how they sign in
act-sign-out = Signed out
act-mail = Sent email
act-mail-in = Took in email
act-task = Looked at things to do
act-keys = Looked after the server’s keys
act-intake = Added or let in a person
act-acts = Wrote down who acts for a client
act-erase = Erased a record for good
act-job = A job of the server
act-other = Did something else
act-denied = Tried, and was stopped: { $act }

audit-title = Who saw what
audit-step-up = Please show again that it is you: the log is opened only to someone who is here now.
step-up-cannot = You cannot do that here? Your settings show how you sign in.
audit-hint = Ask who saw a client, or what a person did. What you ask here is kept too.
audit-view = What do you want to know?
audit-view-client = Who saw this client
audit-view-person = What this person did
audit-view-off = Who looked where they do not work
audit-view-exports = What was taken out
audit-who-client = Client
audit-who-person = Person
audit-choose = Choose a name
audit-from = From this day
audit-until = Up to this day
audit-denied = Only what was stopped
audit-show = Show
audit-none = Nothing found. Try other days or another name.
audit-found = { $count ->
    [one] One entry
   *[other] { $count } entries
  }
audit-when = When
audit-name = Who
audit-what = What
audit-about = About
audit-stopped = Stopped
audit-more = Show older ones
audit-not-yours = You may not see this page.
