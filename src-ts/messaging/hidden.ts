/** What came with a message and its receiver did not ask for: kept beside the message, not in it. */
import type { Fields } from './fields';
import { Recent } from './recent';

/** Attributes of a received message that its receiver does not see. */
export interface HiddenAttributes {
  /** Message attributes, as the SDK has them. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** System attributes, as the SDK has them. */
  readonly system: Readonly<Record<string, unknown>>;
  /** The queue it came from. */
  readonly queueUrl: string | undefined;
}

/** By the message itself, for as long as it is used. */
const byMessage = new WeakMap<object, HiddenAttributes>();

/** Of the last messages also by their handles, which copies have, too; less than a megabyte but for long baggage. */
const KEPT = 512;
const byHandle = new Recent<HiddenAttributes>(KEPT);

/** Keeps attributes beside a message. */
export function hide(message: Fields, attributes: HiddenAttributes): void {
  byMessage.set(message, attributes);
  byHandle.keep(message['ReceiptHandle'], attributes);
}

/** What was kept beside a message, or beside the one that it is a copy of; undefined for what SQS did not deliver. */
export function hiddenOf(message: Fields): HiddenAttributes | undefined {
  const handle = message['ReceiptHandle'];
  return handle === undefined ? undefined : (byMessage.get(message) ?? byHandle.of(handle));
}
