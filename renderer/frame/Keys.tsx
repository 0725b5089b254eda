import { type ReactNode, useEffect, useRef, useState } from 'react';
import { KeyboardReact as Keyboard } from 'react-simple-keyboard';
import 'react-simple-keyboard/build/css/index.css';

type Layout = 'letters' | 'capitals' | 'signs' | 'digits';

const LAYOUTS: Record<Layout, string[]> = {
  letters: [
    'q w e r t y u i o p {bksp}',
    'a s d f g h j k l {enter}',
    '{shift} z x c v b n m , . -',
    '{signs} / : _ {space} {left} {right}',
  ],
  capitals: [
    'Q W E R T Y U I O P {bksp}',
    'A S D F G H J K L {enter}',
    '{shift} Z X C V B N M ; ! ?',
    '{signs} / : _ {space} {left} {right}',
  ],
  signs: [
    '1 2 3 4 5 6 7 8 9 0 {bksp}',
    '@ # % & * ( ) = + {enter}',
    '{signs} $ " \' [ ] { } < > |',
    '{letters} / \\ : ~ {space} {left} {right}',
  ],
  digits: ['7 8 9 {bksp}', '4 5 6 -', '1 2 3 .', '{left} 0 {right} {enter}'],
};

const NAMES = {
  '{bksp}': '⌫',
  '{enter}': '⏎',
  '{shift}': '⇧',
  '{space}': ' ',
  '{signs}': '?123',
  '{letters}': 'abc',
  '{left}': '←',
  '{right}': '→',
};

/** What a key does with a text at a caret. Pure; null for keys that write nothing. */
export function press(key: string, text: string, caret: number, multiline: boolean): { text: string; caret: number } | null {
  const put = (what: string): { text: string; caret: number } => ({
    text: text.slice(0, caret) + what + text.slice(caret),
    caret: caret + what.length,
  });
  if (key === '{bksp}')
    return caret === 0 ? { text, caret } : { text: text.slice(0, caret - 1) + text.slice(caret), caret: caret - 1 };
  if (key === '{space}') return put(' ');
  if (key === '{left}') return { text, caret: Math.max(0, caret - 1) };
  if (key === '{right}') return { text, caret: Math.min(text.length, caret + 1) };
  if (key === '{enter}') return multiline ? put('\n') : null;
  return key.startsWith('{') && key.length > 1 ? null : put(key);
}

/** The keys. Writes at its own caret, which starts at the end of the text. */
export function Keys(props: {
  numeric: boolean;
  multiline: boolean;
  value: string;
  onChange: (value: string) => void;
  onEnter: () => void;
}): ReactNode {
  const { numeric, multiline, value } = props;
  const [layout, setLayout] = useState<Layout>('letters');
  const caret = useRef(value.length);
  useEffect(() => {
    caret.current = Math.min(caret.current, value.length);
  }, [value]);
  function onKeyPress(key: string): void {
    if (key === '{shift}') setLayout((l) => (l === 'capitals' ? 'letters' : 'capitals'));
    else if (key === '{signs}') setLayout((l) => (l === 'signs' ? 'letters' : 'signs'));
    else if (key === '{letters}') setLayout('letters');
    else if (key === '{enter}' && !multiline) props.onEnter();
    else {
      const next = press(key, value, caret.current, multiline);
      if (!next) return;
      caret.current = next.caret;
      if (next.text !== value) props.onChange(next.text);
      if (layout === 'capitals') setLayout('letters');
    }
  }
  return (
    <Keyboard
      layout={LAYOUTS}
      layoutName={numeric ? 'digits' : layout}
      display={NAMES}
      onKeyPress={onKeyPress}
      preventMouseDownDefault
      disableCaretPositioning
      theme="hg-theme-default gh-keys"
    />
  );
}
