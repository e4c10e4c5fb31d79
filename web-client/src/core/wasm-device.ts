// The wasm package that `cargo xtask web` builds from device-wasm, and where its bytes are.
import init, { Device } from './wasm/carecircle_device.js';
import address from './wasm/carecircle_device_bg.wasm?url';

export { Device };

/** Loads the module. */
export default async function start(): Promise<void> {
  await init({ module_or_path: address });
}
