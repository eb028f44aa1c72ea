/** Errors that reach Express's error handling, put on the server span. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Carrying, REQUEST_TRACE } from '../http/request';
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
      const traced = (request as IncomingMessage & Carrying)[REQUEST_TRACE];
      if (traced === undefined) spanOf()?.recordException(error instanceof Error ? error : String(error));
      else if (traced.span !== undefined) traced.recordError(error);
    } catch {
      // A hostile error object (a throwing getter) must still reach the application's own error handler.
    }
    next(error);
  };
}
