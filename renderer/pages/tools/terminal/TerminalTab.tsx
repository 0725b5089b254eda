import type { ReactNode } from 'react';
import { terminal as text } from '../../../text/tools.ts';
import { LineTool } from '../line/LineTool.tsx';
import { TerminalBody } from './TerminalBody.tsx';

/** The serial terminal: `#/tools/terminal?port=<id>`. */
export function TerminalTab(props: { query: URLSearchParams }): ReactNode {
  return <LineTool kind="terminal" intro={text.intro} effects={text.consent} query={props.query} Body={TerminalBody} />;
}
