// An alarm with hysteresis: raised above one limit, cleared only below another, so that a value at the limit does not chatter.
const raiseAt = Number(process.env.RAISE_AT);
const clearAt = Number(process.env.CLEAR_AT);
let active = false;

export const handler = async (event, context) => {
  if (event.quality !== 'good') return null;
  const next = active ? event.value > clearAt : event.value > raiseAt;
  if (next === active) return null;
  console.log(next ? `too warm: ${event.value} °C` : `fine again: ${event.value} °C`);
  await context.gatehouse.publish('alarms/cold-store', {
    active: next,
    priority: 'high',
    message: next
      ? `The cold store is too warm: ${event.value.toFixed(1)} °C.`
      : `The cold store is fine again: ${event.value.toFixed(1)} °C.`,
    remedy: 'Close the door; check the compressor if it does not cool down within ten minutes.',
    value: event.value,
    at: event.at,
  });
  // Only now: a publish that was refused is tried again with the next value.
  active = next;
  return { active };
};
