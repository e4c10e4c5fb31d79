// ts-mls with one mistake of its 2.0.0-rc.10 mended, the newest that the registry had: it reads the extension
// `external_senders` as one sender, where RFC 9420 (section 12.1.8.1) has a list, so it could not join any of
// our groups. Later releases do as below (https://github.com/LukaJCB/ts-mls/pull/476). When a newer one is
// installed, the places are not found, this file says so, and can go.
import { register } from "node:module";
import { isMainThread } from "node:worker_threads";

const MENDED = {
  "extension.js": [
    ["encode(externalSenderEncoder, e.extensionData)", "encode(varLenTypeEncoder(externalSenderEncoder), e.extensionData)"],
    ["decode(externalSenderDecoder, extensionData)", "decode(varLenTypeDecoder(externalSenderDecoder), extensionData)"],
    ["varLenDataDecoder, varLenDataEncoder }", "varLenDataDecoder, varLenDataEncoder, varLenTypeDecoder, varLenTypeEncoder }"],
  ],
  "clientState.js": [
    [
      "for (const externalSender of externalSenders) {",
      "for (const externalSender of externalSenders.flatMap((e) => e.extensionData.map((extensionData) => ({ extensionData })))) {",
    ],
  ],
  "publicMessage.js": [
    ["externalSenderExtensions[senderIndex]", "externalSenderExtensions[0]"],
    ["return externalSenderExtension.extensionData;", "return externalSenderExtension.extensionData[senderIndex];"],
  ],
};

/** Node's hook for loading modules. */
export async function load(url, context, next) {
  const loaded = await next(url, context);
  const file = /\/ts-mls\/dist\/src\/(\w+\.js)$/.exec(url)?.[1];
  if (!file || !(file in MENDED)) return loaded;
  let source = new TextDecoder().decode(loaded.source);
  for (const [wrong, right] of MENDED[file]) {
    if (!source.includes(wrong)) throw new Error(`ts-mls ${file} has no ${wrong}: see tests/foreign/ts-mls.mjs`);
    source = source.replace(wrong, right);
  }
  return { ...loaded, source };
}

// `node --import` runs this in the main thread; the hook runs it again in a thread of its own.
if (isMainThread) register(import.meta.url);
