// What a server's zone database would say, by Node's: for doubles only.
import type { LocalTime } from '../src/platform/api';

/** An instant (milliseconds) on the clocks of a zone. */
export function localTime(atMs: number, zone: string): LocalTime {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hourCycle: 'h23', timeZoneName: 'longOffset',
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
  }).formatToParts(atMs);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  return {
    civil: `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`,
    offset: part('timeZoneName').replace('GMT', '') || '+00:00',
    zone,
  };
}

/** The instant (milliseconds) at which the clocks of a zone show a time that they do show. */
export function instant(civil: string, zone: string): number {
  const asUtc = Date.parse(`${civil}Z`);
  const shown = (atMs: number): number => Date.parse(`${localTime(atMs, zone).civil}Z`);
  const guess = asUtc - (shown(asUtc) - asUtc);
  return guess - (shown(guess) - asUtc);
}
