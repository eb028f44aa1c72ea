/** A layer in the stack of a router of Express 4 or 5: which part of a path it takes, and the pattern it was mounted with. */

import { type Template, templatesOf } from './template';

/** What Express 4 and 5 have in a router's stack. */
export interface Layer {
  readonly route?: object;
  readonly name?: string;
  readonly handle?: unknown;
  /** Express 4. */
  readonly regexp?: RegExp;
  readonly keys?: readonly { readonly name: string | number }[];
  /** Express 5: one for each path. */
  readonly matchers?: readonly unknown[];
  /** Where older routers keep the last match. */
  readonly path?: string;
  readonly params?: Params;
  match(path: string): boolean | RouterMatch;
}

type Params = Readonly<Record<string, unknown>>;

/** What routers from 2.3 on give for a path: the pattern, too. */
interface RouterMatch {
  readonly path: string;
  readonly params: Params;
  readonly pattern?: unknown;
}

/** What a layer makes of a path. */
export interface LayerMatch {
  /** The part of the path that it took. */
  readonly taken: string;
  /** The path that it was mounted at, without a slash at its end. */
  readonly pattern: string;
  /** Whether there are parameters in it. */
  readonly hasParams: boolean;
  /** Whether the layer has no other pattern. */
  readonly isOnly: boolean;
}

/** Matches a path, of which more may be left. May throw for a path that does not decode. */
export function matchLayer(layer: Layer, path: string): LayerMatch | undefined {
  const match = layer.match(path);
  if (!match) return undefined;
  const { path: taken = '', params = {}, pattern } = match === true ? (layer as Omit<RouterMatch, 'path'> & Layer) : match;
  const hasParams = Object.keys(params).length > 0;
  if (layer.regexp !== undefined) {
    const templates = templatesOfLayer(layer, layer.regexp);
    const template = templates.length === 1 ? templates[0] : templates.find(({ regexp }) => regexp.exec(path)?.[0] === taken);
    return { taken, pattern: template?.text ?? UNKNOWN, hasParams, isOnly: templates.length === 1 };
  }
  const text =
    pattern === undefined ? guessedPattern(layer, taken, params) : typeof pattern === 'string' ? pattern.replace(/\/$/, '') : String(pattern);
  // One that was guessed may have optional parameters, which are not worth a match for each request.
  return { taken, pattern: text, hasParams, isOnly: layer.matchers?.length === 1 };
}

const templatesSeen = new WeakMap<Layer, readonly Template[]>();

/** Of Express 4. */
function templatesOfLayer(layer: Layer, regexp: RegExp): readonly Template[] {
  let known = templatesSeen.get(layer);
  if (known === undefined) {
    known = templatesOf(regexp, layer.keys ?? []);
    templatesSeen.set(layer, known);
  }
  return known;
}

/** What stands for a part of a path whose pattern can't be told: a value in a route would make a route of each. */
export const UNKNOWN = '/*';

/** A segment that no application uses: what matches it is a parameter. */
const PROBE = 'obs0probe0segment';

/** Texts that are tried in the place of parameters before the pattern counts as one that can't be told. */
const MOST_PROBES = 32;

/** Guessed patterns of a layer with one path, by the names of the parameters that were there: it may have optional ones. */
const guesses = new WeakMap<Layer, Map<string, string>>();

/** The pattern of a router before 2.3, which keeps it nowhere: the text with its parameters named, asked back from the layer. */
function guessedPattern(layer: Layer, taken: string, params: Params): string {
  const values = Object.entries(params);
  const text = taken.replace(/\/$/, '');
  if (values.length === 0) return layer.match(text.toLowerCase()) ? text.toLowerCase() : text;
  const names = values.map(([name]) => name).join();
  const guess = guesses.get(layer)?.get(names);
  if (guess !== undefined) return guess;
  const pattern = new Guess(layer, text, values).pattern() ?? UNKNOWN;
  // Several paths may have parameters of the same names.
  if (layer.matchers?.length === 1) {
    const known = guesses.get(layer) ?? new Map<string, string>();
    guesses.set(layer, known.set(names, pattern));
  }
  return pattern;
}

/** Looks for the places of parameters in a text: a layer that finds probes there has them there. */
class Guess {
  private probes = 0;

  constructor(
    private readonly layer: Layer,
    private readonly text: string,
    /** In the order of the path. */
    private readonly values: readonly (readonly [name: string, value: unknown])[],
  ) {}

  pattern(): string | undefined {
    return this.behind('', '', 0, 0);
  }

  /** Places the parameters from `index` on in the text from `at` on; what is before them is given with probes, and with names. */
  private behind(probed: string, named: string, at: number, index: number): string | undefined {
    if (index === this.values.length) return this.holds(probed + this.text.slice(at)) ? named + this.text.slice(at).toLowerCase() : undefined;
    const [name, value] = this.values[index];
    // A wildcard has a list of segments.
    const segments = Array.isArray(value) ? value : [value];
    for (const written of new Set([segments.join('/'), segments.map(encodeURIComponent).join('/')])) {
      for (
        let from = this.text.indexOf(written, at);
        from !== -1 && written !== '' && this.probes < MOST_PROBES;
        from = this.text.indexOf(written, from + 1)
      ) {
        const before = this.text.slice(at, from);
        const pattern = this.behind(
          `${probed}${before}${PROBE}${index}`,
          `${named}${before.toLowerCase()}${Array.isArray(value) ? '*' : ':'}${name}`,
          from + written.length,
          index + 1,
        );
        if (pattern !== undefined) return pattern;
      }
    }
    return undefined;
  }

  private holds(probed: string): boolean {
    this.probes += 1;
    if (this.layer.match(probed) !== true) return false;
    const { params = {} } = this.layer;
    return this.values.every(([name], index) => String(params[name]) === `${PROBE}${index}`);
  }
}
