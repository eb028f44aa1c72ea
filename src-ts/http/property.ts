/** Reading properties of requests and responses that Express has got hold of. */

/**
 * The property `key` of `object`: what `object[key]` is, in the way that V8 takes for keys that it does not know in advance. Express gives each request and response
 * another prototype, after which every one of them has a shape of its own before Node 24. Where V8 knows the key, it makes and keeps code for each new shape, some
 * 1,200 instructions a time; in this way it only looks the property up, some 350 (docs/adr/0002).
 */
export function readProperty(object: object, key: PropertyKey): unknown {
  return (object as Record<PropertyKey, unknown>)[key];
}
