#!/usr/bin/env node
// Plain JavaScript, so that even a Node that cannot read TypeScript can say what is wrong.
if (Number.parseInt(process.versions.node, 10) < 24) {
  process.stderr.write(
    `gatehouse needs Node.js 24 or newer; this is ${process.versions.node}. Install it from https://nodejs.org.\n`,
  );
  process.exitCode = 1;
} else await import('./main.ts');
