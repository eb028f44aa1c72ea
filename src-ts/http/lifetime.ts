/**
 * Following a request to its end. The request and the response get an `emit` of their own, which adds no listener: listeners run in the context of the
 * request, and the span ends after them. Prototypes stay as they are, so a response that is not traced pays nothing.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { activeContext, runWith } from '../trace/active';
import { http } from './node';
import type { IgnoredRequest, RequestTrace } from './request';

type Trace = RequestTrace | IgnoredRequest;
type Emit = (this: unknown, event: string, ...rest: unknown[]) => boolean;

/** Looked up at each call, so that whoever patches it later is heard. */
const emitsOfRequests = (): Emit => http.IncomingMessage.prototype.emit as Emit;
const emitsOfResponses = (): Emit => http.ServerResponse.prototype.emit as Emit;

/** Responses that wait for their turn on a pipelined connection: Node does not tell them when it closes. */
const WAITING = Symbol('waiting responses');

/** Ends the trace with the response, and gives the listeners of both their context. */
export function follow(trace: Trace, request: IncomingMessage, response: ServerResponse): void {
  if (request.emit === emitsOfRequests()) request.emit = emitOfRequest(trace);
  if (response.emit === emitsOfResponses()) response.emit = emitOfResponse(trace);
  else response.once('close', () => trace.finish(response));
  // A response without a socket waits behind another one of the same connection.
  if (response.socket === null) watchWaiting(trace, request.socket, response);
}

/**
 * Events of a body, and of a client that goes away, come from the parser, whose async context is the connection's. After the response nobody waits for
 * them any more but Node.
 *
 * It is a function of each request, as that of the response is: what Express has got hold of has a shape of its own before Node 24, and to read a property of
 * such an object costs V8 more than to make a function (docs/adr/0002).
 */
function emitOfRequest(trace: Trace): Emit {
  return function emit(this: unknown, ...args) {
    switch (args[0]) {
      case 'data':
      case 'end':
      case 'readable':
      case 'aborted':
      case 'error':
      case 'close':
        if (!trace.sent && (this as IncomingMessage).listenerCount(args[0]) > 0) return emitWithin(trace, this, emitsOfRequests(), args);
    }
    return pass(this, emitsOfRequests(), args);
  };
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
