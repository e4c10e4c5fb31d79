import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const installed = (name: string): string => here(`./node_modules/${name}`);

// Journeys live beside the other tests of the house and use what is installed here.
export default defineConfig({
  root: here('..'),
  cacheDir: here('./node_modules/.vite-journeys'),
  resolve: {
    alias: {
      'playwright-core': installed('playwright-core/index.mjs'),
      '@axe-core/playwright': installed('@axe-core/playwright/dist/index.mjs'),
      vitest: installed('vitest'),
    },
  },
  test: {
    include: ['tests/journeys/**/*.journey.ts'],
    globalSetup: here('../tests/journeys/built.ts'),
    // Each has its own server and browser; a third one would only make the others wait.
    maxWorkers: 2,
    // Deadlines are for a slow, shared machine; what a journey waits for is always an event.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    bail: 1,
    // What a page shows is asked again until it shows it: a picture between two states is no failure.
    expect: { poll: { timeout: 15_000, interval: 50 } },
  },
});
