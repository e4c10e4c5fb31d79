// Runs files of the MLS working group's vectors through the device core as a browser runs it, and prints
// what ran. Arguments: the folder of the wasm build with doors for tests, then the files.
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [folder, ...files] = process.argv.slice(2);
const device = await import(pathToFileURL(`${folder}/carecircle_device.js`).href);
device.initSync({ module: await readFile(`${folder}/carecircle_device_bg.wasm`) });
const followed = [];
for (const file of files) followed.push(device.follow_passive_clients(await readFile(file, "utf8")));
console.log(JSON.stringify(followed));
