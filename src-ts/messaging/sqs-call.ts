/** A command to SQS, called inside its span, and what its answer or its failure says. */
import type { Attributes, Span } from '@opentelemetry/api';
import { errorType } from '../http/semantics';
import { activeContext, runWith } from '../trace/active';
import { suppress, withSpanSet } from '../trace/context';
import { messageOf, setError } from '../trace/run';
import { type Fields, fieldsOf, stringOf } from './fields';
import { guarded } from './guard';
import { ERROR_TYPE, REQUEST_ID } from './semantics';

/** The rest of the SDK's way of a command. */
export type Next = (input: Fields) => Promise<{ readonly output?: unknown }>;

/** What calls a command of one kind. */
export type Command = (input: Fields, next: Next) => ReturnType<Next>;

/** A command that is about to be called, and what to do when that is over. */
export interface Call {
  readonly span: Span;
  readonly input: Fields;
  /** The answer is there. */
  answer(output: Fields | undefined): void;
  /** There will be none. */
  fail(error: unknown): void;
}

/** Calls a command inside the span that `start` gives it. */
export async function inSpan(input: Fields, next: Next, start: (input: Fields) => Call): ReturnType<Next> {
  const call = guarded('OBS_SQS_FAILED', () => start(input));
  if (call === undefined) return next(input);
  try {
    // The request itself is the same thing seen from below: one span says it all.
    const result = await runWith(suppress(withSpanSet(activeContext(), call.span)), () => next(call.input));
    guarded('OBS_SQS_FAILED', () => call.answer(fieldsOf(result?.output)));
    return result;
  } catch (error) {
    guarded('OBS_SQS_FAILED', () => call.fail(error));
    throw error;
  } finally {
    call.span.end();
  }
}

/** Why SQS did not do what it was asked for. */
export interface Failure {
  readonly type: string;
  readonly message: string;
}

/** What an answer says of an entry that was refused. */
export function failureOf(refused: Fields | undefined): Failure | undefined {
  return refused === undefined ? undefined : { type: stringOf(refused['Code']) ?? '_OTHER', message: stringOf(refused['Message']) ?? '' };
}

/** Says on a span why it failed. */
export function setFailure(span: Span, { type, message }: Failure): void {
  span.setAttribute(ERROR_TYPE, type);
  setError(span, message);
}

/** A command failed. */
export function fail(span: Span, error: unknown): void {
  setFailure(span, { type: errorType(error), message: messageOf(error) });
}

/** Some of a batch were refused, or none. */
export function failPartly(span: Span, refused: readonly Fields[], count: number): void {
  if (refused.length === 0) return;
  setFailure(span, { type: failureOf(refused[0])?.type ?? '_OTHER', message: `${refused.length} of ${count} messages were refused` });
}

/** What an answer says of itself. */
export function answerAttributes(output: Fields | undefined): Attributes {
  const id = fieldsOf(output?.['$metadata'])?.['requestId'];
  return typeof id === 'string' ? { [REQUEST_ID]: id } : {};
}

/** The objects of a list in an answer. */
export function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf).filter((one) => one !== undefined) : [];
}

/** Sets an attribute that is a text; nothing else. */
export function setText(span: Span | undefined, key: string, value: unknown): void {
  if (typeof value === 'string') span?.setAttribute(key, value);
}
