/** Names and values of the stable HTTP semantic conventions (OpenTelemetry semantic conventions 1.23 and later, "HTTP spans"). */

/** Attribute keys that are written in more than one place, or after the start. */
export const HTTP_RESPONSE_STATUS_CODE = 'http.response.status_code';
export const HTTP_ROUTE = 'http.route';
export const URL_FULL = 'url.full';
export const SERVER_PORT = 'server.port';
export const ERROR_TYPE = 'error.type';

/** `error.type` of a server span whose connection closed before the response was finished. */
export const CLIENT_ABORTED = 'client_aborted';

/** The same where it was this service that closed it, without an error. */
export const SERVER_ABORTED = 'server_aborted';

/** The value of `http.request.method` for methods outside the list, and the span name that goes with it. */
const OTHER_METHOD = '_OTHER';
const OTHER_NAME = 'HTTP';

/** A method as the conventions want it. */
export interface Method {
  /** `http.request.method`. */
  readonly value: string;
  /** What the span name begins with. */
  readonly name: string;
}

/** The methods of RFC 9110, PATCH and QUERY, or what OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS (a comma-separated list that replaces them) says. */
function knownMethods(): Map<string, Method> {
  const listed = process.env.OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS;
  const names = listed
    ? listed.split(',').map((name) => name.trim())
    : ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY', 'TRACE'];
  return new Map(names.map((name) => [name, { value: name, name }]));
}

const KNOWN_METHODS = knownMethods();
const UNKNOWN_METHOD: Method = { value: OTHER_METHOD, name: OTHER_NAME };

/** The method's attribute value and name; unknown ones become `_OTHER`, so that a scanner cannot make endless span names. */
export function methodOf(method: string): Method {
  return KNOWN_METHODS.get(method) ?? UNKNOWN_METHOD;
}

/** Whether the attribute does not say which method it was. */
export function isUnknown(method: Method): boolean {
  return method === UNKNOWN_METHOD;
}

/** `error.type` of anything thrown: its code (`ECONNREFUSED`), else the name of its class, else `_OTHER`. Never throws. */
export function errorType(error: unknown): string {
  try {
    if (error !== null && typeof error === 'object') {
      const { code, name } = error as { code?: unknown; name?: unknown };
      if (typeof code === 'string' && code !== '') return code;
      if (typeof name === 'string' && name !== '') return name;
    }
  } catch {
    // A getter of the error's threw; the error itself is the one to tell of.
  }
  return '_OTHER';
}
