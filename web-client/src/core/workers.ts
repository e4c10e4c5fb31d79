// The page's workers, and the one policy by which they may be started.
import passwordUrl from './password-worker.ts?worker&url';
import workerUrl from './worker.ts?worker&url';

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): {
    createScriptURL(url: string): unknown;
  };
}

const KNOWN: readonly string[] = [workerUrl, passwordUrl];
let policy: ReturnType<TrustedTypes['createPolicy']> | null = null;

/** The page's policy lets a worker start only from an address of this named policy, which knows two. */
function trusted(url: string): string {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  if (types === undefined) return url;
  policy ??= types.createPolicy('carecircle', {
    createScriptURL: (asked) => {
      if (!KNOWN.includes(asked)) throw new TypeError('not a worker of ours');
      return asked;
    },
  });
  return policy.createScriptURL(url) as string;
}

/** The worker that owns the device. */
export function startDeviceWorker(): Worker {
  return new Worker(trusted(workerUrl), { type: 'module', name: 'carecircle' });
}

/** A worker for one password. Ending it wipes its memory. */
export function startPasswordWorker(): Worker {
  return new Worker(trusted(passwordUrl), { type: 'module', name: 'carecircle-password' });
}
