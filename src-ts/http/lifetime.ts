/**
 * Following a request to its end, by `emit`, which adds no listener: listeners run in the context of the request, and the span ends after them. Where the built-in
 * tracing is on, requests and responses have it from their prototypes: each property that they have is copied with its list of properties at every one that Express
 * adds (docs/adr/0002). Elsewhere, and for HTTP/2, they get an `emit` of their own, so that one that is not traced pays nothing.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { activeContext, runWith } from '../trace/active';
import { type Trace, traceOf, traceOnConnection } from './carried';
import { http } from './node';
import { patch } from './patch';
import { readProperty } from './property';
import { activeTraceOf } from './request';

type Emit = (this: unknown, event: string, ...rest: unknown[]) => boolean;

/** The `emit` below an own one. Looked up at each call, so that whoever patches it later is heard. */
const inherited = (emitter: object): Emit => (Object.getPrototypeOf(emitter) as IncomingMessage).emit as Emit;

/** Responses that wait for their turn on a pipelined connection: Node does not tell them when it closes. */
const WAITING = Symbol('waiting responses');

/** Makes the `emit` of both prototypes follow what is carried by its connection. Returns what undoes it. */
export function patchPrototypes(): () => void {
  let enabled = true;
  const undoRequests = patch(http.IncomingMessage.prototype, 'emit', (method) => {
    const original = method as Emit;
    return function emit(this: IncomingMessage, event: string, ...rest: unknown[]): boolean {
      if (enabled && comesFromParser(event)) {
        const trace = traceOnConnection(this);
        if (trace?.sent === false) return emitUnsent(trace, this, original, event, rest);
      }
      return pass(this, original, event, rest);
    };
  });
  const undoResponses = patch(http.ServerResponse.prototype, 'emit', (method) => {
    const original = method as Emit;
    return function emit(this: ServerResponse, event: string, ...rest: unknown[]): boolean {
      if (enabled && isEnd(event)) {
        const trace = traceOfResponse(this);
        if (trace !== undefined) return emitEnd(trace, this, original, event, rest);
      }
      return pass(this, original, event, rest);
    };
  });
  return () => {
    enabled = false;
    undoRequests();
    undoResponses();
  };
}

/** Ends the trace with a response that has its `emit` from the patched prototype. */
export function follow(trace: Trace, request: IncomingMessage, response: ServerResponse): void {
  // One with an `emit` of somebody's own may not come by the prototype's.
  if (response.emit !== http.ServerResponse.prototype.emit) finishOnceClosed(trace, response);
  if (response.socket === null) watchWaiting(trace, request, response);
}

/** The same for a request and a response of any kind. */
export function followAlone(trace: Trace, request: IncomingMessage, response: ServerResponse): void {
  if (!Object.hasOwn(request, 'emit')) request.emit = emitOfRequest(trace, request);
  if (!Object.hasOwn(response, 'emit')) response.emit = emitOfResponse(trace, response);
  else finishOnceClosed(trace, response);
  if (response.socket === null) watchWaiting(trace, request, response);
}

function finishOnceClosed(trace: Trace, response: ServerResponse): void {
  response.once('close', () => trace.finish(response));
}

/** The trace of a response's request. */
function traceOfResponse(response: ServerResponse): Trace | undefined {
  const active = activeTraceOf(response);
  if (active !== undefined) return active;
  const request = readProperty(response, 'req') as IncomingMessage | null | undefined;
  const trace = typeof request === 'object' && request !== null ? traceOf(request) : undefined;
  return trace?.span === undefined || trace.response === response ? trace : undefined;
}

/** Objects that have the followed one as their prototype come by here as well: what is below is asked of the followed one. */
function emitOfRequest(trace: Trace, followed: IncomingMessage): Emit {
  return function emit(this: unknown, event, ...rest) {
    const request = this as IncomingMessage;
    if (!trace.sent && comesFromParser(event)) return emitUnsent(trace, request, inherited(followed), event, rest);
    return pass(request, inherited(followed), event, rest);
  };
}

function emitOfResponse(trace: Trace, followed: ServerResponse): Emit {
  return function emit(this: unknown, event, ...rest) {
    const response = this as ServerResponse;
    if (isEnd(event)) return emitEnd(trace, response, inherited(followed), event, rest);
    return pass(response, inherited(followed), event, rest);
  };
}

/**
 * Whether a request may emit something from the parser, whose async context is the connection's: events of a body, and of a client that goes away. After the
 * response nobody waits for them any more but Node.
 */
function comesFromParser(event: string): boolean {
  switch (event) {
    case 'data':
    case 'end':
    case 'readable':
    case 'aborted':
    case 'error':
    case 'close':
      return true;
  }
  return false;
}

/** Whether a response emits that it was sent, or that it is over. */
const isEnd = (event: string): boolean => event === 'finish' || event === 'close';

/** Most events have no argument: those are passed on without a list. */
function pass(emitter: unknown, emit: Emit, event: string, rest: readonly unknown[]): boolean {
  return rest.length === 0 ? emit.call(emitter, event) : emit.call(emitter, event, ...rest);
}

/** A request without listeners needs no context; after its last event nobody asks for its trace. */
function emitUnsent(trace: Trace, request: IncomingMessage, emit: Emit, event: string, rest: readonly unknown[]): boolean {
  try {
    return request.listenerCount(event) > 0 ? emitWithin(trace, request, emit, event, rest) : pass(request, emit, event, rest);
  } finally {
    if (event === 'close') trace.noteClosed();
  }
}

/** A response that was sent emits where it was ended, which is in the request's context already. */
function emitEnd(trace: Trace, response: ServerResponse, emit: Emit, event: string, rest: readonly unknown[]): boolean {
  if (event === 'finish') {
    trace.noteSent();
    return pass(response, emit, event, rest);
  }
  try {
    if (!trace.sent) return emitWithin(trace, response, emit, event, rest);
    return pass(response, emit, event, rest);
  } finally {
    // After the listeners, which may still add to the span.
    trace.finish(response);
  }
}

function emitWithin(trace: Trace, emitter: unknown, emit: Emit, event: string, rest: readonly unknown[]): boolean {
  if (activeContext() === trace.context) return pass(emitter, emit, event, rest);
  return runWith(trace.context, pass, emitter, emit, event, rest);
}

/** A response without a socket waits behind another one: its span ends when the connection closes first. One listener a connection, however many wait. */
function watchWaiting(trace: Trace, request: IncomingMessage, response: ServerResponse): void {
  const socket: Socket & { [WAITING]?: Map<ServerResponse, Trace> } = request.socket;
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
