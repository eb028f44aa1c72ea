/**
 * Lines for pino. The logger's fields are bindings of a child, which pino turns into text once. The ids are bindings of it, too, and change with the active
 * span, so that a line goes to pino with the caller's own arguments. Merging the ids into an object per line cost 25 to 100 % of a bare line.
 */
import type { Base } from './base-logger';
import { hasConversion, isFields, isFilled, isPlain, type LogFields } from './call';
import type { LineIds } from './ids';
import { LEVELS, type LogLevel } from './levels';
import { MergingWriter } from './merging-writer';
import { hasMixin, nestsFields } from './pino-members';
import type { Writer } from './writer';

type Arguments = readonly unknown[];
type Pino = Record<LogLevel, (...args: Arguments) => void> & {
  child(bindings: LogFields): Pino;
  setBindings(bindings: LogFields): void;
  [member: symbol]: unknown;
};

const SAMPLE = { trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16), parent_id: 'c'.repeat(16) };

/** Writes lines through a child of a pino logger. */
export class PinoWriter implements Writer {
  private readonly child: Pino;
  /** What lines are written with: the child, or where its text cannot be set, a view on it with the ids of the line before. */
  private view: Pino;
  private ids: LineIds | undefined = undefined;
  /** Where pino keeps the child's bindings as text; undefined where it makes other text of ids than {@link textOf}. */
  private readonly textKey: symbol | undefined;
  private readonly text: unknown;

  private constructor(
    private readonly base: Base,
    fields: LogFields,
    private readonly merging: MergingWriter,
    /** Whether the fields of a call are apart from the bindings: then neither is there twice. */
    private readonly nests: boolean,
  ) {
    const pino = base.logger as Pino;
    this.textKey = textKeyOf(pino);
    this.child = pino.child(fields);
    this.text = this.textKey && this.child[this.textKey];
    this.view = this.child;
  }

  /** A writer for a pino logger; undefined where only merging does the right thing. `merging` writes what carries ids of its own. */
  static over(base: Base, fields: LogFields, merging: MergingWriter): PinoWriter | undefined {
    const pino = base.logger as Pino;
    if (base.kind !== 'pino' || typeof pino.setBindings !== 'function') return undefined;
    if (LEVELS.some((level) => typeof pino[level] !== 'function')) return undefined;
    const nests = nestsFields(pino);
    // Fields of the line win over what a mixin writes, which may be ids, as with OpenTelemetry's instrumentation, and over the logger's own, which may be an
    // error or ids that are no place. Bindings would only be doubled.
    if (!nests && (hasMixin(pino) || hasIds(fields) || fields[base.errorKey] !== undefined)) return undefined;
    return new PinoWriter(base, fields, merging, nests);
  }

  write(level: LogLevel, args: Arguments, ids: LineIds | undefined): unknown {
    const first = args[0];
    const second = args[1];
    const { length } = args;
    if (typeof first === 'string') {
      if (length === 1) return this.at(ids)[level](first);
      // pino wants the object first.
      if (length === 2 && this.takes(second) && !hasConversion(first)) return this.at(ids)[level](second, first);
      if (isFilled(first, args, 1)) return this.at(ids)[level](...args);
    } else if (length === 1) {
      if (this.takes(first)) return this.at(ids)[level](first);
    } else if (typeof second === 'string' && this.takes(first)) {
      if (length === 2) return this.at(ids)[level](first, second);
      // What a message has no conversion for, pino drops without a word.
      if (isFilled(second, args, 2)) return this.at(ids)[level](...args);
    }
    if (!this.nests) return this.merging.write(level, args, ids);
    // Merged, fields of the logger and ids would be among those of the call, for some of its lines.
    return new MergingWriter({ ...this.base, logger: this.at(ids) }, {}).write(level, args, undefined);
  }

  /** Whether a value can go to pino as it is: an error, or fields without ids, which would be there twice. */
  private takes(value: unknown): boolean {
    return value instanceof Error || ((isPlain(value) || isFields(value)) && (this.nests || !hasIds(value)));
  }

  /** The child with `ids` among its bindings. */
  private at(ids: LineIds | undefined): Pino {
    if (ids === this.ids) return this.view;
    this.ids = ids;
    if (typeof this.text === 'string') {
      this.child[this.textKey as symbol] = this.text + textOf(ids);
    } else {
      this.view = Object.create(this.child) as Pino;
      if (ids !== undefined) this.view.setBindings({ ...ids });
    }
    return this.view;
  }
}

/** Bindings as pino writes them. */
function textOf(ids: LineIds | undefined): string {
  if (ids === undefined) return '';
  const text = `,"trace_id":"${ids.trace_id}","span_id":"${ids.span_id}"`;
  return ids.parent_id === undefined ? text : `${text},"parent_id":"${ids.parent_id}"`;
}

/** Keys that were looked for before, by logger. */
const textKeys = new WeakMap<object, symbol | undefined>();

/** Looks where `setBindings` puts its text, and whether that is what {@link textOf} makes: redaction and serialisers may change it. */
function textKeyOf(base: Pino): symbol | undefined {
  if (!textKeys.has(base)) {
    const probe = base.child({});
    probe.setBindings(SAMPLE);
    const expected = textOf(SAMPLE);
    textKeys.set(
      base,
      Object.getOwnPropertySymbols(probe).find((symbol) => typeof probe[symbol] === 'string' && (probe[symbol] as string).endsWith(expected)),
    );
  }
  return textKeys.get(base);
}

function hasIds(fields: LogFields): boolean {
  return fields.trace_id !== undefined || fields.span_id !== undefined || fields.parent_id !== undefined;
}
