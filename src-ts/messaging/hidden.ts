/** What came with a message and its receiver did not ask for: kept beside the message, not in it. */

/** Attributes of a received message that its receiver does not see. */
export interface HiddenAttributes {
  /** Message attributes, as the SDK has them. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** System attributes, as the SDK has them. */
  readonly system: Readonly<Record<string, unknown>>;
  /** The queue it came from. */
  readonly queueUrl: string | undefined;
}

const hidden = new WeakMap<object, HiddenAttributes>();

/** Keeps attributes beside a message, for as long as the message is used. */
export function hide(message: object, attributes: HiddenAttributes): void {
  hidden.set(message, attributes);
}

/** What was kept beside a message. */
export function hiddenOf(message: object): HiddenAttributes | undefined {
  return hidden.get(message);
}
