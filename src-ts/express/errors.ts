/** Errors that reach Express's error handling, put on the server span. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Span } from '@opentelemetry/api';
import { traceOf } from '../http/carried';
import { spanOf } from '../trace/active';

/** An error-handling middleware. */
export type ErrorMiddleware = (error: unknown, request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * Records what was passed to `next(error)`, thrown or rejected in a handler as an exception on the server span, and passes it on. Mount it after the routes
 * and before your own error handler: `app.use(tracingErrorMiddleware())`. Whether the span has failed is still the status code's to say (5xx).
 */
export function tracingErrorMiddleware(): ErrorMiddleware {
  return function tracingErrors(error, request, _response, next) {
    try {
      const traced = traceOf(request);
      if (traced === undefined) recordOn(spanOf(), error);
      else if (traced.span !== undefined) traced.recordError(error);
    } catch {
      // A hostile error object (a throwing getter) must still reach the application's own error handler.
    }
    next(error);
  };
}

/** For a request whose span another instrumentation has made. One of ours may have ended with its response. */
function recordOn(span: Span | undefined, error: unknown): void {
  if (span?.isRecording()) span.recordException(error instanceof Error ? error : String(error));
}
