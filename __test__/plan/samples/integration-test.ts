describe('Trace Propagation', () => {
it('should propagate trace from API to job', async () => {
// 1. Create trace in API
const response = await request(app).post('/api/sboms/upload').send(sbomData);

const traceparent = response.headers['traceparent'];

// 2. Verify message has trace context
const message = await queueClient.receiveMessage();
expect(message.traceContext.traceparent).toBe(traceparent);

// 3. Verify job creates child span
const jobSpans = await getSpansForTrace(traceparent);
expect(jobSpans).toContainEqual(
expect.objectContaining({
name: 'job.process.sbom',
parentSpanId: extractSpanId(traceparent),
}),
);
});
});
