/** JSON lines over TCP: what the embedded queue speaks. */
import { createInterface } from 'node:readline';

/** Writes a value as a line. */
export const writeLine = (socket, value) => socket.write(`${JSON.stringify(value)}\n`);

/** Calls `listener` with the value of each line. */
export const onLine = (socket, listener) => createInterface({ input: socket }).on('line', (line) => listener(JSON.parse(line)));
