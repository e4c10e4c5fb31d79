// Figures of our device core as a browser runs it: what devices of `cargo xtask bench device` met natively,
// met again by the wasm build. Arguments: the folder of the build with doors for tests, then the recordings,
// each named by its device's number.
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";

import { Took } from "./figures.mjs";

const [folder, ...files] = process.argv.slice(2);
const device = await import(pathToFileURL(`${folder}/carecircle_device.js`).href);
device.initSync({ module: await readFile(`${folder}/carecircle_device_bg.wasm`) });

const figures = new Map();
for (const file of files) {
  const replay = device.Replay.open(Number(basename(file, ".json")), await readFile(file, "utf8"));
  for (let real = replay.real_ms(); real !== undefined; real = replay.real_ms()) {
    const measured = replay.measured();
    const shown = real;
    Date.now = () => shown;
    const begun = performance.now();
    replay.step();
    const ms = performance.now() - begun;
    replay.check();
    if (measured === undefined) continue;
    const [op, members] = measured.split(" ");
    if (!figures.has(measured)) figures.set(measured, new Took("carecircle", "wasm", op, Number(members)));
    figures.get(measured).add(ms);
  }
  replay.free();
}
for (const took of figures.values()) took.print();
