/**
 * When an AMQP message was sent, to the millisecond. AMQP's own property has seconds; the milliseconds are in the id of the span that sent the message, which
 * the message carries anyway. A header of our own for them costs as much as both spans together (docs/adr/0008).
 */
import type { IdentifiedSpan } from '../trace/identity';
import { type Fields, numberOf } from './fields';

/** The header for where the property is the user's, in Unix milliseconds. */
export const SENT_HEADER = 'x-sent-ms';
/** The one that RabbitMQ itself writes where it is set up to stamp messages. */
const STAMP_HEADER = 'timestamp_in_ms';

/** Seconds of Unix time are below this, milliseconds above it. */
const FIRST_MILLIS = 1e11;

/** The low bits of a span id: a check that other ids seldom pass, and above it the milliseconds plus one. */
const CHECK_BITS = 8;
const CHECK_MASK = (1 << CHECK_BITS) - 1;
const MARK_MASK = (1 << (CHECK_BITS + 10)) - 1;

/** Puts the milliseconds of a second of Unix time into the id of a span that was just started; false where somebody knows that id already. */
export function markSent(span: IdentifiedSpan, seconds: number, millis: number): boolean {
  return span.replaceLowBits(MARK_MASK, ((millis + 1) << CHECK_BITS) | checkOf(span, seconds));
}

/** The milliseconds in the id of the span that sent a message; 0 where there are none. */
function markedMillis(span: IdentifiedSpan, seconds: number): number {
  const mark = span.span1 & MARK_MASK;
  const millis = (mark >>> CHECK_BITS) - 1;
  return (mark & CHECK_MASK) === checkOf(span, seconds) && millis >= 0 && millis < 1000 ? millis : 0;
}

function checkOf(span: IdentifiedSpan, seconds: number): number {
  return (seconds ^ span.span0) & CHECK_MASK;
}

/** When a message was sent, in Unix milliseconds, by what it tells and the span that sent it; undefined where neither does. */
export function sentMillisOf(properties: Fields | undefined, headers: Fields | undefined, sender: IdentifiedSpan | undefined): number | undefined {
  const millis = numberOf(headers?.[SENT_HEADER]) ?? numberOf(headers?.[STAMP_HEADER]);
  if (millis !== undefined) return millis;
  const given = numberOf(properties?.['timestamp']);
  // By the protocol it is in seconds; many clients write what `Date.now()` gave.
  if (given === undefined || given > FIRST_MILLIS) return given;
  return given * 1000 + (sender === undefined ? 0 : markedMillis(sender, given));
}
