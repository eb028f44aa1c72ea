/** Who closed a connection before the response was finished: the client, or this service. */

import type { Socket } from 'node:net';

/** Errors of a socket that come from the other end, or from the network between. */
const FROM_OUTSIDE =
  /^(ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN|HPE_.*|ERR_SSL_.*|ERR_TLS_.*|ERR_HTTP_REQUEST_TIMEOUT)$/;

/**
 * Whether this service destroyed the connection: by `response.destroy()`, by a timeout of the server, by Express after an error that came too late for an
 * answer. A client that goes away leaves the end of what it sends, or an error, on the socket (all of Node 20 to 26).
 */
export function isCutOffHere(socket: Socket): boolean {
  if (socket.destroyed !== true || socket.readableEnded) return false;
  const { code } = (socket.errored ?? {}) as { code?: unknown };
  return typeof code !== 'string' || !FROM_OUTSIDE.test(code);
}
