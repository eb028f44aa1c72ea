/** Middleware for Express 4 and 5: the `traceparent` response header, errors on the server span, and the server span itself where nobody else makes it. */

export { tracingErrorMiddleware } from './errors';
export { type TracingMiddlewareOptions, tracingMiddleware } from './middleware';
