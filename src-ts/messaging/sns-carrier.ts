/** A context into a message for SNS: its message attributes, which are all of it that reaches a queue beside the text. */
import type { Context } from '@opentelemetry/api';
import { warnOnce } from '../native/warn';
import { PACKED } from '../propagation/datadog';
import { type Fields, fieldsOf, isAbsentOrFields, stringOf } from './fields';
import { sqsAddition } from './sqs-carrier';

/** Where a publish may go. */
const TOPICS = ['TopicArn', 'TargetArn'];
/** The members of an entry of a batch, which names no topic (SNS API, PublishBatchRequestEntry). */
const ENTRY: ReadonlySet<string> = new Set([
  'Id',
  'Message',
  'MessageAttributes',
  'MessageDeduplicationId',
  'MessageGroupId',
  'MessageStructure',
  'Subject',
]);

/** Whether this is the input of a publish, or an entry of a batch of them. */
export function isSns(message: Fields): boolean {
  if (TOPICS.some((name) => message[name] !== undefined)) return true;
  if (stringOf(message['Message']) === undefined) return false;
  return message['PhoneNumber'] !== undefined || (stringOf(message['Id']) !== undefined && Object.keys(message).every((name) => ENTRY.has(name)));
}

/**
 * The fields of such a message that are to be replaced. SNS takes 256 KiB, of which attributes are a part, and hands no more than ten of these on to a queue
 * with raw delivery; there is nothing else to put a context into.
 */
export function snsChanges(message: Fields, context: Context): Fields {
  if (!isAbsentOrFields(message['MessageAttributes'])) return {};
  const given = fieldsOf(message['MessageAttributes']);
  const { attributes, traceHeader } = sqsAddition(context, message['Message'], given);
  if (traceHeader !== undefined) {
    warnOnce(
      'OBS_SNS_NO_ROOM',
      'a message for SNS has too many attributes of its own, or is too large, so that no place is left for its trace; leave one of the ten free, or put `traceContext` into the message.',
    );
  }
  if (attributes === undefined) return {};
  const packed = attributes[PACKED] === given?.[PACKED] ? undefined : fieldsOf(attributes[PACKED]);
  // As Datadog's tracers have it here: filter policies of subscriptions take JSON in a text for a list of values.
  const binary = packed && { [PACKED]: { DataType: 'Binary', BinaryValue: Buffer.from(packed['StringValue'] as string) } };
  return { MessageAttributes: { ...attributes, ...binary } };
}
