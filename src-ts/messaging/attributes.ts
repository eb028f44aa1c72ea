/** Message attributes in their three spellings: the AWS SDK's, that of Lambda events, and that of SNS envelopes. */
import { type Fields, fieldsOf } from './fields';

/** Attributes looked at in one message. SQS allows ten; this bounds what a hostile one can cost. */
const MAX_ATTRIBUTES = 64;

/** A longer base64 text is not decoded: no header is as long. */
const MAX_BASE64_LENGTH = 64 * 1024;

/** The attributes as a carrier of headers, text or bytes by name; undefined where there are none. */
export function attributeCarrier(attributes: unknown): Record<string, unknown> | undefined {
  const fields = fieldsOf(attributes);
  if (fields === undefined) return undefined;
  const names = Object.keys(fields);
  if (names.length === 0) return undefined;
  const carrier: Record<string, unknown> = Object.create(null);
  for (const name of names.slice(0, MAX_ATTRIBUTES)) carrier[name] = contentOf(fieldsOf(fields[name]));
  return carrier;
}

function contentOf(attribute: Fields | undefined): unknown {
  if (attribute === undefined) return undefined;
  const text = attribute['StringValue'] ?? attribute['stringValue'];
  const value = attribute['Type'] === 'Binary' ? bytesOf(attribute['Value']) : attribute['Value'];
  return text ?? value ?? attribute['BinaryValue'] ?? bytesOf(attribute['binaryValue']);
}

/** Lambda and SNS hand binary values on as base64. */
function bytesOf(value: unknown): unknown {
  return typeof value === 'string' && value.length <= MAX_BASE64_LENGTH ? Buffer.from(value, 'base64') : value;
}
