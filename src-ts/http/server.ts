/** The three `emit` methods that server spans hang on: of servers, of requests and of responses. */

import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import { context } from '@opentelemetry/api';
import { watchHandshake } from './handshake';
import type { IncomingTracer } from './incoming';
import { type Method, patch } from './patch';
import { type Carrying, type IgnoredRequest, REQUEST_TRACE, type RequestTrace } from './request';

type TracedRequest = http.IncomingMessage & Carrying;
type TracedResponse = http.ServerResponse & Carrying;

/** Responses that wait for their turn on a pipelined connection: Node does not tell them when it closes. */
const WAITING = Symbol('waiting responses');

/** Patches the prototypes, so that it does not matter what was imported first. Returns what undoes it. */
export function patchServers(tracer: IncomingTracer): () => void {
  let enabled = true;

  const emitOfServer = (original: Method) =>
    function (this: http.Server, ...args: unknown[]): boolean {
      if (enabled) {
        switch (args[0]) {
          case 'request':
          case 'checkContinue':
          case 'checkExpectation':
            return emitRequest(this, original, args, tracer);
          case 'upgrade':
          case 'connect':
            return emitHandshake(this, original, args, tracer);
        }
      }
      return original.apply(this, args);
    };

  const undo = [
    patch(http.Server.prototype, 'emit', emitOfServer),
    // https.Server does not inherit from http.Server.
    patch(https.Server.prototype, 'emit', emitOfServer),
    patch(http.IncomingMessage.prototype, 'emit', emitOfRequest),
    patch(http.ServerResponse.prototype, 'emit', emitOfResponse),
  ];
  return () => {
    enabled = false;
    for (const restore of undo.reverse()) restore();
  };
}

function emitRequest(server: http.Server, original: Method, args: unknown[], tracer: IncomingTracer): boolean {
  const request = args[1] as TracedRequest;
  const response = args[2] as TracedResponse;
  // One that has its trace: a handler passed it on to this or another server's listeners.
  if (!(request instanceof http.IncomingMessage) || request[REQUEST_TRACE] !== undefined) return original.apply(server, args);
  const trace = tracer.start(request, response);
  if (trace === undefined) return original.apply(server, args);
  // A response without a socket waits behind another one of the same connection.
  if (response.socket === null) watchWaiting(request.socket, response);
  return runHandlers(trace, server, original, args);
}

function emitHandshake(server: http.Server, original: Method, args: unknown[], tracer: IncomingTracer): boolean {
  const request = args[1] as TracedRequest;
  if (!(request instanceof http.IncomingMessage) || request[REQUEST_TRACE] !== undefined) return original.apply(server, args);
  const trace = tracer.start(request, undefined);
  if (trace === undefined) return original.apply(server, args);
  if (trace.span !== undefined) watchHandshake(trace, args[2] as Socket);
  return runHandlers(trace, server, original, args);
}

/** Runs the listeners with the span active. What they throw is noted and goes on its way. */
function runHandlers(trace: RequestTrace | IgnoredRequest, server: http.Server, original: Method, args: unknown[]): boolean {
  try {
    return context.with(trace.context, () => original.apply(server, args));
  } catch (error) {
    if (trace.span !== undefined) trace.fail(error);
    throw error;
  }
}

/**
 * Events of a request's body come from the parser, whose async context is the connection's. Listeners get the request's context back, as they would in a
 * handler that awaits.
 */
function emitOfRequest(original: Method): Method {
  return function (this: TracedRequest, ...args: unknown[]): boolean {
    const trace = this[REQUEST_TRACE];
    if (trace !== undefined) {
      switch (args[0]) {
        case 'data':
        case 'end':
        case 'readable':
        case 'aborted':
        case 'error':
        case 'close':
          return emitWithin(trace, this, original, args);
      }
    }
    return original.apply(this, args);
  };
}

function emitOfResponse(original: Method): Method {
  return function (this: TracedResponse, ...args: unknown[]): boolean {
    const trace = this[REQUEST_TRACE];
    if (trace !== undefined) {
      switch (args[0]) {
        case 'close':
          try {
            return emitWithin(trace, this, original, args);
          } finally {
            // After the listeners, which may still add to the span.
            trace.finish(this);
          }
        case 'finish':
        case 'drain':
        case 'error':
          return emitWithin(trace, this, original, args);
      }
    }
    return original.apply(this, args);
  };
}

function emitWithin(trace: RequestTrace | IgnoredRequest, emitter: TracedRequest | TracedResponse, original: Method, args: unknown[]): boolean {
  if (emitter.listenerCount(args[0] as string) === 0 || context.active() === trace.context) return original.apply(emitter, args);
  return context.with(trace.context, () => original.apply(emitter, args));
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
