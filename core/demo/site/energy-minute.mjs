// One message a minute instead of sixty: mean, least and greatest power.
let minute = null;
let values = [];

export const handler = async (event, context) => {
  if (event.quality !== 'good') return null;
  const now = Math.floor(event.at / 60_000);
  if (minute !== null && now !== minute && values.length > 0) {
    const sum = values.reduce((total, value) => total + value, 0);
    await context.gatehouse.publish('energy/minute', {
      from: minute * 60_000,
      samples: values.length,
      meanW: Math.round(sum / values.length),
      minW: Math.round(Math.min(...values)),
      maxW: Math.round(Math.max(...values)),
    });
    values = [];
  }
  minute = now;
  values.push(event.value);
  return null;
};
