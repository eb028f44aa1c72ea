/** Names of OpenTelemetry's semantic conventions for messaging (v1.41), and of what they have no name for. */
export { KIND_CLIENT, KIND_CONSUMER, KIND_PRODUCER } from '../http/kind';

export const SYSTEM = 'messaging.system';
export const OPERATION_NAME = 'messaging.operation.name';
export const OPERATION_TYPE = 'messaging.operation.type';
export const DESTINATION_NAME = 'messaging.destination.name';
export const DESTINATION_ANONYMOUS = 'messaging.destination.anonymous';
export const MESSAGE_ID = 'messaging.message.id';
export const CONVERSATION_ID = 'messaging.message.conversation_id';
export const BATCH_MESSAGE_COUNT = 'messaging.batch.message_count';
export const ROUTING_KEY = 'messaging.rabbitmq.destination.routing_key';
export const DELIVERY_TAG = 'messaging.rabbitmq.message.delivery_tag';
export const SERVER_ADDRESS = 'server.address';
export const SERVER_PORT = 'server.port';
export const PEER_ADDRESS = 'network.peer.address';
export const PEER_PORT = 'network.peer.port';
export const QUEUE_URL = 'aws.sqs.queue.url';
export const REQUEST_ID = 'aws.request_id';
export const ERROR_TYPE = 'error.type';

/** Which delivery of the message this is, from 1; at least that many where the broker counts no further. */
export const DELIVERY_ATTEMPT = 'messaging.message.delivery_attempt';
/** Milliseconds between the message's sending and the start of its processing, by the clocks of both machines. */
export const QUEUE_TIME = 'messaging.message.queue_time_ms';
/** Whether RabbitMQ has delivered the message before. */
export const REDELIVERED = 'messaging.rabbitmq.message.redelivered';
/** How often the message was dead-lettered, and why the last time. */
export const DEAD_LETTER_COUNT = 'messaging.rabbitmq.message.dead_letter_count';
export const DEAD_LETTER_REASON = 'messaging.rabbitmq.message.dead_letter_reason';
/** Seconds until a message of SQS comes again, as a change of its visibility asks for: 0 gives it back at once. */
export const VISIBILITY_TIMEOUT = 'messaging.aws_sqs.message.visibility_timeout';
/** How the consumer settled the message: `ack`, `requeue` or `discard`. */
export const SETTLEMENT = 'messaging.rabbitmq.message.settlement';

export const RABBITMQ = 'rabbitmq';
export const AWS_SQS = 'aws_sqs';

/** A span's name: the operation and, where there is one of few, the destination. */
export function spanName(operation: string, destination: string | undefined): string {
  return destination === undefined || destination === '' ? operation : `${operation} ${destination}`;
}
