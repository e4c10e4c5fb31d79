# How somebody signs in: a password, a code app, passkeys. Loaded where it is needed.

## Passkeys
passkey-make = Make a passkey
passkey-add = Add a passkey
passkey-since = Passkey, since { $day }
passkey-end = Take away
passkey-end-sure = Take this passkey away? You can no longer sign in with it.
passkey-end-not = Keep it
ways-none = You have nothing to sign in with yet.

## The first time
unproved-title = One more step
unproved-body = Make a passkey. With it you open your messages again: by your finger, your face or your device's code. You need no password.
unproved-have = I have a passkey already
unproved-password = Use a password instead
unproved-have-password = I have a password already

## A password
password-name = Your sign-in name
password-of = Sign-in name: { $login }
password-label = Password
password-new = New password
password-see = Show what I type
password-hint = Use 12 characters or more. Four plain words are good.
login-hint = You choose it. Use a to z, digits and . - _ @ +
password-go = Sign in
password-save = Save password
password-back = Go back
password-add = Set a password
password-change = Change password
password-since = Password for { $login }, since { $day }
password-end-sure = Take this password away? You can no longer sign in with it.
password-staff = Staff need a code app or a passkey as well as a password.
password-busy = One moment. Older phones need some seconds.
password-wrong = The name or the password is wrong. Please try again.
password-late = That took too long. Please start again.
password-short = This password is too short. Use 12 characters or more.
password-simple = This password is too easy to guess. Use four plain words.
login-taken = Somebody else has this name. Please choose another.
login-invalid = Use a to z, digits and . - _ @ + for the name. It needs three or more.

## A code app
code-label = Code from your app
code-hint = Six digits. The app shows new ones each half minute.
code-go = Use this code
code-wrong = This code did not work. Wait for the next one and try again.
code-app-add = Add a code app
code-app-change = Change code app
code-app-since = Code app, since { $day }
code-app-end-sure = Take this code app away? Its codes no longer work.
code-app-intro = A code app on your phone shows six digits. You type them after your password.
code-app-begin = Show the square code
code-app-scan = Open your code app and scan this.
code-app-square = Square code for your code app
code-app-here = My code app is on this device
code-app-type = Or type this into the app:
code-app-save = Add this app

## To make sure
again-intro = Please show that it is you. Then we go on.
again-passkey = Show my passkey
again-password = Use my password
