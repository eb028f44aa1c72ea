/** Where the trace of a request is found. */

import type { IncomingMessage } from 'node:http';
import { readProperty } from './property';
import type { IgnoredRequest, RequestTrace } from './request';

/** The trace of a request, or that it is to have none. */
export type Trace = RequestTrace | IgnoredRequest;

/** What a trace knows of where it is found. */
export interface Carried {
  /** Undefined once the trace is over. */
  request: IncomingMessage | undefined;
  /** Undefined where the request itself carries it. */
  connection: Connection | undefined;
  earlier: Trace | undefined;
}

/**
 * Where a request, or the connection that it came by, carries its trace. A registered symbol, so that a second copy of this package sees that the request has its
 * server span already.
 */
const TRACE = Symbol.for('@manifest-cyber/observability-ts.request');

/** Another copy of this package may have made the trace, so its class is not to be asked for. */
interface CarryingRequest {
  [TRACE]?: Trace | undefined;
}

/** The last request of a connection that is not done; its trace's `earlier` leads to those before it, which a client may have sent without waiting. */
export interface Connection {
  [TRACE]?: Trace | undefined;
}

/** Puts a trace on its request. */
export function carryOnRequest(request: IncomingMessage, trace: Trace): void {
  (request as CarryingRequest)[TRACE] = trace;
}

/**
 * Puts a trace on the connection of its request until {@link letGo}. Express copies the list of a request's properties a dozen times, with each that we would add
 * (docs/adr/0002); those of a connection stay.
 */
export function carryOnConnection(request: IncomingMessage, trace: Trace): void {
  const connection = request.socket as Connection | null | undefined;
  if (typeof connection !== 'object' || connection === null) {
    carryOnRequest(request, trace);
    return;
  }
  trace.connection = connection;
  trace.earlier = open(connection[TRACE]);
  connection[TRACE] = trace;
}

/** Takes a trace that is over from its connection, which may outlive it by far. */
export function letGo(trace: Trace): void {
  const { connection } = trace;
  trace.request = undefined;
  if (connection === undefined) return;
  trace.connection = undefined;
  trace.earlier = open(trace.earlier);
  if (connection[TRACE] === trace) connection[TRACE] = trace.earlier;
}

/** The same once its request has told its listeners that it is over: one whose response was cut off does so afterwards, and then closes. */
export function letGoOnceTold(trace: Trace): void {
  if (trace.sent || trace.request?.closed !== false) letGo(trace);
}

function open(trace: Trace | undefined): Trace | undefined {
  let at = trace;
  while (at !== undefined && at.request === undefined) at = at.earlier;
  return at;
}

/** The trace of a request; `undefined` where there is none, or it is over. */
export function traceOf(request: IncomingMessage): Trace | undefined {
  return traceOnConnection(request) ?? (readProperty(request, TRACE) as Trace | undefined);
}

/** The same for what {@link carryOnConnection} has carried, at a third of the cost. */
export function traceOnConnection(request: IncomingMessage): Trace | undefined {
  return onConnection(request, readProperty(request, 'socket'));
}

/** Whether a request that nobody has changed yet has a trace: its shape is one that V8 knows. */
export function isTraced(request: IncomingMessage): boolean {
  return ((request as CarryingRequest)[TRACE] ?? onConnection(request, request.socket)) !== undefined;
}

function onConnection(request: IncomingMessage, connection: unknown): Trace | undefined {
  let trace = (connection as Connection | null | undefined)?.[TRACE];
  while (trace !== undefined && trace.request !== request) trace = trace.earlier;
  return trace;
}
