/** Levels, and the methods of a base logger that stand for them. */

/** The levels of an OtelLogger, the most severe first. */
export const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LEVELS)[number];

/** Methods that write a level, the best first: loggers differ in their names. */
export type MethodTable = Readonly<Record<LogLevel, readonly string[]>>;

/** Names of pino, bunyan, winston (npm and syslog levels) and others. */
export const USUAL_METHODS: MethodTable = {
  fatal: ['fatal', 'crit', 'emerg', 'error', 'log'],
  error: ['error', 'log'],
  warn: ['warn', 'warning', 'log'],
  info: ['info', 'notice', 'log'],
  debug: ['debug', 'verbose', 'log'],
  trace: ['trace', 'silly', 'verbose', 'debug', 'log'],
};

/** `console.trace` prints a stack, which is not what the level means. */
export const CONSOLE_METHODS: MethodTable = { ...USUAL_METHODS, trace: ['debug', 'log'] };

/** winston's `log` wants a level beside the line. There is none called `log`: winston says that to the console, and the line is lost. */
export const WINSTON_METHODS = Object.fromEntries<readonly string[]>(
  LEVELS.map((level) => [level, USUAL_METHODS[level].filter((name) => name !== 'log')]),
) as MethodTable;

/** The name of the method of `base` that writes `level`; undefined where it has none. */
export function methodFor(base: object, table: MethodTable, level: LogLevel): string | undefined {
  return table[level].find((name) => typeof (base as Record<string, unknown>)[name] === 'function');
}
