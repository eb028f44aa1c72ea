// A queue in memory whose next message is taken up where the one before has ended: prints how many spans were made.
import { createTestTracing, withMessageSpan } from '@manifest-cyber/observability-ts';
import { programInput } from '../../parts/program.mjs';

const { messages } = programInput();
const tracing = createTestTracing({ http: false, libraries: false });
const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
let left = messages;

function next() {
  withMessageSpan({ headers }, {}, () => {
    left -= 1;
    if (left > 0) setImmediate(next);
  });
}

next();
process.on('exit', () => console.log(tracing.getFinishedSpans().length));
