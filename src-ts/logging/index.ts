/** `/logging`: loggers whose lines carry their place in a trace, for services, jobs and cron jobs. */
export { TraceContext } from '../propagation/trace-context';
export type { ArgumentOrder, BaseLogger, BaseLogMethod } from './base-logger';
export { createLoggerWithMessageTrace, type MessageLoggerOptions } from './message';
export { type LogMethod, OtelLogger, type OtelLoggerOptions } from './otel-logger';
export { type RootSpanOptions, withRootSpan } from './root-span';
export { createTraceparentFromLogger } from './traceparent';
