# Staff: who works here, who serves whom, clients who go from one to another.


# The administrator's people
staff-title = People who work here
staff-hint = You see staff here, no clients. What you do here is written down.
staff-not-yours = You may not see this page.
staff-invite = Invite someone
staff-name = Full name
staff-role = What they do here
staff-role-hint-case-manager = Serves clients: messages, visits, consents.
staff-role-hint-supervisor = Sees who serves whom. Reads no messages from outside a circle.
staff-role-hint-administrator = Invites staff and ends accounts. Sees no clients.
staff-role-hint-custodian = The device that keeps the agency’s records.
staff-invite-go = Make the link
staff-invited = A link for { $name } is ready.
staff-link-title = Link for { $name }
staff-link-once = You see this link only now. Hand it over in person, or on paper.
staff-link-square = A square code with the link for { $name }
staff-link-or = Or open this link:
staff-link-until = It works once, until { $time }.
staff-link-print = Print
staff-link-away = I have handed it over
staff-sheet-title = Your way in
staff-sheet-how = Open this link on the device you will work with, or scan the square.
staff-sheet-once = It works once. Keep it to yourself, and throw it away after.
staff-state-uninvited = No link
staff-state-invited = Invited
staff-state-active = Here
staff-state-ended = Ended
staff-seen = Last here on { $day }
staff-seen-never = Has not been here yet
staff-mail-lost = Emails do not reach { $name }. They can put their address right in their settings.
staff-link-waits = The link works until { $time }
staff-you = This is you
staff-again = Make a new link
staff-again-hint = Links from before stop working.
staff-change-role = Change role
staff-change-role-for = New role for { $name }
staff-change-role-sure = { $name } is signed out at once and leaves every circle.
staff-change-role-go = Change the role
staff-role-changed = { $name } has the new role. They sign in again.
staff-sign-out = Sign out everywhere
staff-sign-out-sure = Sign { $name } out on every device? They can sign in again.
staff-sign-out-yes = Yes, sign out
staff-signed-out = { $name } is signed out everywhere.
staff-end = End this account
staff-end-sure = End the account of { $name } for good?
staff-end-now = They are signed out at once, on every device, and leave every circle.
staff-end-clients = Their clients are then with nobody, until a supervisor assigns them.
staff-end-yes = Yes, end it
staff-ended = The account of { $name } has ended.
staff-ended-left = { $count ->
    [one] One client has nobody now. A supervisor has to assign them.
   *[other] { $count } clients have nobody now. A supervisor has to assign them.
}
staff-ended-list = Ended accounts ({ $count })
staff-serves = Clients are still with this person. Ask them or a supervisor to pass them on first.
staff-account-state = This account has ended, or the person is here already.

# The supervisor's view
loads-title = Who serves whom
loads-hint = You see names and numbers. You do not see messages or circles.
loads-alone = Nobody serves them ({ $count })
loads-alone-hint = These clients have no case manager. Assign one.
loads-managers = Case managers
loads-manager-clients = { $count ->
    [one] One client
   *[other] { $count } clients
}
loads-tasks = { $count ->
    [0] nothing to do
    [one] one thing to do
   *[other] { $count } things to do
}
loads-since = oldest since { $time }
loads-not-in = has not come in yet
loads-clients = All clients
loads-find = Find by name
loads-find-none = No name fits.
loads-only = Show only those with something to do
loads-circles = { $count ->
    [0] no circle
    [one] one circle
   *[other] { $count } circles
}
loads-next = next visit { $time }
loads-next-none = no visit planned
loads-offered = offered to a colleague
loads-until = { $name }, until { $time }
loads-nobody = Nobody
loads-assign-to = Case manager for { $name }
loads-assign-go = Assign
loads-choose = Choose a name
loads-assigned = { $staff } serves { $client } now.
loads-end = { $staff } no longer serves { $client }
loads-end-short = End
loads-end-sure = { $staff } then cannot see { $client } any more and leaves their circles. Visits stay planned.
loads-end-yes = Yes, end it
loads-ended = { $staff } no longer serves { $client }.

# From one case manager to another
transfers-title = Pass clients on
transfers-incoming = Offered to you
transfers-incoming-none = Nobody offers you a client now.
transfers-from = { $name } offers you this client.
transfers-note = They say: { $note }
transfers-more = { $visits ->
    [0] No visit is planned.
    [one] One visit is planned.
   *[other] { $visits } visits are planned.
}
transfers-more-circles = { $circles ->
    [0] There is no circle yet.
    [one] There is one circle. You are in it only when someone inside adds you.
   *[other] There are { $circles } circles. You are in them only when someone inside adds you.
}
transfers-until = Please answer before { $time }.
transfers-accept = Take over
transfers-decline = Decline
transfers-reason = Why not?
transfers-reason-hint = Your colleague reads this.
transfers-decline-go = Decline
transfers-accepted = You serve { $name } now.
transfers-accepted-open = Open their page
transfers-declined = You declined.
transfers-offer = Offer clients to a colleague
transfers-who = Which clients?
transfers-to = To whom?
transfers-say = What should they know?
transfers-say-hint = For example what is planned, or how to reach someone best.
transfers-offer-go = Offer
transfers-offered = Offered. The clients stay with you until your colleague says yes.
transfers-nobody = There is no other case manager.
transfers-none-left = All your clients are offered or handed over.
transfers-outgoing = What you offered
transfers-to-name = offered to { $name }
transfers-state-offered = Waits for an answer
transfers-state-accepted = Taken over
transfers-state-declined = Declined
transfers-state-withdrawn = Taken back
transfers-state-expired = Not answered in time
transfers-state-void = No longer valid
transfers-why = Their reason: { $reason }
transfers-withdraw = Take back
transfers-withdrawn = You took the offer back.
transfers-gone = This offer is over. Please look again.
transfers-taken = This client is offered to someone already, or handed over.

# After a hand-over, on a client's page
handover-mine = You handed { $client } over to { $name }. You still serve them until { $time }.
handover-theirs = { $from } handed { $client } over to you and helps until { $time }.
handover-circles = { $name } is not in these circles yet:
handover-circles-hint = Nobody comes in by themselves. Ask the client, then add them here. They read nothing from before.
handover-add = Add { $name }
handover-added = { $name } is named. A device inside adds them.
handover-ask = You are not in these circles yet. Ask { $name } to add you, or make a new circle:
handover-finish = End my part now
handover-finish-sure = You then see { $client } no more and leave their circles.
handover-finish-yes = Yes, end it
handover-only = Nobody else serves this client.
