/** Log lines that know their trace: JSON for people and log shippers, and an event on the span they belong to. */
import { addSpanEvent, getActiveSpan } from '@manifest-cyber/observability-ts';

const line = (level) => (message) => {
  const span = getActiveSpan()?.spanContext();
  console.log(JSON.stringify({ level, message, trace_id: span?.traceId, span_id: span?.spanId }));
  addSpanEvent('log', { 'log.severity': level, 'log.message': message });
};

export const log = { info: line('info'), warn: line('warn'), error: line('error') };
