/** The guard between a service and its base logger: what goes wrong in there never comes out as an error. */
import { warnOnce } from '../native/warn';
import type { Base } from './base-logger';
import { isError, type LogFields } from './call';
import type { LineIds } from './ids';
import type { LogLevel } from './levels';
import { MergingWriter } from './merging-writer';
import { PinoWriter } from './pino-writer';
import { MissingMethod, type Writer } from './writer';

/** Writes lines and never throws. */
export class SafeWriter {
  private readonly writer: Writer;

  constructor(
    private readonly base: Base,
    fields: LogFields,
  ) {
    this.writer = writerFor(base, fields);
  }

  write(level: LogLevel, args: readonly unknown[], ids: LineIds | undefined): void {
    try {
      const result = this.writer.write(level, args, ids);
      // pino gives back nothing; a logger that gives a promise may reject it later.
      if (result !== undefined) watch(result);
    } catch (error) {
      if (error instanceof MissingMethod) warnMissing(error);
      else this.writeWithoutFields(level, args, ids);
    }
  }

  /** The usual reason for a throw is a field that cannot be written: a circle, a getter that throws. The message is worth more than that. */
  private writeWithoutFields(level: LogLevel, args: readonly unknown[], ids: LineIds | undefined): void {
    warnOnce(
      'OBS_LOGGER_THREW',
      'the base logger threw while it wrote a line; the line is written without its fields, or lost where it throws again.',
    );
    try {
      const message = args.find((arg) => typeof arg === 'string') ?? errorMessage(args);
      watch(writerFor(this.base, {}).write(level, [{ fields_lost: true }, message], ids));
    } catch {
      // It was warned of.
    }
  }
}

function writerFor(base: Base, fields: LogFields): Writer {
  const merging = new MergingWriter(base, fields);
  try {
    return PinoWriter.over(base, fields, merging) ?? merging;
  } catch {
    return merging;
  }
}

function errorMessage(args: readonly unknown[]): string | undefined {
  const error = args.find(isError);
  return error === undefined ? undefined : String(error.message);
}

function watch(result: unknown): void {
  if (typeof result !== 'object' || result === null || typeof (result as PromiseLike<unknown>).then !== 'function') return;
  (result as PromiseLike<unknown>).then(undefined, () => {
    warnOnce('OBS_LOGGER_REJECTED', 'the base logger rejected the promise of a line; the line may be lost.');
  });
}

function warnMissing({ level }: MissingMethod): void {
  warnOnce(
    `OBS_LOGGER_METHOD_MISSING_${level.toUpperCase()}`,
    `the base logger has no method for the level ${level}, nor one near it; such lines are lost. Give OtelLogger.create a logger with ${level}().`,
  );
}
