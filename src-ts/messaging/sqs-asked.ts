/** What a receiver of SQS asks for: its own wishes with ours among them, and what of the answer it is shown. */
import { activePropagator } from '../trace/active';
import { type Fields, fieldsOf } from './fields';
import { hide } from './hidden';

/** Message attributes that may carry a context, as others spell them: to SQS a name is another one in another case. */
const CONTEXT_ATTRIBUTES = ['traceparent', 'tracestate', 'baggage', 'b3', 'X-Amzn-Trace-Id', '_datadog'];
/** System attributes that we read: the context, and what is told of the delivery. */
const SYSTEM_ATTRIBUTES = ['AWSTraceHeader', 'SentTimestamp', 'ApproximateReceiveCount'];

/** The SDK has two names for the list of system attributes; the older one is deprecated, and the only one that versions of before May 2024 send. SQS answers both. */
const SYSTEM_LISTS = ['MessageSystemAttributeNames', 'AttributeNames'] as const;

/** The input with our wishes in it. The given one stays as it is. */
export function withWishes(input: Fields): Fields {
  const systemList = SYSTEM_LISTS.find((list) => input[list] !== undefined) ?? SYSTEM_LISTS[1];
  return {
    ...input,
    MessageAttributeNames: extended(input['MessageAttributeNames'], contextAttributes()),
    [systemList]: extended(input[systemList], SYSTEM_ATTRIBUTES),
  };
}

/** Those that others write, and all that the propagator of this process writes and reads. SQS limits the names of a message, not those that are asked for. */
function contextAttributes(): string[] {
  return [...new Set([...CONTEXT_ATTRIBUTES, ...(activePropagator()?.fields() ?? [])])];
}

/** Takes out of a message what only we asked for, and keeps it beside the message. */
export function hideWishes(message: Fields, input: Fields, queueUrl: string | undefined): void {
  const shown = split(fieldsOf(message['MessageAttributes']), (name) => isAsked(textList(input['MessageAttributeNames']), name));
  const system = split(fieldsOf(message['Attributes']), (name) =>
    isAsked(
      SYSTEM_LISTS.flatMap((list) => textList(input[list])),
      name,
    ),
  );
  hide(message, { attributes: shown.hidden, system: system.hidden, queueUrl });
  const target = message as Record<string, unknown>;
  if (system.changed) assignOrDelete(target, 'Attributes', system.kept);
  if (!shown.changed) return;
  assignOrDelete(target, 'MessageAttributes', shown.kept);
  // The checksum is that of what was asked for.
  if (target['MD5OfMessageAttributes'] !== undefined) assignOrDelete(target, 'MD5OfMessageAttributes', shown.kept && checksum(shown.kept));
}

/** `All` and `.*` stand for all names, a name with `.*` at its end for those that begin so (SQS API, ReceiveMessage). */
function isAsked(names: readonly string[], name: string): boolean {
  return names.some((asked) => {
    if (asked === 'All' || asked === '.*' || asked === name) return true;
    return asked.endsWith('.*') && name.startsWith(asked.slice(0, -2));
  });
}

function extended(given: unknown, ours: readonly string[]): unknown {
  // What is no list is SQS's to refuse, as without us.
  if (given !== undefined && given !== null && !Array.isArray(given)) return given;
  const asked = (given ?? []) as unknown[];
  const names = textList(given);
  return [...asked, ...ours.filter((name) => !isAsked(names, name))];
}

interface Split {
  readonly kept: Record<string, unknown> | undefined;
  readonly hidden: Record<string, unknown>;
  readonly changed: boolean;
}

function split(attributes: Fields | undefined, isShown: (name: string) => boolean): Split {
  const entries = Object.entries(attributes ?? {});
  const kept = entries.filter(([name]) => isShown(name));
  const hidden = Object.fromEntries(entries.filter(([name]) => !isShown(name)));
  return { kept: kept.length > 0 ? Object.fromEntries(kept) : undefined, hidden, changed: kept.length < entries.length };
}

/** The MD5 of message attributes (Amazon SQS developer guide, "Calculating the MD5 message digest for message attributes"); undefined where MD5 is forbidden. */
function checksum(attributes: Fields): string | undefined {
  try {
    const hash = process.getBuiltinModule('node:crypto').createHash('md5');
    for (const name of Object.keys(attributes).sort()) {
      const { DataType, StringValue, BinaryValue } = attributes[name] as { DataType: string; StringValue?: string; BinaryValue?: Uint8Array };
      for (const text of [name, DataType]) hash.update(lengthPrefixed(Buffer.from(text)));
      hash.update(Uint8Array.of(BinaryValue === undefined ? 1 : 2));
      hash.update(lengthPrefixed(BinaryValue ?? Buffer.from(StringValue ?? '')));
    }
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}

function lengthPrefixed(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function textList(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((name): name is string => typeof name === 'string') : [];
}

function assignOrDelete(target: Record<string, unknown>, key: string, value: unknown): void {
  if (value === undefined) delete target[key];
  else target[key] = value;
}
