/** URLs as attributes: what must not be seen is taken out, what repeats is parsed once. */

/** What takes the place of a secret (semantic conventions, `url.full` and `url.query`). */
const REDACTED = 'REDACTED';

/** Query keys whose values sign a request: AWS, Azure and Google (semantic conventions, `url.query`); they are compared with case. */
const SECRET_PARAMETER = /(^|[?&])(AWSAccessKeyId|Signature|X-Amz-Signature|X-Amz-Credential|X-Amz-Security-Token|sig|X-Goog-Signature)=[^&#]*/g;

/** The query, or a URL, with the values of signing keys replaced. */
export function redactQuery(text: string): string {
  return mayHoldSecret(text) ? text.replace(SECRET_PARAMETER, `$1$2=${REDACTED}`) : text;
}

/** A quick no for nearly every query: whether a key ends in the two letters that one of the keys above ends in. Costs a tenth of a pattern. */
function mayHoldSecret(text: string): boolean {
  for (let equals = text.indexOf('='); equals !== -1; equals = text.indexOf('=', equals + 1)) {
    switch ((text.charCodeAt(equals - 2) << 8) | text.charCodeAt(equals - 1)) {
      case 0x4964: // Id
      case 0x7265: // re
      case 0x616c: // al
      case 0x656e: // en
      case 0x6967: // ig
        return true;
    }
  }
  return false;
}

/** The URL with `user:password@` replaced and its query redacted. */
export function redactUrl(url: string): string {
  const authority = url.indexOf('://') + 3;
  const at = url.indexOf('@', authority);
  let redacted = url;
  // Only an @ before the path belongs to credentials.
  if (at !== -1) {
    const path = url.indexOf('/', authority);
    if (path === -1 || at < path) redacted = `${url.slice(0, authority)}${REDACTED}:${REDACTED}${url.slice(at)}`;
  }
  return redacted.includes('?') ? redactQuery(redacted) : redacted;
}

/** A host and the port that was given with it. */
export interface Host {
  /** The name or address, without brackets. */
  readonly address: string;
  /** The port, `undefined` when none was given. */
  readonly port: number | undefined;
}

/** Hosts repeat; a hostile client may send a new one each time, so at most this many are remembered. */
const REMEMBERED_HOSTS = 256;
const hosts = new Map<string, Host>();

/** The last one asked for: nearly always the next one too, and comparing two texts is cheaper than hashing one. */
let lastText = '';
let lastHost: Host = { address: '', port: undefined };

/** The parts of a `Host` header or of an authority, remembered. */
export function parseHost(text: string): Host {
  if (text !== lastText) {
    lastHost = rememberedHost(text);
    lastText = text;
  }
  return lastHost;
}

function rememberedHost(text: string): Host {
  let host = hosts.get(text);
  if (host === undefined) {
    host = splitHost(text);
    if (hosts.size >= REMEMBERED_HOSTS) hosts.clear();
    hosts.set(text, host);
  }
  return host;
}

function splitHost(text: string): Host {
  const bracket = text.charCodeAt(0) === 91 /* [ */ ? text.indexOf(']') : -1;
  const colon = text.indexOf(':', bracket + 1);
  // More than one colon and no bracket: a bare IPv6 address.
  if (colon === -1 || (bracket === -1 && text.indexOf(':', colon + 1) !== -1)) {
    return { address: bracket === -1 ? text : text.slice(1, bracket), port: undefined };
  }
  const port = Number(text.slice(colon + 1));
  return {
    address: bracket === -1 ? text.slice(0, colon) : text.slice(1, bracket),
    port: Number.isInteger(port) && port > 0 && port < 65536 ? port : undefined,
  };
}

/** The address in a text that may have a port and brackets. Not remembered: there are as many clients as one likes. */
export function addressOf(text: string): string {
  return text.includes(':') ? splitHost(text).address : text;
}

/** The port that a scheme has when none is given. */
export function defaultPort(scheme: string): number {
  return scheme === 'https' ? 443 : 80;
}

/** Where the path of a request target begins that does not begin with it: 0, but for the absolute form that proxies get (`GET http://host/path`). */
function pathStart(target: string): number {
  const authority = target.indexOf('://');
  if (authority === -1) return 0;
  const slash = target.indexOf('/', authority + 3);
  return slash === -1 ? target.length : slash;
}

/** The path of a request target, without authority and query. `mark` is where its first question mark is, or -1. */
export function pathOf(target: string, mark = target.indexOf('?')): string {
  if (target.charCodeAt(0) === 47 /* / */) return mark === -1 ? target : target.slice(0, mark);
  const start = pathStart(target);
  const question = target.indexOf('?', start);
  return (question === -1 ? (start === 0 ? target : target.slice(start)) : target.slice(start, question)) || '/';
}

/** The first element of a comma-separated header, trimmed; `undefined` when there is none. */
export function firstElement(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const text = typeof header === 'string' ? header : header[0];
  if (text === undefined) return undefined;
  const comma = text.indexOf(',');
  return (comma === -1 ? text : text.slice(0, comma)).trim() || undefined;
}

/** An IPv4 address that a dual-stack socket shows as IPv6 (`::ffff:10.0.0.1`), as IPv4. */
export function plainAddress(address: string | undefined): string | undefined {
  return address?.startsWith('::ffff:') ? address.slice(7) : address;
}
