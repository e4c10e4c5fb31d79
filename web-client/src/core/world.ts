// The worker's websocket, requests and timers. Nothing here knows what the bytes mean.
import type { World } from './host';
import type { Input } from './types.gen';

const SUBPROTOCOL = 'carecircle.v1';
/** A request that hangs is a request without an answer; the server gives up after 30 s itself. */
export const REQUEST_MS_MAX = 40_000;
const OPEN_MS_MAX = 20_000;

type Browser = Omit<World, 'emit' | 'stopped' | 'locked' | 'ended'>;

export function browserWorld(): Browser {
  const socket = new Socket(`wss://${location.host}/v1/ws`);
  return {
    serverName: location.host,
    nowMicros: () => Date.now() * 1_000,
    connect: (heard) => socket.open(heard),
    disconnect: () => socket.close(),
    send: (bytes) => socket.send(bytes),
    timer: (afterMs, then) => void setTimeout(then, afterMs),
    request,
  };
}

const request: Browser['request'] = async ({ method, path, media_type, body }) => {
  try {
    const answer = await fetch(path, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      headers: typeof media_type === 'string' ? { 'content-type': media_type } : {},
      body: body.length === 0 ? null : body.slice(),
      signal: AbortSignal.timeout(REQUEST_MS_MAX),
    });
    return { status: answer.status, body: new Uint8Array(await answer.arrayBuffer()) };
  } catch {
    return { status: 0, body: new Uint8Array() };
  }
};

/** At most one websocket at a time; one that was replaced or closed by us says nothing more. */
class Socket {
  readonly #url: string;
  #socket: WebSocket | null = null;

  constructor(url: string) {
    this.#url = url;
  }

  open(heard: (input: Input) => void): void {
    this.close();
    const socket = new WebSocket(this.#url, SUBPROTOCOL);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    // A network that swallows everything would leave us "connecting" for minutes.
    const late = setTimeout(() => socket.close(), OPEN_MS_MAX);
    const current = (input: Input): void => {
      if (this.#socket === socket) heard(input);
    };
    socket.onopen = () => {
      clearTimeout(late);
      current({ kind: 'opened' });
    };
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) current({ kind: 'frame', bytes: new Uint8Array(data) });
    };
    socket.onclose = () => {
      clearTimeout(late);
      current({ kind: 'closed' });
      if (this.#socket === socket) this.#socket = null;
    };
  }

  send(bytes: Uint8Array): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(bytes.slice());
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }
}
