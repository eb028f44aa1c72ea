// job-daily-vuln-match/src/invoke.ts
import { TraceContext } from '@manifest-cyber/logger-ts';

const traceContext = TraceContext.generateRandom();
const logger = OtelLogger.create(baseLogger, {
fields: { trace_id: traceContext.trace_id, span_id: traceContext.span_id },
});
