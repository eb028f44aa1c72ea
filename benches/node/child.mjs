// One contender in a process of its own, told by IPC what to do: first the task, whose case either measures at once (`measure`) or opens and is then
// asked for slices (`open`), one figure object each.
let opened;

const done = (message, code) => process.send(message, () => process.exit(code));

async function answer(message) {
  if (message === 'close') {
    await opened.close?.();
    return done({ closed: true }, 0);
  }
  if (message === 'slice') return process.send({ figures: await opened.slice() });
  const { caseName, contender, options, sink } = message;
  const [definition, module] = await Promise.all([import(`./cases/${caseName}.mjs`), import(`./contenders/${contender}.mjs`)]);
  const all = { ...options, contender, sink };
  if (definition.measure) return done({ figures: await definition.measure(module, all) }, 0);
  opened = await definition.open(module, all);
  process.send({ opened: true });
}

process.on('message', (message) => answer(message).catch((error) => done({ error: error.stack ?? String(error) }, 1)));
