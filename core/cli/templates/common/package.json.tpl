{
  "name": "{{name}}",
  "version": "1.0.0",
  "private": true,
  "type": "module",
  "scripts": {
    "check": "tsc --noEmit",
    "try": "gatehouse function run --event events/sample.json",
    "dev": "gatehouse function dev",
    "package": "gatehouse function package"
  },
  "devDependencies": {
    "@types/node": "^24.0.0",
    "typescript": ">=5.8.0"
  }
}
