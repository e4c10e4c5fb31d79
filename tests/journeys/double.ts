// The web client over the double of its device core, as `built.ts` has built it: a plain file server with the
// gateway's page policy and a double of the agency for what pages fetch themselves. No server, no wasm, no
// encryption.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { Agency } from '../../web-client/doubles/agency.ts';
import { Newsroom } from '../../web-client/doubles/news.ts';
import type { Scene } from '../../web-client/doubles/scenes.ts';
import type { Who } from '../../web-client/doubles/story.ts';

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

const NO_CONTENT = 204;

export interface Stage {
  url: string;
  /** Bodies that pages posted, by path. */
  posted: { path: string; body: string }[];
  /** The double of the server's data; a new one starts over. */
  agency: Agency;
  /** What happens to the devices in the browsers. */
  news: Newsroom;
  end(): Promise<void>;
}

export async function playDouble(): Promise<Stage> {
  const stage: Stage = { url: '', posted: [], agency: new Agency(Date.now()), news: new Newsroom(), end: () => Promise.resolve() };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    response.setHeader('content-security-policy', POLICY);
    if (path.startsWith('/v1/')) {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const url = new URL(request.url ?? '/', 'http://localhost');
        const double = path.startsWith('/v1/double/');
        if (request.method === 'POST' && !double) stage.posted.push({ path, body });
        const asked: unknown = body === '' ? null : JSON.parse(body);
        const { status, body: answer } = (double ? stage.news : stage.agency).answer(request.method ?? '', url, asked);
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(status === NO_CONTENT ? undefined : JSON.stringify(answer));
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
  stage.url = `http://localhost:${port}/`;
  stage.end = () =>
    new Promise((closed) => {
      server.close(() => closed());
      server.closeAllConnections();
    });
  return stage;
}

/** Opens a link of the double's and makes the device someone's. */
export async function signIn(page: Page, stage: Stage, who: Who, scene: Scene = 'plain'): Promise<void> {
  stage.agency.arrive(who);
  await page.goto(`${stage.url}#/link/${who}.${scene}`);
  await page.getByRole('button', { name: 'Yes, this is me' }).click();
  await page.getByRole('heading', { name: 'Your circles' }).waitFor();
}
