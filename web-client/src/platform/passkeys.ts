// Passkeys as the browser keeps them: from the server's options to the answer that it checks. Written
// by hand because older phones know WebAuthn and not its JSON helpers (WebAuthn Level 3, section 5.1).

interface Descriptor {
  id: string;
  type: 'public-key';
  transports?: AuthenticatorTransport[];
}
interface CreationJson extends Omit<PublicKeyCredentialCreationOptions, 'challenge' | 'user' | 'excludeCredentials'> {
  challenge: string;
  user: { id: string; name: string; displayName: string };
  excludeCredentials?: Descriptor[];
}
interface RequestJson extends Omit<PublicKeyCredentialRequestOptions, 'challenge' | 'allowCredentials'> {
  challenge: string;
}

/** A person's passkeys. Both answer JSON for the server, or null if the person did not want to. */
export interface Passkeys {
  /** Whether this browser has any. */
  readonly known: boolean;
  make(options: string): Promise<string | null>;
  show(options: string): Promise<string | null>;
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

export function base64url(value: ArrayBuffer | Uint8Array): string {
  const binary = Array.from(new Uint8Array(value), (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function answer(credential: Credential, response: Record<string, unknown>): string {
  const { id, rawId, type } = credential as PublicKeyCredential;
  return JSON.stringify({ id, rawId: base64url(rawId), type, response, extensions: {} });
}

/** What the person pressed away is no error: they try again or not. Nor is a browser that has no passkeys. */
async function asked(ask: () => Promise<Credential | null>): Promise<Credential | null> {
  try {
    return await ask();
  } catch {
    return null;
  }
}

export const passkeys: Passkeys = {
  known: 'PublicKeyCredential' in globalThis,

  async make(options) {
    const { publicKey } = JSON.parse(options) as { publicKey: CreationJson };
    const made = await asked(() =>
      navigator.credentials.create({
        publicKey: {
          ...publicKey,
          challenge: bytes(publicKey.challenge),
          user: { ...publicKey.user, id: bytes(publicKey.user.id) },
          excludeCredentials: (publicKey.excludeCredentials ?? []).map((one) => ({ ...one, id: bytes(one.id) })),
        },
      }),
    );
    if (made === null) return null;
    const response = (made as PublicKeyCredential).response as AuthenticatorAttestationResponse;
    return answer(made, {
      attestationObject: base64url(response.attestationObject),
      clientDataJSON: base64url(response.clientDataJSON),
    });
  },

  async show(options) {
    const { publicKey } = JSON.parse(options) as { publicKey: RequestJson };
    const shown = await asked(() =>
      navigator.credentials.get({
        publicKey: { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: [] },
      }),
    );
    if (shown === null) return null;
    const response = (shown as PublicKeyCredential).response as AuthenticatorAssertionResponse;
    return answer(shown, {
      authenticatorData: base64url(response.authenticatorData),
      clientDataJSON: base64url(response.clientDataJSON),
      signature: base64url(response.signature),
      userHandle: response.userHandle === null ? null : base64url(response.userHandle),
    });
  },
};
