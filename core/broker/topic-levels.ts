/** Levels of a topic or filter, counted without taking it apart: it may have tens of thousands. */
export function topicLevels(topic: string): number {
  let levels = 1;
  for (let i = 0; i < topic.length; i += 1) if (topic.charCodeAt(i) === 47) levels += 1;
  return levels;
}
