import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import { expect, test } from 'vitest';

test('the types of the REST calls are those of the server (otherwise: npm run api)', async () => {
  const document = new URL('../../../server/gateway/openapi.json', import.meta.url);
  const written = readFileSync(join(import.meta.dirname, 'api.gen.ts'), 'utf8');
  const made = astToString(await openapiTS(JSON.parse(readFileSync(fileURLToPath(document), 'utf8'))));
  expect(written.endsWith(made)).toBe(true);
});
