// A double of the password's wasm package: the same two steps and no cryptography. "wrong" is wrong.
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export class NewPassword {
  static begin(password: string): NewPassword {
    if (password.length < 12) throw 'short';
    return new NewPassword();
  }
  request(): Uint8Array {
    return bytes('request');
  }
  finish(): Uint8Array {
    return bytes('record');
  }
}

export class Showing {
  readonly #password: string;
  constructor(password: string) {
    this.#password = password;
  }
  static begin(password: string): Showing {
    return new Showing(password);
  }
  ke1(): Uint8Array {
    return bytes('ke1');
  }
  finish(): Uint8Array {
    if (this.#password.includes('wrong')) throw 'wrong';
    return bytes('ke3');
  }
}

export default function start(): Promise<void> {
  return Promise.resolve();
}
