/** What pino keeps under symbols of its own. Only their descriptions name them; they are the same for all loggers of one copy of pino. */

type Members = Record<symbol, unknown>;

const ERROR_KEY = 'pino.errorKey';
const MIXIN = 'pino.mixin';
const NESTED_KEY = 'pino.nestedKey';

/** Symbols that were found before, by description; a process has few copies of pino. */
const found: Record<string, symbol[]> = { [ERROR_KEY]: [], [MIXIN]: [], [NESTED_KEY]: [] };

/** The field that errors go under: pino's option `errorKey`. */
export function pinoErrorKey(logger: object): string {
  const key = memberOf(logger, ERROR_KEY);
  return typeof key === 'string' ? key : 'err';
}

/** Whether lines get fields from pino's option `mixin`. */
export function hasMixin(logger: object): boolean {
  return memberOf(logger, MIXIN) !== undefined;
}

/** Whether the fields of a call go into an object of their own: pino's option `nestedKey`. Bindings stay at the top. */
export function nestsFields(logger: object): boolean {
  return Boolean(memberOf(logger, NESTED_KEY));
}

function memberOf(logger: object, description: string): unknown {
  const known = found[description].find((symbol) => symbol in logger);
  if (known !== undefined) return (logger as Members)[known];
  for (let owner: object | null = logger; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    const symbol = Object.getOwnPropertySymbols(owner).find((candidate) => candidate.description === description);
    if (symbol === undefined) continue;
    found[description].push(symbol);
    return (logger as Members)[symbol];
  }
  return undefined;
}
