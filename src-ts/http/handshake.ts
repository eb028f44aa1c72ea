/** Requests that leave HTTP (`upgrade` to a WebSocket, `CONNECT` through a proxy): the span covers the handshake, not the life of the connection. */

import type { Duplex } from 'node:stream';
import { patch } from './patch';
import type { RequestTrace } from './request';

/** `HTTP/1.1 101 Switching Protocols`, at the very beginning of what is written. */
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})/;

/** The bytes of a status line that matter. */
const STATUS_LINE_LENGTH = 12;

/**
 * Ends the span when the handler writes its answer, or when the connection closes without one. The handler writes to the bare socket, so its `write` and
 * `end` are watched until the first bytes; then the socket is as it was.
 */
export function watchHandshake(trace: RequestTrace, socket: Duplex): void {
  const undo = [watch('write'), watch('end')];
  socket.once('close', onClose);

  function watch(name: 'write' | 'end'): () => void {
    return patch(
      socket,
      name,
      (original) =>
        function (this: Duplex, ...args: unknown[]) {
          done(statusIn(args[0]));
          return original.apply(this, args);
        },
    );
  }

  function done(status: number | undefined): void {
    for (const restore of undo) restore();
    socket.removeListener('close', onClose);
    trace.finishRaw(status);
  }

  function onClose(): void {
    done(undefined);
  }
}

function statusIn(chunk: unknown): number | undefined {
  let text: string;
  if (typeof chunk === 'string') text = chunk.slice(0, STATUS_LINE_LENGTH);
  else if (chunk instanceof Uint8Array)
    text = Buffer.from(chunk.buffer, chunk.byteOffset, Math.min(chunk.byteLength, STATUS_LINE_LENGTH)).toString('latin1');
  else return undefined;
  const match = STATUS_LINE.exec(text);
  return match === null ? undefined : Number(match[1]);
}
