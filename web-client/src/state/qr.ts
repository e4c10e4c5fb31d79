// A link as a square code: dark modules as one path, one unit each, with the quiet zone of four that
// scanners need (ISO/IEC 18004, 6.3.8). Loaded with the page that shows it.
import { encode } from 'uqr';

const QUIET = 4;

export interface Square {
  /** Modules along one side, quiet zone included. */
  size: number;
  path: string;
}

export function square(link: string): Square {
  const { data, size } = encode(link, { ecc: 'M', border: QUIET });
  const runs = data.flatMap((row, y) =>
    [...row.map((dark) => (dark ? '1' : '0')).join('').matchAll(/1+/g)].map(
      ({ index, 0: run }) => `M${index} ${y}h${run.length}v1h-${run.length}z`,
    ),
  );
  return { size, path: runs.join('') };
}
