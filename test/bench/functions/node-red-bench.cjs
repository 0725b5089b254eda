// Two nodes for Node-RED, plain as its own: a source that keeps a window of messages under way, and the sink that counts them.
const { pathToFileURL } = require('node:url');

module.exports = async (RED) => {
  const { createPump, serveJobs } = await import(pathToFileURL(RED.settings.benchJobs).href);
  const sources = new Map();
  let pump;

  function Source(config) {
    RED.nodes.createNode(this, config);
    sources.set(config.functions, this);
  }
  function Sink(config) {
    RED.nodes.createNode(this, config);
    this.on('input', (_msg, _send, done) => {
      pump?.came(1);
      done();
    });
  }
  RED.nodes.registerType('bench-source', Source);
  RED.nodes.registerType('bench-sink', Sink);

  serveJobs(async ({ functions, warmMs, measureMs, payload, window }) => {
    // A job may come before the flows have started.
    while (!sources.has(functions)) await new Promise((done) => setTimeout(done, 50));
    const source = sources.get(functions);
    let next = 0;
    pump = createPump(window * functions, (count) => {
      const outputs = Array.from({ length: functions }, () => []);
      for (let left = count; left > 0; left -= 1) {
        outputs[next % functions].push({ topic: 'bench/in', payload });
        next += 1;
      }
      source.send(outputs);
    });
    return pump.run(warmMs, measureMs);
  });
};
