/**
 * Following a request to its end. The request and the response get an `emit` of their own, which adds no listener: listeners run in the context of the
 * request, and the span ends after them. Prototypes stay as they are, so a response that is not traced pays nothing.
 */

import type * as http from 'node:http';
import { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { activeContext, runWith } from '../trace/active';
import { type Carrying, type IgnoredRequest, REQUEST_TRACE, type RequestTrace } from './request';

type TracedRequest = http.IncomingMessage & Carrying;
type TracedResponse = http.ServerResponse & Carrying;

/** The arguments of `emit`. */
type Emitted = [event: string, ...rest: unknown[]];
type Emit = (this: unknown, ...args: Emitted) => boolean;

/** Whose `emit` is looked up at each call, so that whoever patches it later is heard. */
const requestPrototype = IncomingMessage.prototype;
const responsePrototype = ServerResponse.prototype;

/** Responses that wait for their turn on a pipelined connection: Node does not tell them when it closes. */
const WAITING = Symbol('waiting responses');

/** Ends the trace with the response, and gives the listeners of both their context. */
export function follow(trace: RequestTrace | IgnoredRequest, request: TracedRequest, response: TracedResponse): void {
  if (request.emit === requestPrototype.emit) request.emit = emitOfRequest;
  if (response.emit === responsePrototype.emit) response.emit = emitOfResponse;
  else response.once('close', () => trace.finish(response));
  // A response without a socket waits behind another one of the same connection.
  if (response.socket === null) watchWaiting(request.socket, response);
}

/**
 * Events of a body, and of a client that goes away, come from the parser, whose async context is the connection's. After the response nobody waits for
 * them any more but Node.
 */
function emitOfRequest(this: TracedRequest, ...args: Emitted): boolean {
  const event = args[0];
  switch (event) {
    case 'data':
    case 'end':
    case 'readable':
    case 'aborted':
    case 'error':
    case 'close':
      if (this[REQUEST_TRACE]?.sent === false && this.listenerCount(event) > 0) return emitWithin(this, requestPrototype.emit, args);
  }
  return requestPrototype.emit.apply(this, args);
}

/** A response that was sent emits where it was ended, which is in the request's context already. */
function emitOfResponse(this: TracedResponse, ...args: Emitted): boolean {
  switch (args[0]) {
    case 'finish': {
      const trace = this[REQUEST_TRACE];
      if (trace !== undefined) trace.sent = true;
      break;
    }
    case 'close':
      return emitClose(this, args);
  }
  return responsePrototype.emit.apply(this, args);
}

function emitClose(response: TracedResponse, args: Emitted): boolean {
  const trace = response[REQUEST_TRACE];
  try {
    if (trace?.sent === false) return emitWithin(response, responsePrototype.emit, args);
    return responsePrototype.emit.apply(response, args);
  } finally {
    // After the listeners, which may still add to the span.
    trace?.finish(response);
  }
}

function emitWithin(emitter: TracedRequest | TracedResponse, emit: Emit, args: Emitted): boolean {
  const trace = emitter[REQUEST_TRACE];
  if (trace === undefined || activeContext() === trace.context) return emit.apply(emitter, args);
  return runWith(trace.context, () => emit.apply(emitter, args));
}

/** Ends the span of a waiting response when its connection closes first. One listener a connection, however many wait. */
function watchWaiting(socket: Socket & { [WAITING]?: Set<TracedResponse> }, response: TracedResponse): void {
  let waiting = socket[WAITING];
  if (waiting === undefined) {
    const responses = new Set<TracedResponse>();
    waiting = responses;
    socket[WAITING] = responses;
    socket.once('close', () => {
      for (const left of responses) left[REQUEST_TRACE]?.finish(left);
    });
  }
  waiting.add(response);
  response.once('close', () => waiting.delete(response));
}
