// Producer (manifest-api)
await sqs.sendMessage({
QueueUrl: queueUrl,
MessageBody: JSON.stringify(payload),
MessageAttributes: {
traceparent: {
DataType: 'String',
StringValue: traceparent, // W3C format
},
// Optional: Add tracestate for baggage
tracestate: {
DataType: 'String',
StringValue: 'key1=value1,key2=value2',
},
},
});
