export const handler = (event, context) => ({ topic: `echo/${context.gatehouse.topic}`, payload: event });
