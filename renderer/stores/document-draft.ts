const KEY = 'gatehouse.document-draft';

/** The document that is being written, kept for this window so that a look at another page does not lose it. */
export interface DocumentDraft {
  read(): string;
  write(text: string): void;
}

export function createDocumentDraft(storage: Storage | null): DocumentDraft {
  return {
    read() {
      try {
        return storage?.getItem(KEY) ?? '';
      } catch {
        return ''; // a blocked storage only costs the draft
      }
    },
    write(text) {
      try {
        if (text === '') storage?.removeItem(KEY);
        else storage?.setItem(KEY, text);
      } catch {
        // blocked or full: the draft then lasts as long as the page
      }
    },
  };
}
