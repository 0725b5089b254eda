import { type ReactNode, type Ref, useCallback, useImperativeHandle, useMemo, useRef } from 'react';
import './line-editor.css';

const LINE = 22;
const PAD = 12;
/** More lines than this are numbered only in part of the gutter that is in sight of nobody; a document has some hundreds. */
const MOST_NUMBERS = 20_000;

export interface LineEditorHandle {
  /** Scrolls to a line (from 1), puts the cursor at its column and selects the rest of the line. */
  jumpTo(line: number, column: number | null): void;
}

/** Where a line begins and ends in a text; the last one for a line beyond it. */
export function lineRange(text: string, line: number): { readonly start: number; readonly end: number } {
  let start = 0;
  for (let at = 1; at < line; at += 1) {
    const next = text.indexOf('\n', start);
    if (next < 0) break;
    start = next + 1;
  }
  const end = text.indexOf('\n', start);
  return { start, end: end < 0 ? text.length : end };
}

/**
 * A plain text field with line numbers and marked lines: the browser's own cursor, selection handles, undo and on-screen keyboard
 * work as everywhere. Tab leaves the field, as keyboard users expect.
 */
export function LineEditor(props: {
  id: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** Lines (from 1) that have a mistake. */
  marked: ReadonlySet<number>;
  /** The line that was jumped to. */
  current: number | null;
  placeholder?: string;
  readOnly?: boolean;
  handle?: Ref<LineEditorHandle>;
}): ReactNode {
  const { value } = props;
  const area = useRef<HTMLTextAreaElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const lines = useMemo(() => value.split('\n'), [value]);
  const widest = useMemo(() => lines.reduce((most, line) => Math.max(most, line.length), 0), [lines]);
  const jumpTo = useCallback((line: number, column: number | null) => {
    const field = area.current;
    if (!field) return;
    const { start, end } = lineRange(field.value, line);
    field.focus({ preventScroll: true });
    field.setSelectionRange(Math.min(end, start + Math.max(0, (column ?? 1) - 1)), end);
    const view = scroller.current;
    if (!view) return;
    view.scrollTop = Math.max(0, PAD + (line - 1) * LINE - view.clientHeight / 3);
    view.scrollLeft = 0;
  }, []);
  useImperativeHandle(props.handle, () => ({ jumpTo }), [jumpTo]);
  const marks = [...props.marked].filter((line) => line <= lines.length);
  const at = (line: number): { top: string } => ({ top: `${PAD + (line - 1) * LINE}px` });
  return (
    <div className="editor" ref={scroller}>
      <div className="editor-body" style={{ '--editor-lines': Math.max(lines.length, 8), '--editor-columns': widest + 4 }}>
        <div className="editor-gutter num" aria-hidden="true">
          {lines.slice(0, MOST_NUMBERS).map((_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line number is its index
            <span key={index} data-marked={props.marked.has(index + 1) || undefined}>
              {index + 1}
            </span>
          ))}
        </div>
        <div className="editor-field">
          {marks.map((line) => (
            <span key={line} className="editor-mark" data-tone="fault" style={at(line)} />
          ))}
          {props.current !== null && props.current <= lines.length && (
            <span className="editor-current" style={at(props.current)} />
          )}
          <textarea
            ref={area}
            id={props.id}
            aria-label={props.label}
            aria-invalid={props.marked.size > 0}
            value={value}
            readOnly={props.readOnly}
            placeholder={props.placeholder}
            wrap="off"
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            autoCorrect="off"
            onChange={(event) => props.onChange(event.target.value)}
          />
        </div>
      </div>
    </div>
  );
}
