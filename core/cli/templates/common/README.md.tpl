# {{name}}

| what | command |
|---|---|
| types for the editor | `npm install` |
| check the types | `npm run check` |
| try it once, without a gateway | `gatehouse function run --event events/sample.json` |
| try it on what flows now, again at each change | `gatehouse function dev` |
| make the package for the document | `gatehouse function package` |

`function.yaml` holds what stands under `functions` in the deployment document; add `code: { zip: {{name}}.zip }` to it there.
`gatehouse.d.ts` tells the editor what the module `gatehouse` has; the gateway supplies the module itself.
Types are stripped when the function is loaded, so only TypeScript that can be erased works: no `enum`, no namespaces, no parameter properties.
