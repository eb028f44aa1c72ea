// Load on an HTTP server from a process of its own: keep-alive connections, one request in flight on each, a fixed number of requests,
// written to the socket as bytes so that the load costs little of the machine that is measured. Half of them carry a traceparent.
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const [port, connections] = process.argv.slice(2).map(Number);
const hex = (value, digits) => value.toString(16).padStart(digits, '0');

function requestBytes(i) {
  const hash = Math.imul(i + 1, 0x9e3779b1) >>> 0;
  const parent = i % 2 ? `traceparent: 00-${hex(hash, 8).repeat(4)}-${hex(hash, 8)}${hex(i + 1, 8)}-01\r\n` : '';
  return `GET /hello/user-${hash % 100_003}?page=${hash % 10} HTTP/1.1\r\nhost: api.example.com\r\nuser-agent: load/1.0\r\naccept: application/json\r\n${parent}\r\n`;
}

let sent = 0;
let answered = 0;
let target = 0;
let finished;
/** Connections that wait for their next request to be due; without a rate there are none. */
const idle = [];
let paced = false;

function connect() {
  const socket = net.connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  let pending = '';
  socket.next = () => {
    if (sent < target) socket.write(requestBytes(sent++));
  };
  socket.on('data', (chunk) => {
    pending += chunk.toString('latin1');
    const headEnd = pending.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(pending)[1]);
    if (pending.length < headEnd + 4 + length) return;
    if (!pending.startsWith('HTTP/1.1 200')) throw new Error(pending);
    pending = '';
    if (++answered === target) finished();
    else if (paced) idle.push(socket);
    else socket.next();
  });
  return new Promise((resolve) => socket.on('connect', () => resolve(socket)));
}

const sockets = await Promise.all(Array.from({ length: connections }, connect));

/** Sends what is due by the clock, on whichever connections are free: where none is, it is made up for. */
async function sendAtRate(perSecond) {
  const start = performance.now();
  while (sent < target) {
    const due = Math.min(target, Math.ceil(((performance.now() - start) / 1000) * perSecond));
    while (sent < due && idle.length > 0) idle.shift().next();
    await sleep(1);
  }
}

process.on('message', async ({ requests, perSecond }) => {
  sent = 0;
  answered = 0;
  target = requests;
  paced = perSecond > 0;
  const done = new Promise((resolve) => {
    finished = resolve;
  });
  if (paced) {
    idle.splice(0, idle.length, ...sockets);
    await sendAtRate(perSecond);
  } else {
    for (const socket of sockets) socket.next();
  }
  await done;
  process.send('done');
});
process.on('disconnect', () => process.exit());
process.send('ready');
