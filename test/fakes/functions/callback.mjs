export const handler = (event, context, callback) => {
  if (event.do === 'fail') callback(new Error('told by callback'));
  else if (event.do === 'never') return;
  else if (event.do === 'publish')
    context.gatehouse.publish('first', 'x').then(() => callback(null, { topic: 'answer', payload: 'then' }));
  else setTimeout(() => callback(null, { topic: 'answer', payload: 'called back' }), 1);
};
