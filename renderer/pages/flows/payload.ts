import type { MessageView } from '../../../core/contract/views.ts';
import { payloadText } from '../../components/payload-text.ts';

/** Whether a message has the text in its topic or content, in any case. */
export function hasText(message: MessageView, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return true;
  return message.topic.toLowerCase().includes(wanted) || payloadText(message.payload).toLowerCase().includes(wanted);
}
