/** Where server spans begin: the `emit` of servers, which every request passes, however the server was made and whatever was imported first. */

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { runWith } from '../trace/active';
import { isTraced, type Trace } from './carried';
import { watchHandshake } from './handshake';
import type { IncomingTracer } from './incoming';
import { follow, patchPrototypes } from './lifetime';
import { http, https, loadHttp } from './node';
import { type Method, patch } from './patch';

/** The wrapper of OpenTelemetry's http instrumentation, by its name and the mark of all its wrappers. */
function isOpenTelemetrys(emit: Method): boolean {
  return emit.name === 'incomingRequest' && (emit as { __wrapped?: unknown }).__wrapped === true;
}

/** Patches the prototypes; https.Server does not inherit from http.Server. Returns what undoes it. */
export function patchServers(tracer: IncomingTracer): () => void {
  loadHttp();
  // It was registered by hand before us, and would make its spans inside ours: it came first, so it stays.
  if (isOpenTelemetrys(http.Server.prototype.emit)) return () => {};
  let enabled = true;
  const undoServers = [http.Server.prototype, https.Server.prototype].map((prototype) =>
    patch(prototype, 'emit', (original) => {
      return function emit(this: Server, ...args: unknown[]): boolean {
        if (enabled) {
          switch (args[0]) {
            case 'request':
            case 'checkContinue':
            case 'checkExpectation':
            case 'upgrade':
            case 'connect':
              // Only somebody who has wrapped ours since can have made a server span before us.
              return emitTraced(this, original, args, tracer, this.emit !== emit);
          }
        }
        return original.apply(this, args);
      };
    }),
  );
  const undo = [patchPrototypes(), ...undoServers];
  return () => {
    enabled = false;
    for (const restore of undo) restore();
  };
}

function emitTraced(server: Server, original: Method, args: unknown[], tracer: IncomingTracer, shared: boolean): boolean {
  const request = args[1] as IncomingMessage;
  // One that has its trace: a handler passed it on to this or another server's listeners.
  if (!(request instanceof http.IncomingMessage) || isTraced(request)) return original.apply(server, args);
  // An upgrade and a CONNECT come with a socket, everything else with a response.
  const response = args[0] === 'upgrade' || args[0] === 'connect' ? undefined : (args[2] as ServerResponse);
  const trace = tracer.start(request, response, shared);
  if (trace === undefined) return original.apply(server, args);
  if (response !== undefined) follow(trace, request, response);
  else if (trace.span !== undefined) watchHandshake(trace, args[2] as Socket);
  return runHandlers(trace, server, original, args);
}

/** Runs the listeners with the span active. What they throw is noted and goes on its way. */
function runHandlers(trace: Trace, server: Server, original: Method, args: unknown[]): boolean {
  try {
    return runWith(trace.context, Reflect.apply, original, server, args) as boolean;
  } catch (error) {
    if (trace.span !== undefined) trace.fail(error);
    throw error;
  }
}
