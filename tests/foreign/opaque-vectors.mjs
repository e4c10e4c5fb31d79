// Runs the vectors of RFC 9807 through the password's module as a browser runs it, and prints how many.
// Arguments: the folder of the wasm build with doors for tests, then the file.
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [folder, file] = process.argv.slice(2);
const password = await import(pathToFileURL(`${folder}/carecircle_password.js`).href);
password.initSync({ module: await readFile(`${folder}/carecircle_password_bg.wasm`) });
console.log(password.follow_vectors(await readFile(file, "utf8")));
