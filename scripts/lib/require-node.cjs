// The first thing every script requires. CommonJS and old syntax on purpose: it has to run on the old Node that it complains about.
var version = process.versions.node.split('.').map(Number);
if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
  console.error(
    'OBS_BUILD_NODE_TOO_OLD: this is Node ' +
      process.versions.node +
      '; observability-ts needs Node 20.19 or newer. Install one from https://nodejs.org or with your version manager.',
  );
  process.exit(1);
}
