// What the page and the password's worker say to each other: one ask, one reply, one at a time.
export type AskPasswordWorker =
  | { kind: 'choose'; password: string; login: string }
  | { kind: 'chosen'; response: Uint8Array }
  | { kind: 'show'; password: string }
  | { kind: 'shown'; ke2: Uint8Array; server: string };

export type PasswordReply =
  | { ok: true; bytes: Uint8Array }
  /** `short`, `long`, `simple`, `wrong`, `strange`. */
  | { ok: false; why: string };
