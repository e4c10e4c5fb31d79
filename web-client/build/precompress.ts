// Writes a .br and a .gz beside every text and wasm file of the build, at the highest levels: the
// server embeds them and compresses nothing at run time.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const COMPRESSIBLE = /\.(js|css|html|svg|wasm|json|webmanifest)$/;

function files(directory: string): string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

export function precompress(): Plugin {
  let directory = '';
  return {
    name: 'carecircle-precompress',
    apply: 'build',
    configResolved(config) {
      // A worker is built by a run of its own inside the page's: only the outer one compresses.
      directory = config.isWorker ? '' : resolve(config.root, config.build.outDir);
    },
    closeBundle() {
      if (directory === '') return;
      for (const path of files(directory).filter((path) => COMPRESSIBLE.test(path))) {
        const bytes = readFileSync(path);
        const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }));
      }
    },
  };
}
