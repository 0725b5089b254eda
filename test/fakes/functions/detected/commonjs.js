exports.handler = (event, _context, callback) => {
  callback(null, { topic: 'answer', payload: { from: 'commonjs', event } });
};
