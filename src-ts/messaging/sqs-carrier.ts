/** A context into a message of SQS: message attributes, or the system attribute `AWSTraceHeader` where no attribute fits. */
import type { Context } from '@opentelemetry/api';
import { warnOnce } from '../native/warn';
import { injectTraceContext } from '../propagation/carrier';
import { packDatadog } from '../propagation/datadog';
import { xrayOf } from '../propagation/xray';
import { type Fields, fieldsOf, isAbsentOrFields } from './fields';
import { beside } from './own-attributes';
import { bytesLeft, bytesOfAttribute, fitting, MAX_ATTRIBUTES, namesSpan, sizeOf, TEXT_TYPE } from './room';

const SYSTEM_ATTRIBUTE = 'AWSTraceHeader';

/** What is added to a message. */
export interface SqsAddition {
  /** All message attributes, the user's and ours; undefined when none of ours fits. */
  readonly attributes: Record<string, unknown> | undefined;
  /** The value of `AWSTraceHeader`; undefined when message attributes name the span. */
  readonly traceHeader: string | undefined;
  /** Bytes that the attributes add. */
  readonly bytes: number;
}

const NOTHING: SqsAddition = { attributes: undefined, traceHeader: undefined, bytes: 0 };

/**
 * What of `context` a message with this body and these attributes can carry. The user's attributes stay, but for a context that they hold. `bytes` is
 * what a batch has left for all its messages.
 */
export function sqsAddition(context: Context, body: unknown, given: Fields | undefined, bytes = Number.POSITIVE_INFINITY): SqsAddition {
  const carried = packDatadog(injectTraceContext<Record<string, string>>({}, context));
  if (Object.keys(carried).length === 0) return NOTHING;
  const { kept, headers } = beside(given, carried);
  const room = { attributes: MAX_ATTRIBUTES - Object.keys(kept).length, bytes: Math.min(bytes, bytesLeft(sizeOf(body, kept))) };
  const fit = fitting(headers, room);
  const added = Object.fromEntries(fit.map(([name, value]) => [name, { DataType: TEXT_TYPE, StringValue: value }]));
  return {
    attributes: fit.length > 0 ? { ...kept, ...added } : undefined,
    traceHeader: namesSpan(Object.keys(headers)) && !namesSpan(Object.keys(added)) ? xrayOf(context) : undefined,
    bytes: fit.reduce((sum, one) => sum + bytesOfAttribute(...one), 0),
  };
}

/** The input of a send, or an entry of a batch, with a context in it. The given one stays as it is: it may be used again. */
export function withContext(input: Fields, context: Context, bytes?: number): { input: Fields; bytes: number } {
  // Attributes that are none are SQS's to refuse, as without us.
  if (!isAbsentOrFields(input['MessageAttributes']) || !isAbsentOrFields(input['MessageSystemAttributes'])) return { input, bytes: 0 };
  const addition = sqsAddition(context, input['MessageBody'] ?? input['Body'], fieldsOf(input['MessageAttributes']), bytes);
  const { attributes, traceHeader } = addition;
  const changed = { input: attributes === undefined ? input : { ...input, MessageAttributes: attributes }, bytes: addition.bytes };
  if (traceHeader === undefined) return changed;
  const system = fieldsOf(input['MessageSystemAttributes']);
  if (system?.[SYSTEM_ATTRIBUTE] !== undefined) {
    warnOnce(
      'OBS_SQS_NO_ROOM',
      'a message has too many attributes of its own and an AWSTraceHeader, so that no place is left for its trace; leave one of them free, or put `traceContext` into the body (injectMessage does).',
    );
    return changed;
  }
  const header = { DataType: TEXT_TYPE, StringValue: traceHeader };
  return { ...changed, input: { ...changed.input, MessageSystemAttributes: { ...system, [SYSTEM_ATTRIBUTE]: header } } };
}
