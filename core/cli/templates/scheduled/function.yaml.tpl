# What stands under "functions" in the deployment document, without the code.
name: {{name}}
description: A report each night
handler: index.handler
schedules:
  - { id: nightly, cron: "0 3 * * *", timeZone: Europe/Berlin, missed: once }
permissions:
  publish: [reports/{{name}}]
  history: [devices/meter/power]
