// One measurement of one contender, in a process of its own: `main.mjs` forks it with the task and gets the figures by IPC.
process.once('message', async ({ caseName, contender, options, sink }) => {
  process.channel.unref();
  try {
    const [{ measure }, module] = await Promise.all([import(`./cases/${caseName}.mjs`), import(`./contenders/${contender}.mjs`)]);
    const figures = await measure(module, { ...options, contender, sink });
    process.send({ figures }, () => process.exit());
  } catch (error) {
    process.send({ error: error.stack ?? String(error) }, () => process.exit(1));
  }
});
