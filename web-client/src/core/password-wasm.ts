// The wasm package that `cargo xtask web` builds from password-wasm, and where its bytes are.
import init, { NewPassword, Showing } from './password/carecircle_password.js';
import address from './password/carecircle_password_bg.wasm?url';

export { NewPassword, Showing };

/** Loads the module. */
export default async function start(): Promise<void> {
  await init({ module_or_path: address });
}
