/** Paths of Express 4, read back from the regular expressions that path-to-regexp 0.1 made of them, which are all that Express 4 keeps. */

/** One of the paths that a layer was mounted at. */
export interface Template {
  /** As it was given, without a slash at its end: `/flights/:from-:to`. */
  readonly text: string;
  readonly regexp: RegExp;
}

/** A parameter's name, or the number of a group without one. */
interface Key {
  readonly name: string | number;
}

/** What path-to-regexp puts at the end of a path that more may follow, and of one that must end there. */
const TAIL = /(\\\/\?)?(\(\?=\\\/\|\$\)|\$)?$/;

/** The group of a parameter that takes any text up to the next separator. */
const ANY_TEXT = /^(\[\^[\\/.]+\]\+\?|\(\?:\(\?!.*\)\.\)\+\?)$/;

/** The second group of `:name*`. */
const MORE_SEGMENTS = /^\(\?:\[[\\/.]+\]\.\+\?\)\?$/;

/** The paths behind a regular expression: several for an array of them. One that path-to-regexp has not made is its own text. */
export function templatesOf(regexp: RegExp, keys: readonly Key[]): readonly Template[] {
  const { source, flags } = regexp;
  // Arrays are `^a|^b`, and `(?:^a|^b)` before 0.1.10.
  const parts = (source.startsWith('(?:^') ? source.slice(3, -1) : source).split(/\|(?=\^)/);
  const names = keys.map(({ name }) => name);
  const templates: Template[] = [];
  for (const part of parts) {
    const text = part.startsWith('^') ? new Source(part.replace(TAIL, ''), names).read() : undefined;
    if (text === undefined) return [{ text: String(regexp), regexp }];
    templates.push({ text, regexp: new RegExp(part, flags) });
  }
  return templates;
}

/** Reads a regular expression as the path that it was made of. */
class Source {
  /** Behind the `^`. */
  private at = 1;

  /** Takes the names of its groups from the front of `names`. */
  constructor(
    private readonly source: string,
    private readonly names: (string | number)[],
  ) {}

  /** The path; `undefined` when it has something that no path has. */
  read(): string | undefined {
    const text = this.sequence();
    return this.at === this.source.length ? text : undefined;
  }

  /** Up to the end, or to the parenthesis that closes a group. */
  private sequence(): string | undefined {
    let text = '';
    while (this.at < this.source.length && this.source[this.at] !== ')') {
      const next = this.item();
      if (next === undefined) return undefined;
      text += next;
    }
    return text;
  }

  private item(): string | undefined {
    const first = this.source[this.at];
    if (first === '(') return this.source[this.at + 1] === '?' ? this.wrapper() : this.group();
    // `\d` and `[a-z]` are only in groups that the user wrote; `.` and `*` stand for text only where they are escaped or in a group.
    const char = first === '\\' ? this.source[this.at + 1] : first;
    if (first === '\\' ? /\w/.test(char) : '[{^$.*'.includes(char)) return undefined;
    this.at += first === '\\' ? 2 : 1;
    return char;
  }

  /** `(?:…)`, around a parameter with its separator, or from parentheses in the path. */
  private wrapper(): string | undefined {
    if (this.source[this.at + 2] !== ':') return undefined;
    this.at += 3;
    const before = this.names.length;
    const inner = this.sequence();
    if (inner === undefined || this.source[this.at] !== ')') return undefined;
    this.at += 1;
    return this.names.length < before ? inner : `(${inner})`;
  }

  /** `(…)`, a parameter or an asterisk. */
  private group(): string | undefined {
    const end = this.endOfGroup();
    const inner = this.source.slice(this.at + 1, end);
    this.at = end + 1;
    const name = this.names.shift();
    // Groups inside have keys of their own.
    this.names.splice(0, inner.match(/\((?!\?)/g)?.length ?? 0);
    if (inner === '.*' || MORE_SEGMENTS.test(inner)) return '*';
    const pattern = `(${inner.replaceAll('\\/', '/')})`;
    if (typeof name !== 'string') return pattern;
    return ANY_TEXT.test(inner) ? `:${name}` : `:${name}${pattern}`;
  }

  private endOfGroup(): number {
    let depth = 0;
    for (let i = this.at; i < this.source.length; i++) {
      const char = this.source[i];
      if (char === '\\') i += 1;
      else if (char === '(') depth += 1;
      else if (char === ')') depth -= 1;
      if (depth === 0 && char === ')') return i;
    }
    return this.source.length;
  }
}
