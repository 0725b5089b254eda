export const handler = (event, _context, callback) => {
  if (event.do === 'fail') callback(new Error('told by callback'));
  else if (event.do === 'never') return;
  else setTimeout(() => callback(null, { topic: 'answer', payload: 'called back' }), 1);
};
