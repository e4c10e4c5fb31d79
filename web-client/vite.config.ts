import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { precompress } from './build/precompress.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// The device core is `cargo xtask web`'s output. The browser checks without a server build the same
// app over its test double instead: DEVICE=double, into target/web-double.
const double = process.env['DEVICE'] === 'double';

export default defineConfig({
  plugins: [svelte(), precompress()],
  resolve: {
    alias: {
      $device: here(double ? './doubles/device-in-browser.ts' : './src/core/wasm-device.ts'),
      $password: here(double ? './doubles/password.ts' : './src/core/password-wasm.ts'),
      $locales: here('../server/care/locales'),
    },
    ...(process.env['VITEST'] === undefined ? {} : { conditions: ['browser'] }),
  },
  build: {
    target: ['chrome109', 'firefox115', 'safari16.4'],
    outDir: here(double ? '../target/web-double' : './dist'),
    emptyOutDir: true,
    // Nothing inline: the page's policy allows no data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
  server: { fs: { allow: [here('..')] } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
