# What stands under "functions" in the deployment document, without the code.
name: {{name}}
description: Counts what the devices say
handler: index.handler
lifetime: long-lived
permissions:
  publish: ["{{name}}/#"]
