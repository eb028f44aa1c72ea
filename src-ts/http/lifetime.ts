/**
 * Following a request to its end, by `emit`, which adds no listener: listeners run in the context of the request, and the span ends after them. A response gets
 * an `emit` of its own, so that one that is not traced pays nothing. A request has it from its prototype where the built-in tracing is on: each property that it
 * has is copied with its list of properties at every one that Express adds (docs/adr/0002).
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { activeContext, runWith } from '../trace/active';
import { http } from './node';
import { patch } from './patch';
import { readProperty } from './property';
import { type Carrying, type IgnoredRequest, REQUEST_TRACE, type RequestTrace } from './request';

type Trace = RequestTrace | IgnoredRequest;
type Emit = (this: unknown, event: string, ...rest: unknown[]) => boolean;

/** Looked up at each call, so that whoever patches it later is heard. */
const emitsOfRequests = (): Emit => http.IncomingMessage.prototype.emit as Emit;
const emitsOfResponses = (): Emit => http.ServerResponse.prototype.emit as Emit;

/** Responses that wait for their turn on a pipelined connection: Node does not tell them when it closes. */
const WAITING = Symbol('waiting responses');

/** The `emit` of requests that the one of ours on their prototype calls, while it is at work. */
let wrapped: Emit | undefined;

/** Makes the prototype's `emit` give listeners of traced requests their context. Returns what undoes it. */
export function patchRequests(): () => void {
  const undo = patch(http.IncomingMessage.prototype, 'emit', (method) => {
    const original = method as Emit;
    wrapped = original;
    return function emit(this: IncomingMessage, ...args: Parameters<Emit>): boolean {
      if (wrapped === original && isHeard(this, args[0])) {
        const trace = readProperty(this, REQUEST_TRACE) as Carrying[typeof REQUEST_TRACE];
        if (trace !== undefined && !trace.sent) return emitWithin(trace, this, original, args);
      }
      return pass(this, original, args);
    };
  });
  return () => {
    wrapped = undefined;
    undo();
  };
}

/** Ends the trace with the response, and gives the listeners of both their context. */
export function follow(trace: Trace, request: IncomingMessage, response: ServerResponse): void {
  // HTTP/2 has requests of another prototype.
  if (request.emit === (wrapped ?? emitsOfRequests())) request.emit = emitOfRequest(trace);
  if (response.emit === emitsOfResponses()) response.emit = emitOfResponse(trace);
  else response.once('close', () => trace.finish(response));
  // A response without a socket waits behind another one of the same connection.
  if (response.socket === null) watchWaiting(trace, request.socket, response);
}

/** The same as the prototype's, for a request whose prototype stays as it is. */
function emitOfRequest(trace: Trace): Emit {
  return function emit(this: unknown, ...args) {
    if (!trace.sent && isHeard(this as IncomingMessage, args[0])) return emitWithin(trace, this, emitsOfRequests(), args);
    return pass(this, emitsOfRequests(), args);
  };
}

/**
 * Whether a request emits something to listeners that comes from the parser, whose async context is the connection's: events of a body, and of a client that
 * goes away. After the response nobody waits for them any more but Node.
 */
function isHeard(request: IncomingMessage, event: string): boolean {
  switch (event) {
    case 'data':
    case 'end':
    case 'readable':
    case 'aborted':
    case 'error':
    case 'close':
      return request.listenerCount(event) > 0;
  }
  return false;
}

/** A response that was sent emits where it was ended, which is in the request's context already. */
function emitOfResponse(trace: Trace): Emit {
  return function emit(this: unknown, ...args) {
    switch (args[0]) {
      case 'finish':
        trace.noteSent();
        break;
      case 'close':
        return emitClose(trace, this as ServerResponse, args);
    }
    return pass(this, emitsOfResponses(), args);
  };
}

/** Most events have no argument: those are passed on without a list. */
function pass(emitter: unknown, emit: Emit, args: Parameters<Emit>): boolean {
  return args.length === 1 ? emit.call(emitter, args[0]) : emit.apply(emitter, args);
}

function emitClose(trace: Trace, response: ServerResponse, args: Parameters<Emit>): boolean {
  try {
    if (!trace.sent) return emitWithin(trace, response, emitsOfResponses(), args);
    return pass(response, emitsOfResponses(), args);
  } finally {
    // After the listeners, which may still add to the span.
    trace.finish(response);
  }
}

function emitWithin(trace: Trace, emitter: unknown, emit: Emit, args: Parameters<Emit>): boolean {
  if (activeContext() === trace.context) return emit.apply(emitter, args);
  return runWith(trace.context, () => emit.apply(emitter, args));
}

/** Ends the span of a waiting response when its connection closes first. One listener a connection, however many wait. */
function watchWaiting(trace: Trace, socket: Socket & { [WAITING]?: Map<ServerResponse, Trace> }, response: ServerResponse): void {
  let waiting = socket[WAITING];
  if (waiting === undefined) {
    const traces = new Map<ServerResponse, Trace>();
    waiting = traces;
    socket[WAITING] = traces;
    socket.once('close', () => {
      for (const [left, itsTrace] of traces) itsTrace.finish(left);
    });
  }
  waiting.set(response, trace);
  response.once('close', () => waiting.delete(response));
}
