/** As much as the gateway takes. */
const MOST_BYTES = 4_194_304;

export type Opened =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly why: 'too-large' | 'unreadable' };

/** The text of a file that was chosen or dropped. */
export async function openFile(file: Blob): Promise<Opened> {
  if (file.size > MOST_BYTES) return { ok: false, why: 'too-large' };
  try {
    const bytes = await file.arrayBuffer();
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\u0000') ? { ok: false, why: 'unreadable' } : { ok: true, text };
  } catch {
    return { ok: false, why: 'unreadable' };
  }
}
