/** MQTT 3.1.1 section 4.7; AWS IoT allows 256 bytes as well. */
export const MAX_TOPIC_BYTES = 256;
/** Far beyond any real site; keeps a hostile topic from costing anything. */
export const MAX_TOPIC_LEVELS = 32;

/** Why this topic name cannot be published to, or null. */
export function topicFault(topic: string): string | null {
  if (topic.length === 0) return 'the topic is empty';
  if (topic.length > MAX_TOPIC_BYTES || (topic.length > MAX_TOPIC_BYTES / 3 && Buffer.byteLength(topic) > MAX_TOPIC_BYTES)) {
    return `the topic is longer than ${MAX_TOPIC_BYTES} bytes`;
  }
  let levels = 1;
  for (let i = 0; i < topic.length; i += 1) {
    const code = topic.charCodeAt(i);
    if (code === 0x2f) levels += 1;
    else if (code === 0x2b || code === 0x23) return 'the topic holds a wildcard ("+" or "#")';
    else if (code === 0) return 'the topic holds a NUL character';
  }
  return levels > MAX_TOPIC_LEVELS ? `the topic has more than ${MAX_TOPIC_LEVELS} levels` : null;
}

/** True when the filter matches the name. A wildcard at the first level does not match names that begin with "$" (section 4.7.2). */
export function topicMatches(filter: string, topic: string): boolean {
  const want = filter.split('/');
  const have = topic.split('/');
  if (topic.startsWith('$') && (want[0] === '+' || want[0] === '#')) return false;
  for (let i = 0; i < want.length; i += 1) {
    const level = want[i];
    if (level === '#') return true;
    if (i >= have.length || (level !== '+' && level !== have[i])) return false;
  }
  return want.length === have.length;
}
