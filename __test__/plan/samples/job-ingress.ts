// job-common automatically extracts trace context
import { createLoggerWithMessageTrace } from '@manifest-cyber/job-common';

const logger = createLoggerWithMessageTrace(message, baseLogger);
// Logger now has trace context from message
