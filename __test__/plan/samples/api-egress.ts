// Use job-common messaging with trace context
import { createTraceparentFromLogger } from '@manifest-cyber/job-common';

const traceparent = createTraceparentFromLogger(logger);
await messageClient.send('sbom-process-queue', {
sbomId,
organizationId,
traceContext: { traceparent },
});
