/** `tracestate` (W3C Trace Context level 2, section 3.3): the header as it came, taken apart only when somebody asks. */
import type { TraceState } from '@opentelemetry/api';
import { loadAddon } from '../native/addon';
import { countPlainPairs, TRACESTATE } from './pairs';
import { countRejected } from './rejected';

/** The most members of a list. */
const MAX_MEMBERS = 32;
/** Longer headers are not even handed over: no list that the grammar allows is as long. */
const MAX_LENGTH = 32 * 514;

/** A valid trace state, immutable. */
class HeaderTraceState implements TraceState {
  private parts: Map<string, string> | undefined;

  /** `text` is in the normal form: members without white space around, none of them empty, each key once. */
  constructor(private readonly text: string) {}

  get(key: string): string | undefined {
    return this.members().get(key);
  }

  /** With a member first, in place of one with the same key; beyond 32 the last ones go. A key or a value that the grammar does not allow changes nothing. */
  set(key: string, value: string): TraceState {
    const member = `${key}=${value}`;
    if (member.includes(',') || normalTracestate(member) !== member) return this;
    const rest = [...this.members()].filter(([known]) => known !== key).map((pair) => pair.join('='));
    return new HeaderTraceState([member, ...rest.slice(0, MAX_MEMBERS - 1)].join(','));
  }

  unset(key: string): TraceState {
    if (!this.members().has(key)) return this;
    const rest = [...this.members()].filter(([known]) => known !== key).map((pair) => pair.join('='));
    return new HeaderTraceState(rest.join(','));
  }

  serialize(): string {
    return this.text;
  }

  private members(): Map<string, string> {
    if (this.parts === undefined) {
      this.parts = new Map();
      for (const member of this.text === '' ? [] : this.text.split(',')) {
        const equals = member.indexOf('=');
        this.parts.set(member.slice(0, equals), member.slice(equals + 1));
      }
    }
    return this.parts;
  }
}

/** The trace state in a header; undefined when the header is empty or invalid. An invalid one is discarded whole, and counted. */
export function readTracestate(header: string | undefined): TraceState | undefined {
  if (header === undefined || header === '') return undefined;
  const normal = normalTracestate(header);
  if (normal !== undefined) return new HeaderTraceState(normal);
  if (!/^[ \t,]*$/.test(header)) countRejected();
  return undefined;
}

/** The header of a trace state; undefined when it has no members, or when somebody's own trace state holds what a header cannot. */
export function writeTracestate(state: TraceState): string | undefined {
  const text = state.serialize();
  if (state instanceof HeaderTraceState) return text === '' ? undefined : text;
  return typeof text === 'string' && text !== '' ? normalTracestate(text) : undefined;
}

/** A list in its normal form: as it is when it is plain, else what Rust makes of it. */
function normalTracestate(text: string): string | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  if (countPlainPairs(text, TRACESTATE) > 0) return text;
  return loadAddon()?.normaliseTracestate(text) ?? undefined;
}
