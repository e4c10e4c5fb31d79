// The web client over the double of its device core: a plain file server with the gateway's page
// policy and the one answer that pages fetch themselves. No server, no wasm, no encryption.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { peopleAround } from '../../web-client/doubles/story.ts';

const CLIENT = join(import.meta.dirname, '../../web-client');
const BUILT = join(import.meta.dirname, '../../target/web-double');
const MEDIA: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; " +
  "manifest-src 'self'; frame-src 'self'; img-src 'self' blob:; media-src 'self' blob:; " +
  "worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; " +
  "require-trusted-types-for 'script'; trusted-types carecircle svelte-trusted-html";

export interface Stage {
  url: string;
  /** Bodies that pages posted, by path. */
  posted: { path: string; body: string }[];
  end(): Promise<void>;
}

export async function playDouble(): Promise<Stage> {
  execFileSync('npx', ['vite', 'build', '--logLevel', 'error'], {
    cwd: CLIENT,
    env: { ...process.env, DEVICE: 'double' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const posted: Stage['posted'] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    response.setHeader('content-security-policy', POLICY);
    if (path.startsWith('/v1/')) {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        if (request.method === 'POST') posted.push({ path, body });
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(request.method === 'POST' ? {} : peopleAround()));
      });
      return;
    }
    const file = join(BUILT, path === '/' ? 'index.html' : path);
    if (!existsSync(file)) return void response.writeHead(404).end();
    response.setHeader('content-type', MEDIA[extname(file)] ?? 'application/octet-stream');
    response.end(readFileSync(file));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}/`,
    posted,
    end: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
