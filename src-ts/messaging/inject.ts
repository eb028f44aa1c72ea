/** A context into a message, whatever kind of message it is. */
import type { Context } from '@opentelemetry/api';
import { injectTraceContext } from '../propagation/carrier';
import { activeContext } from '../trace/active';
import { isEnvelope } from './body';
import { traceContextOf } from './body-context';
import { type Fields, fieldsOf } from './fields';
import { beside } from './own-attributes';
import { isSns, snsChanges } from './sns-carrier';
import { sqsAddition, withContext } from './sqs-carrier';

/**
 * Puts a context, by default the active one, into a message and returns the message. Never throws; what is no object is given back as it is.
 *
 * - SQS messages and batch entries: message attributes; where none is free or the size does not allow it, the system attribute `AWSTraceHeader`, which
 *   counts for neither
 * - inputs of SNS's publish and entries of its batches: message attributes
 * - records of a Lambda function's SQS event, and SNS envelopes: their attributes
 * - AMQP messages and publish options, and anything else with `headers`: the headers
 * - any other object is taken for a body and gets `traceContext: { traceparent, tracestate }`
 *
 * The message's own lists of attributes or headers are replaced by longer ones, not written to. A frozen message is copied.
 *
 * @example
 * await sqs.send(new SendMessageCommand(injectMessage({ QueueUrl, MessageBody })));
 */
export function injectMessage<T>(message: T, context: Context = activeContext()): T {
  try {
    const fields = fieldsOf(message);
    const changes = fields === undefined ? undefined : changesOf(fields, context);
    if (changes === undefined) return message;
    return Object.isFrozen(message) ? ({ ...message, ...changes } as T) : Object.assign(message as object, changes) && message;
  } catch {
    // A message that cannot be read or written to is sent as it is.
    return message;
  }
}

/** The fields of the message that are to be replaced. */
function changesOf(message: Fields, context: Context): Fields | undefined {
  const properties = fieldsOf(message['properties']);
  if (properties !== undefined) return { properties: { ...properties, headers: withHeaders(properties['headers'], context) } };
  if (fieldsOf(message['headers']) !== undefined) return { headers: withHeaders(message['headers'], context) };
  if (isLambdaRecord(message)) return lambdaChanges(message, context);
  if (isEnvelope(message)) return envelopeChanges(message, context);
  if (isSns(message)) return snsChanges(message, context);
  if (isSqs(message)) return sqsChanges(message, context);
  const traceContext = traceContextOf(context);
  return traceContext === undefined ? undefined : { traceContext };
}

function withHeaders(headers: unknown, context: Context): unknown {
  // Headers of a class (`Headers`, `Map`) have to be written to: a copy would be no such object any more.
  const isPlain = headers === undefined || headers === null || Object.getPrototypeOf(headers) === Object.prototype;
  return injectTraceContext(isPlain ? { ...(headers as object) } : headers, context);
}

function isLambdaRecord(message: Fields): boolean {
  return message['messageAttributes'] !== undefined || (typeof message['body'] === 'string' && message['messageId'] !== undefined);
}

function isSqs(message: Fields): boolean {
  return ['MessageAttributes', 'MessageBody', 'Body', 'QueueUrl'].some((name) => message[name] !== undefined);
}

function sqsChanges(message: Fields, context: Context): Fields {
  const { MessageAttributes, MessageSystemAttributes } = withContext(message, context).input;
  return { ...(MessageAttributes !== undefined && { MessageAttributes }), ...(MessageSystemAttributes !== undefined && { MessageSystemAttributes }) };
}

function lambdaChanges(message: Fields, context: Context): Fields {
  const given = fieldsOf(message['messageAttributes']);
  const { attributes, traceHeader } = sqsAddition(context, message['body'], given);
  const system = traceHeader === undefined ? {} : { attributes: { ...fieldsOf(message['attributes']), AWSTraceHeader: traceHeader } };
  const spelled = Object.entries(attributes ?? {}).map(([name, attribute]) => {
    const { StringValue, DataType } = attribute as { StringValue?: unknown; DataType?: unknown };
    return [name, given?.[name] === attribute ? attribute : { stringValue: StringValue, dataType: DataType }];
  });
  return attributes === undefined ? system : { ...system, messageAttributes: Object.fromEntries(spelled) };
}

function envelopeChanges(message: Fields, context: Context): Fields {
  const { kept, headers } = beside(fieldsOf(message['MessageAttributes']), injectTraceContext<Record<string, string>>({}, context));
  const attributes = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { Type: 'String', Value: value }]));
  return { MessageAttributes: { ...kept, ...attributes } };
}
