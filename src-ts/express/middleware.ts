/** The tracing middleware. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { context, type SpanContext, trace } from '@opentelemetry/api';
import { rpcMetadata } from '../http/context';
import { IncomingTracer } from '../http/incoming';
import type { HttpInstrumentationOptions } from '../http/options';
import { type Carrying, REQUEST_TRACE } from '../http/request';
import { formatTraceparent } from '../http/traceparent';
import { warnOnce } from '../http/warnings';

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
  const header = options.responseHeader === undefined ? 'traceparent' : options.responseHeader;
  const warn = warnOnce((code, message) => process.emitWarning(message, { code }));
  const tracer = new IncomingTracer(options, trace.getTracer('@manifest-cyber/observability-ts'), warn);

  return function tracing(request: IncomingMessage & Carrying, response: ServerResponse & Carrying, next) {
    let traced = request[REQUEST_TRACE];
    let made = false;
    let spanContext: SpanContext | undefined;
    if (traced === undefined) {
      const other = rpcMetadata(context.active())?.span;
      if (other === undefined) {
        traced = tracer.start(request, response);
        made = traced !== undefined;
      } else {
        spanContext = other.spanContext();
      }
    }
    if (traced?.span !== undefined) spanContext = traced.span.spanContext();
    if (header !== false && spanContext !== undefined && !response.headersSent) setHeader(response, header, spanContext);
    if (!made || traced === undefined) {
      next();
      return;
    }
    const mine = traced;
    response.once('close', () => mine.finish(response));
    context.with(mine.context, next);
  };
}

function setHeader(response: ServerResponse, name: string, spanContext: SpanContext): void {
  try {
    const value = formatTraceparent(spanContext);
    if (value !== undefined) response.setHeader(name, value);
  } catch {
    // A header name that Node refuses is reported where it was configured; the response must go out without it.
  }
}
