/** The tracing middleware. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Span } from '@opentelemetry/api';
import { carryOnRequest, traceOf } from '../http/carried';
import { rpcMetadata } from '../http/context';
import { IncomingTracer } from '../http/incoming';
import { followAlone } from '../http/lifetime';
import { http, loadHttp } from '../http/node';
import type { HttpInstrumentationOptions } from '../http/options';
import { activeTraceOf } from '../http/request';
import { describe } from '../http/warnings';
import { OWN_SCOPE } from '../native/version';
import { warnOnce } from '../native/warn';
import { formatTraceparent, writeTraceparent } from '../propagation/traceparent';
import { activeContext, runWith } from '../trace/active';
import { IdentifiedSpan } from '../trace/identity';
import { tracerFor } from '../trace/provider';
import { type HeaderSetter, headerSetter } from './header';

/** Options of {@link tracingMiddleware}. */
export interface TracingMiddlewareOptions extends Pick<HttpInstrumentationOptions, 'healthChecks' | 'ignoreIncoming' | 'onIncoming'> {
  /**
   * The response header that carries the server span's context, so that a caller can find the trace; `false` for none. Default `traceparent`.
   * Browsers of another origin see it only if you list it in `Access-Control-Expose-Headers`.
   */
  responseHeader?: string | false;
}

/** A middleware as Express 4 and 5, Connect and others of their kind take it. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * Traces the requests that pass here: adds the `traceparent` response header, and makes the server span where the built-in HTTP tracing is off and no other
 * instrumentation has made one. It never makes a second one, wherever and however often it is mounted.
 */
export function tracingMiddleware(options: TracingMiddlewareOptions = {}): Middleware {
  loadHttp();
  const usable = isOptions(options) ? options : {};
  const header = usableHeader(usable.responseHeader);
  const setHeader = header === undefined ? undefined : headerSetter(header);
  const tracer = new IncomingTracer(usable, tracerFor(OWN_SCOPE), carryOnRequest);

  return function tracing(request, response, next) {
    const before = activeTraceOf(response) ?? traceOf(request);
    if (before !== undefined) {
      if (setHeader !== undefined) addHeader(response, setHeader, before.span);
      next();
      return;
    }
    const traced = tracer.start(request, response, true);
    if (traced === undefined) {
      // Another instrumentation has made the server span.
      if (setHeader !== undefined) addHeader(response, setHeader, rpcMetadata(activeContext())?.span);
      next();
      return;
    }
    if (setHeader !== undefined) addHeader(response, setHeader, traced.span);
    followAlone(traced, request, response);
    runWith(traced.context, next);
  };
}

function addHeader(response: ServerResponse, setHeader: HeaderSetter, span: Span | undefined): void {
  if (span === undefined) return;
  // Where nothing is traced (after a shutdown), spans of ours have no ids.
  const identified = span instanceof IdentifiedSpan && (span.span0 | span.span1) !== 0;
  const value = identified ? writeTraceparent(span) : formatTraceparent(span.spanContext());
  if (value !== undefined) setHeader(response, value);
}

function isOptions(given: unknown): boolean {
  if (typeof given === 'object' && given !== null) return true;
  warnOnce('OBS_HTTP_OPTIONS_INVALID', `tracingMiddleware takes an object of options; what was given is none (${describe(given)}) and has no effect`);
  return false;
}

/** The header to write; `undefined` for none, also where the name is none that a header can have. */
function usableHeader(name: string | false | undefined): string | undefined {
  if (name === undefined) return 'traceparent';
  if (name === false) return undefined;
  try {
    http.validateHeaderName(name);
    return name;
  } catch {
    warnOnce('OBS_HTTP_HEADER_INVALID', `responseHeader of tracingMiddleware is no header name (${describe(name)}); no header is added`);
    return undefined;
  }
}
