/** Queues: context in and out of messages, and spans around what is sent and received. */
export { extractMessage } from './extract';
export { injectMessage } from './inject';
