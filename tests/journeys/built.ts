// Before all journeys: the web client over the double of its device core, built once for all who look at it.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export default function build(): void {
  execFileSync('npx', ['vite', 'build', '--logLevel', 'error'], {
    cwd: join(import.meta.dirname, '../../web-client'),
    env: { ...process.env, DEVICE: 'double' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
