// Figures of ts-mls: what `cargo xtask bench device` measures of our device core and of mls-rs, in groups made
// alike. One JSON line for each operation and size.
import * as mls from "ts-mls";

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

function timed() {
  const took = [];
  return {
    async time(work) {
      const begun = performance.now();
      const made = await work();
      took.push(performance.now() - begun);
      return made;
    },
    print(op, members) {
      took.sort((a, b) => a - b);
      const at = (share) => Math.round(took[Math.min(took.length - 1, Math.floor(took.length * share))] * 1000);
      const figure = { bench: "device", op, impl: "ts-mls", target: "node", members };
      console.log(JSON.stringify({ ...figure, p50_us: at(0.5), p99_us: at(0.99), samples: took.length }));
    },
  };
}

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
  const [encrypt, decrypt, adding, joining, update] = [timed(), timed(), timed(), timed(), timed()];
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
  encrypt.print("encrypt_1k", members);
  decrypt.print("decrypt_1k", members);
  adding.print("commit", members);
  joining.print("join", members);
  update.print("update", members);
}
