import type { ReactNode } from 'react';
import { terminal as text } from '../../../text/tools.ts';
import { LineTool, type ToolBodyProps } from '../line/LineTool.tsx';
import { TerminalBody } from './TerminalBody.tsx';

const Body = (props: ToolBodyProps): ReactNode => <TerminalBody key={props.session} {...props} />;

/** The serial terminal: `#/tools/terminal?port=<id>`. */
export function TerminalTab(props: { query: URLSearchParams }): ReactNode {
  return <LineTool kind="terminal" intro={text.intro} effects={text.consent} query={props.query} Body={Body} />;
}
