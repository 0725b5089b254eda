const { format } = require('node:util');

exports.handler = (event, _context, callback) => {
  setImmediate(() => callback(null, { topic: 'answer', payload: format('%s', event.text) }));
};
