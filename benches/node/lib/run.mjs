// Runs the cases: each sample in a child process, contenders interleaved round by round (A B C, A B C …), so that what disturbs the machine
// for a while disturbs all of them.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('../child.mjs', import.meta.url));

/** One sample: forks the child, hands it the task, counts what it prints, and waits for it to end. */
function sampleOnce(task) {
  return new Promise((resolve, reject) => {
    const child = fork(CHILD, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: task.options.execArgv ?? [] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
    let answer;
    let logLines = 0;
    child.on('message', (message) => {
      answer = message;
      // Up to here: what is said at the end of the process is no line of its running. Node's own hint below a first warning is not ours.
      logLines = output.split('\n').filter((line) => line !== '' && !line.startsWith('(Use `node --trace-warnings')).length;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (answer?.figures) return resolve({ figures: answer.figures, logLines, output });
      reject(new Error(`${task.contender}: ${answer?.error ?? `ended with ${code}`}\n${output}`));
    });
    child.send(task);
  });
}

async function sample(definition, contender, options, sink) {
  if (definition.module.measureHere) return { figures: definition.module.measureHere(contender) };
  const { exportsSpans = true } = await import(`../contenders/${contender}.mjs`);
  const all = {};
  for (const variant of definition.module.variants ?? [{}]) {
    await sink.reset();
    const { figures, logLines, output } = await sampleOnce({
      caseName: definition.name,
      contender,
      options: { ...options, ...variant },
      sink: sink.addresses,
    });
    const counts = await sink.counts();
    Object.assign(all, figures, { logLines, received: counts.otlp + counts.agent, requests: counts.requests, bytes: counts.bytes });
    if (output !== '') all.output = output.slice(0, 2000);
    const short = exportsSpans && (all.received < (figures.expectedAtLeast ?? 0) || (figures.expectedSpans ?? all.received) !== all.received);
    if (short) all.incomplete = `${all.received} of ${figures.expectedSpans ?? figures.expectedAtLeast} spans arrived`;
  }
  return { figures: all };
}

/** All samples of a case, by contender. A contender that fails once is left out of the rest, with the reason. A case may prepare what its samples share. */
export async function runCase(definition, { rounds, contenders, options, sink, report }) {
  const prepared = await definition.module.prepare?.();
  try {
    return await sampleAll(definition, { rounds, contenders, options: { ...options, ...prepared?.options }, sink, report });
  } finally {
    await prepared?.end();
  }
}

async function sampleAll(definition, { rounds, contenders, options, sink, report }) {
  const samples = Object.fromEntries(contenders.map((contender) => [contender, []]));
  const failures = {};
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      if (failures[contender]) continue;
      try {
        const { figures } = await sample(definition, contender, options, sink);
        samples[contender].push(figures);
        report(definition, round, contender, figures);
      } catch (error) {
        failures[contender] = error.message;
        report(definition, round, contender, { failure: error.message });
      }
    }
  }
  return { samples, failures };
}
