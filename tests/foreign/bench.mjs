// Figures of ts-mls: what `cargo xtask bench device` measures of our device core and of mls-rs, in groups made
// alike. One JSON line for each operation and size.
import * as mls from "ts-mls";

import { Took } from "./figures.mjs";

const SIZES = [16, 64];
const MESSAGES = 200;
const COMMITS = 20;
const TEXT = new Uint8Array(1024).fill(120);

const cipherSuite = await mls.getCiphersuiteImpl("MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519");
const context = {
  cipherSuite,
  authService: mls.unsafeTestingAuthenticationService,
  clientConfig: {
    keyRetentionConfig: mls.defaultKeyRetentionConfig,
    lifetimeConfig: mls.defaultLifetimeConfig,
    keyPackageEqualityConfig: mls.defaultKeyPackageEqualityConfig,
    paddingConfig: { kind: "padUntilLength", padUntilLength: 256 },
  },
};

const encode = (framed) => mls.encode(mls.mlsMessageEncoder, { version: mls.protocolVersions.mls10, ...framed });
const decode = (bytes) => mls.decode(mls.mlsMessageDecoder, bytes);

const member = (name) =>
  mls.generateKeyPackage({
    credential: { credentialType: mls.defaultCredentialTypes.basic, identity: new TextEncoder().encode(name) },
    cipherSuite,
  });

const commit = (state, extraProposals) =>
  mls.createCommit({ context, state, wireAsPublicMessage: true, ratchetTreeExtension: true, extraProposals });

// The library sends no path with it, and cannot be asked to.
const add = (state, keyPackage) => commit(state, [{ proposalType: mls.defaultProposalTypes.add, add: { keyPackage } }]);

for (const members of SIZES) {
  const founder = await member("founder");
  let state = await mls.createGroup({
    context,
    groupId: new Uint8Array(20),
    keyPackage: founder.publicPackage,
    privateKeyPackage: founder.privatePackage,
  });
  for (let number = 1; number < members - 1; number++) {
    state = (await add(state, (await member(`${number}`)).publicPackage)).newState;
  }
  const last = await member("last");
  const took = (op) => new Took("ts-mls", "node", op, members);
  const [encrypt, decrypt, adding] = [took("encrypt_1k"), took("decrypt_1k"), took("commit")];
  const [joining, update] = [took("join"), took("update")];
  let made;
  let welcome;
  for (let round = 0; round < COMMITS; round++) {
    made = await adding.time(async () => {
      const committed = await add(state, last.publicPackage);
      encode(committed.commit);
      welcome = encode(committed.welcome);
      return committed;
    });
  }
  let hears;
  for (let round = 0; round < COMMITS; round++) {
    hears = await joining.time(() =>
      mls.joinGroup({
        context,
        welcome: decode(welcome).welcome,
        keyPackage: last.publicPackage,
        privateKeys: last.privatePackage,
      }),
    );
  }
  state = made.newState;
  for (let round = 0; round < MESSAGES; round++) {
    const bytes = await encrypt.time(async () => {
      const sent = await mls.createApplicationMessage({ context, state, message: TEXT });
      state = sent.newState;
      return encode(sent.message);
    });
    const heard = await decrypt.time(() =>
      mls.processMessage({ context, state: hears, message: decode(bytes), callback: mls.acceptAll }),
    );
    hears = heard.newState;
    if (heard.message.length !== TEXT.length) throw new Error("not what was sent");
  }
  for (let round = 0; round < COMMITS; round++) {
    await update.time(async () => {
      const { commit: made } = await commit(state, []);
      if (!made.publicMessage.content.commit.path) throw new Error("an empty commit without a path");
      return encode(made);
    });
  }
  for (const figure of [encrypt, decrypt, adding, joining, update]) figure.print();
}
