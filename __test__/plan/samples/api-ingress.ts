// manifest-api auto-instrumentation extracts traceparent
// Express middleware creates span automatically
// Pass to logger:
const logger = OtelLogger.create(baseLogger, { autoTrace: true });
logger.info('Processing SBOM upload', { userId, organizationId });
