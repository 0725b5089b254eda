/** What is being written, kept for this window so that a look at another page does not lose it. */
export interface DocumentDraft {
  read(): string;
  write(text: string): void;
}

/** `key` names it: the deployment document unless told. */
export function createDocumentDraft(storage: Storage | null, key = 'gatehouse.document-draft'): DocumentDraft {
  return {
    read() {
      try {
        return storage?.getItem(key) ?? '';
      } catch {
        return ''; // a blocked storage only costs the draft
      }
    },
    write(text) {
      try {
        if (text === '') storage?.removeItem(key);
        else storage?.setItem(key, text);
      } catch {
        // blocked or full: the draft then lasts as long as the page
      }
    },
  };
}
