export const handler = async (event) => ({ topic: 'answer', payload: { from: 'module', event } });
