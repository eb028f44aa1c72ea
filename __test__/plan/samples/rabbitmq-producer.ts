// Producer (manifest-api)
await channel.sendToQueue(queueName, Buffer.from(JSON.stringify(payload)), {
headers: {
traceparent: traceparent, // W3C format
tracestate: 'key1=value1,key2=value2', // Optional
},
persistent: true,
});
