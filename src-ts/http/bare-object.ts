/** Objects without anything inherited, for headers by name. */

/**
 * Inherits nothing, as what Node and amqplib make by `Object.create(null)`; but that is a dictionary to V8, which takes twice as long to write and to go through, and
 * grows by a call into C++ where one header more is added to it.
 */
export const BareObject = function BareObject() {} as unknown as new () => Record<string, unknown>;
BareObject.prototype = Object.create(null);
