// A password's way through its worker. What is typed is brought into one spelling first (Unicode NFC), as
// every device does, so that the same keys pressed on another keyboard are the same password.
import type { AskPasswordWorker, PasswordReply } from '../core/password-messages';
import { startPasswordWorker } from '../core/workers';

/** Computes with one password. Each step throws a short word: why not. */
export interface PasswordEngine {
  choose(password: string, login: string): Promise<Uint8Array>;
  chosen(response: Uint8Array): Promise<Uint8Array>;
  show(password: string): Promise<Uint8Array>;
  shown(ke2: Uint8Array, server: string): Promise<Uint8Array>;
  /** Ends it, and with it all it remembers. */
  end(): void;
}

export type StartPasswords = () => PasswordEngine;

export const startPasswords: StartPasswords = () => {
  const worker = startPasswordWorker();
  const ask = (message: AskPasswordWorker): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<PasswordReply>) => {
        if (data.ok) resolve(data.bytes);
        else reject(new Error(data.why));
      };
      // Its script or its module could not be fetched.
      worker.onerror = () => reject(new Error('unreachable'));
      worker.postMessage(message);
    });
  return {
    choose: (password, login) => ask({ kind: 'choose', password: password.normalize('NFC'), login }),
    chosen: (response) => ask({ kind: 'chosen', response }),
    show: (password) => ask({ kind: 'show', password: password.normalize('NFC') }),
    shown: (ke2, server) => ask({ kind: 'shown', ke2, server }),
    end: () => worker.terminate(),
  };
};

/** What the device signs for KE1: its name. */
export async function nameOf(ke1: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(ke1)));
}
