/** What proxies say of a request that they passed on: `Forwarded` (RFC 7239), and the `X-Forwarded-` headers that were before it. */

import type { IncomingHttpHeaders } from 'node:http';
import { addressOf, firstElement } from './url';

/** A request as it came to the first proxy; what is not told is `undefined`. */
export interface Forwarded {
  /** The client as the proxy knew it: an address, maybe with a port, or a word that hides it. */
  readonly client: string | undefined;
  readonly scheme: string | undefined;
  readonly authority: string | undefined;
}

/** What the headers say, `Forwarded` before the others. */
export function forwardedOf(headers: IncomingHttpHeaders): Forwarded {
  const { forwarded } = headers;
  const said = forwarded === undefined ? NOTHING : parseForwarded(forwarded);
  return {
    client: said.for ?? firstElement(headers['x-forwarded-for']),
    scheme: said.proto?.toLowerCase() ?? firstElement(headers['x-forwarded-proto']),
    authority: said.host ?? firstElement(headers['x-forwarded-host']),
  };
}

/** The address of a client, without its port; `undefined` where a proxy hides it (RFC 7239, section 6). */
export function clientAddress(client: string): string | undefined {
  if (client.charCodeAt(0) === 95 /* _ */ || (client.length === 7 && client.toLowerCase() === 'unknown')) return undefined;
  return addressOf(client);
}

type Pairs = Readonly<Record<string, string | undefined>>;

const NOTHING: Pairs = {};

/** One pair of an element, and what comes behind it. Takes time in proportion to its length, whatever it is given. */
const PAIR = /\s*([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s",;]+))\s*(;|,|$)/y;

/** There are four parameters, and proxies may add some. A longer element is no proxy's, and would take its time. */
const MOST_PAIRS = 16;
const LONGEST_ELEMENT = 1024;

/** The pairs of the first element, up to where it is malformed: the first proxy wrote it. */
function parseForwarded(header: string): Pairs {
  const pairs: Record<string, string> = Object.create(null);
  const text = header.slice(0, LONGEST_ELEMENT);
  PAIR.lastIndex = 0;
  for (let i = 0; i < MOST_PAIRS; i++) {
    const match = PAIR.exec(text);
    if (match === null) break;
    const [, name, quoted, token, separator] = match;
    pairs[name.toLowerCase()] ??= quoted === undefined ? token : quoted.replace(/\\(.)/g, '$1');
    if (separator !== ';') break;
  }
  return pairs;
}
