import { expect, test } from 'vitest';
import { passkeys } from './passkeys';

test('where there are no passkeys none is made and none is shown', async () => {
  expect(passkeys.known).toBe(false);
  const user = { id: 'AAAA', name: 'dana', displayName: 'Dana' };
  expect(await passkeys.make(JSON.stringify({ publicKey: { challenge: 'AAAA', user } }))).toBeNull();
  expect(await passkeys.show(JSON.stringify({ publicKey: { challenge: 'AAAA' } }))).toBeNull();
});
