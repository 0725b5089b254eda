# What stands under "functions" in the deployment document, without the code.
name: {{name}}
description: Warns when a reading is above its limit
handler: index.handler
env:
  LIMIT: "80"
permissions:
  publish: [alarms/{{name}}]
