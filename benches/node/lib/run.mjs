// Runs the cases. What disturbs the machine for a while must disturb all contenders, so they take turns: sample by sample where each needs a fresh
// process (A B C, A B C …), slice by slice within a round where a case can be opened and measured on (all are open at once; one works, the others
// wait), or all at the same time where they hardly use the processor.
import { ContenderProcess } from './contender-process.mjs';
import { median } from './statistics.mjs';

/** The task of a case for one contender, as `child.mjs` takes it. */
const taskOf = (definition, contender, options, sink) => ({ caseName: definition.name, contender, options, sink: sink.addresses });

/** What arrived at the sink since it was reset, put beside the figures; `incomplete` says that spans are missing, whose cost then is, too. */
async function withArrivals(figures, contender, sink) {
  const { exportsSpans = true } = await import(`../contenders/${contender}.mjs`);
  const counts = await sink.counts();
  const received = counts.otlp + counts.agent;
  const short = exportsSpans && (received < (figures.expectedAtLeast ?? 0) || (figures.expectedSpans ?? received) !== received);
  return {
    ...figures,
    received,
    requests: counts.requests,
    bytes: counts.bytes,
    ...(short ? { incomplete: `${received} of ${figures.expectedSpans ?? figures.expectedAtLeast} spans arrived` } : {}),
  };
}

/** One sample in a process of its own, from its start to its end. */
async function sampleOnce(definition, contender, options, sink) {
  const process = new ContenderProcess({ contender, options });
  const { figures, logLines } = await process.ask(taskOf(definition, contender, options, sink));
  await process.end();
  const { output } = process;
  return { ...figures, logLines, ...(output === '' ? {} : { output: output.slice(0, 2000) }) };
}

/** A sample of a case that is measured in one go, in each of its variants. */
async function sample(definition, contender, options, sink) {
  if (definition.module.measureHere) return definition.module.measureHere(contender);
  const all = {};
  for (const variant of definition.module.variants ?? [{}]) {
    await sink.reset();
    Object.assign(all, await withArrivals(await sampleOnce(definition, contender, { ...options, ...variant }, sink), contender, sink));
  }
  return all;
}

/** What is counted in each slice, as against measured in it. */
const COUNTED = ['received', 'requests', 'bytes', 'expectedSpans', 'expectedAtLeast'];

/** The middle one of each figure over the slices; counts are summed, the last ledger and number of log lines hold for all. */
function merged(slices) {
  const last = slices.at(-1);
  const all = { ...last, slices: slices.map(({ ledger, logLines, ...figures }) => figures) };
  for (const key of Object.keys(last).filter((name) => typeof last[name] === 'number' && name !== 'logLines')) {
    const values = slices.map((slice) => slice[key]);
    all[key] = COUNTED.includes(key) ? values.reduce((total, value) => total + value) : median(values);
  }
  const incomplete = slices.find((slice) => slice.incomplete)?.incomplete;
  return incomplete ? { ...all, incomplete } : all;
}

/** A round of a case in slices. Who begins changes from slice to slice. */
async function slicedRound(definition, contenders, options, sink, failed) {
  const open = new Map();
  const slices = {};
  const attempt = async (contender, work) => {
    try {
      await work();
    } catch (error) {
      failed(contender, error);
      open.get(contender)?.kill();
      open.delete(contender);
    }
  };
  for (const contender of contenders) {
    await attempt(contender, async () => {
      open.set(contender, new ContenderProcess({ contender, options }));
      await open.get(contender).ask(taskOf(definition, contender, options, sink));
      slices[contender] = [];
    });
  }
  for (let i = 0; i < options.slices; i++) {
    const turns = [...open.keys()];
    turns.push(...turns.splice(0, i % turns.length));
    for (const contender of turns) {
      await attempt(contender, async () => {
        await sink.reset();
        const { figures, logLines } = await open.get(contender).ask('slice');
        slices[contender].push(await withArrivals({ ...figures, logLines }, contender, sink));
      });
    }
  }
  for (const [contender, process] of [...open]) {
    await attempt(contender, async () => {
      await process.ask('close');
      await process.end();
    });
  }
  return Object.fromEntries([...open.keys()].map((contender) => [contender, merged(slices[contender])]));
}

/** A round of a case whose contenders, in all variants, run at the same time. */
async function concurrentRound(definition, contenders, options, sink, failed) {
  const variants = definition.module.variants ?? [{}];
  const figures = {};
  await Promise.all(
    contenders.map(async (contender) => {
      try {
        const all = await Promise.all(variants.map((variant) => sampleOnce(definition, contender, { ...options, ...variant }, sink)));
        figures[contender] = Object.assign({}, ...all);
      } catch (error) {
        failed(contender, error);
      }
    }),
  );
  return figures;
}

async function soloRound(definition, contenders, options, sink, failed) {
  const figures = {};
  for (const contender of contenders) {
    try {
      figures[contender] = await sample(definition, contender, options, sink);
    } catch (error) {
      failed(contender, error);
    }
  }
  return figures;
}

/**
 * The contenders in the order of a round. Whoever is opened second, and works behind the first, was seen to take up to a fifth more for the same: over the
 * rounds, each one is in each place, and behind either of its neighbours in the list.
 */
function orderOf(contenders, round) {
  const order = round % 2 === 0 ? [...contenders] : [...contenders].reverse();
  order.push(...order.splice(0, (round >> 1) % order.length));
  return order;
}

const roundOf = ({ open, concurrent }) => (open ? slicedRound : concurrent ? concurrentRound : soloRound);

/**
 * All samples of a case, by contender: a list with one of each round. A contender that fails once is left out of the rest, with the reason. A case
 * may prepare what its samples share.
 */
export async function runCase(definition, { rounds, contenders, options, sink, report }) {
  const prepared = await definition.module.prepare?.();
  const samples = Object.fromEntries(contenders.map((contender) => [contender, []]));
  const failures = {};
  try {
    for (let round = 0; round < rounds; round++) {
      const failed = (contender, error) => {
        failures[contender] = error.message;
        report(definition, round, contender, { failure: error.message });
      };
      const remaining = orderOf(
        contenders.filter((contender) => !failures[contender]),
        round,
      );
      const figures = await roundOf(definition.module)(definition, remaining, { ...options, ...prepared?.options }, sink, failed);
      for (const [contender, one] of Object.entries(figures)) {
        samples[contender].push(one);
        report(definition, round, contender, one);
      }
    }
  } finally {
    await prepared?.end();
  }
  return { samples, failures };
}
