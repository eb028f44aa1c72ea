/** Queues: context in and out of messages, and spans around what is sent and received. */
export { type AmqpChannel, instrumentAmqp } from './amqp';
export { extractMessage } from './extract';
export { injectMessage } from './inject';
export { type BatchSpanOptions, type MessageSpanOptions, withBatchSpan, withMessageSpan } from './process';
export { instrumentSqs, type SqsClient } from './sqs';
