/** How lines reach a base logger. */
import type { LineIds } from './ids';
import type { LogLevel } from './levels';

/** Writes lines with the fields of one logger. */
export interface Writer {
  /** Writes a line from the arguments of a log call; gives back what the base logger does. Throws what the base logger throws. */
  write(level: LogLevel, args: readonly unknown[], ids: LineIds | undefined): unknown;
}

/** The base logger has no method for a level, nor for one near it. */
export class MissingMethod extends Error {
  constructor(readonly level: LogLevel) {
    super(`no method for the level ${level}`);
  }
}
