/** Client spans of the global `fetch` and of undici, the built-in one and the one from npm: both publish to the same channels. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { isSigned } from './client';
import type { HeaderAccess, OutgoingTrace, OutgoingTracer } from './outgoing';
import { patch } from './patch';

const OUTGOING_TRACE = Symbol.for('@manifest-cyber/observability-ts.outgoing');

/** What undici 6, 7 and 8 publish; each hop of a redirect is a request of its own. */
interface UndiciRequest {
  readonly origin: string | URL;
  readonly method: string;
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: unknown;
  /** The protocol that is asked for, such as `websocket`. */
  readonly upgrade?: unknown;
  addHeader(name: string, value: string): void;
  [OUTGOING_TRACE]?: OutgoingTrace | null;
}

interface Message {
  readonly request: UndiciRequest;
  readonly response?: { readonly statusCode: number };
  readonly error?: unknown;
}

/** Traces every request of undici from now on. Returns what undoes it. */
export function watchUndici(tracer: OutgoingTracer): () => void {
  const listeners: [channel: string, listener: (message: unknown) => void][] = [
    ['undici:request:create', (message) => created((message as Message).request, tracer)],
    ['undici:request:headers', (message) => traceOf(message)?.respond((message as Message).response?.statusCode ?? 0)],
    ['undici:request:trailers', (message) => traceOf(message)?.end()],
    ['undici:request:error', (message) => failed(traceOf(message), (message as Message).error)],
  ];
  for (const [channel, listener] of listeners) subscribe(channel, listener);
  return () => {
    for (const [channel, listener] of listeners) unsubscribe(channel, listener);
  };
}

function traceOf(message: unknown): OutgoingTrace | null | undefined {
  return (message as Message).request[OUTGOING_TRACE];
}

function failed(trace: OutgoingTrace | null | undefined, error: unknown): void {
  if (trace?.hasResponse && isGivenUp(error)) trace.abandon();
  else trace?.fail(error);
}

/**
 * Whether the reader of a body gave it up without an error of its own: by `cancel()`, by leaving a `for await`, by `destroy()`. A signal that aborts in the
 * middle of a body is told in the same way by `undici.request`, but not by `fetch`: its error is the signal's reason.
 */
function isGivenUp(error: unknown): boolean {
  // `cancel('enough')`.
  if (typeof error !== 'object' || error === null) return true;
  const { code, name, message } = error as { code?: unknown; name?: unknown; message?: unknown };
  return code === 'UND_ERR_ABORTED' || (name === 'AbortError' && message === GIVEN_UP);
}

/** What `fetch` makes of a cancelled body; the default reason of a signal begins with "This". */
const GIVEN_UP = 'The operation was aborted.';

function created(request: UndiciRequest, tracer: OutgoingTracer): void {
  if (request[OUTGOING_TRACE] !== undefined) return;
  const origin = String(request.origin);
  const authority = origin.indexOf('://') + 3;
  const scheme = origin.startsWith('https:') ? 'https' : 'http';
  const end = origin.indexOf('/', authority);
  request[OUTGOING_TRACE] =
    tracer.start(request.method, scheme, end === -1 ? origin.slice(authority) : origin.slice(authority, end), request.path, request, HEADERS) ?? null;
  if (request[OUTGOING_TRACE] && (request.upgrade || request.method === 'CONNECT')) watchUpgrade(request, request[OUTGOING_TRACE]);
}

/**
 * Ends the span with the handshake of a WebSocket, another upgrade or a CONNECT. No undici in Node 20 to 26 publishes that: it calls `onUpgrade` of the request, and
 * `onRequestUpgrade` from undici 8 on.
 */
function watchUpgrade(request: UndiciRequest, trace: OutgoingTrace): void {
  const name = 'onRequestUpgrade' in request ? 'onRequestUpgrade' : 'onUpgrade';
  if (!(name in request)) return;
  patch(request, name, (original) => {
    return function (this: UndiciRequest, ...args: unknown[]) {
      // Over HTTP/2, undici 6 does not know the status.
      if (typeof args[0] === 'number') trace.respond(args[0]);
      trace.end();
      return original.apply(this, args);
    };
  });
}

/** Where a header's value is in the list, or -1. */
function valueAt(headers: readonly unknown[], name: string): number {
  for (let i = 0; i < headers.length; i += 2) {
    const key = headers[i];
    if (typeof key === 'string' && key.length === name.length && key.toLowerCase() === name) return i + 1;
  }
  return -1;
}

/** Sets a header, replacing the caller's own in place: two `traceparent` headers would be no valid one. */
const HEADERS: HeaderAccess<UndiciRequest> = {
  get({ headers }, name) {
    const value: unknown = Array.isArray(headers) ? headers[valueAt(headers, name)] : undefined;
    return typeof value === 'string' ? value : undefined;
  },
  set(request, name, value) {
    const { headers } = request;
    const own = Array.isArray(headers) ? valueAt(headers, name) : -1;
    if (own === -1) request.addHeader(name, value);
    else if (!isSigned(HEADERS.get(request, 'authorization'), name)) (headers as unknown[])[own] = value;
  },
  remove(request, name) {
    const { headers } = request;
    if (!Array.isArray(headers) || isSigned(HEADERS.get(request, 'authorization'), name)) return;
    for (let own = valueAt(headers, name); own !== -1; own = valueAt(headers, name)) headers.splice(own - 1, 2);
  },
};
