/** Base loggers of each kind, writing into memory; `lines()` gives what was written, brought into one form: level, message and the other fields. */
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import bunyan from 'bunyan';
import pino from 'pino';
import winston from 'winston';

const PINO_LEVELS = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };

function memory() {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  return {
    stream,
    text: () => text,
    jsonLines: () =>
      text
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
  };
}

export function pinoBase(options = {}) {
  const { stream, text, jsonLines } = memory();
  const logger = pino({ level: 'trace', base: null, timestamp: false, ...options }, stream);
  const lines = () => jsonLines().map(({ level, msg, ...fields }) => ({ level: PINO_LEVELS[level] ?? level, message: msg, fields }));
  return { logger, lines, text };
}

export function bunyanBase(options = {}) {
  const { stream, jsonLines } = memory();
  const logger = bunyan.createLogger({ name: 'test', streams: [{ stream, level: 'trace' }], ...options });
  const lines = () =>
    jsonLines().map(({ level, msg, name, hostname, pid, time, v, ...fields }) => ({ level: PINO_LEVELS[level], message: msg, fields }));
  return { logger, lines };
}

export function winstonBase(options = {}) {
  const { stream, jsonLines } = memory();
  const logger = winston.createLogger({
    level: 'silly',
    format: winston.format.json(),
    transports: [new winston.transports.Stream({ stream })],
    ...options,
  });
  return { logger, lines: () => jsonLines().map(({ level, message, ...fields }) => ({ level, message, fields })) };
}

/** A console whose calls are kept as they come: message first, then the fields. */
export function consoleBase() {
  const { stream, text } = memory();
  const logger = new Console(stream);
  const lines = [];
  for (const level of ['error', 'warn', 'info', 'debug', 'trace']) {
    const print = logger[level];
    logger[level] = (...args) => {
      lines.push({ level, message: args[0] === '%s' ? args[1] : args[0], fields: args.find((arg) => typeof arg === 'object') ?? {} });
      Reflect.apply(print, logger, args);
    };
  }
  return { logger, lines: () => lines, text };
}

/** An object with the usual methods and nothing else. */
export function plainBase() {
  const lines = [];
  const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'];
  const methods = levels.map((level) => [level, (message, fields = {}) => lines.push({ level, message, fields })]);
  return { logger: Object.fromEntries(methods), lines: () => lines };
}

/** Level names as each kind writes them. */
export const kinds = {
  pino: { create: pinoBase, levels: {} },
  bunyan: { create: bunyanBase, levels: {} },
  winston: { create: winstonBase, levels: { fatal: 'error', trace: 'silly' } },
  console: { create: consoleBase, levels: { fatal: 'error', trace: 'debug' } },
  'an object with the usual methods': { create: plainBase, levels: {} },
};
