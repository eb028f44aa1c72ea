/** The logger of both services: its lines carry the ids of the span that they belong to. */
import { addSpanEvent, OtelLogger } from '@manifest-cyber/observability-ts';

/** A service gives its pino, winston or bunyan here. This one also puts each line on its span, so that the picture of the trace shows it. */
const line = (level) => (message, fields) => {
  console.log(JSON.stringify({ level, message, ...fields }));
  addSpanEvent('log', { 'log.severity': level, 'log.message': message });
};

export const logger = OtelLogger.create({ info: line('info'), warn: line('warn'), error: line('error') }, { autoTrace: true });
