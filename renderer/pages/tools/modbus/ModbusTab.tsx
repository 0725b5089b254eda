import type { ReactNode } from 'react';
import { master as text } from '../../../text/modbus-tool.ts';
import { LineTool } from '../line/LineTool.tsx';
import { MasterBody } from './MasterBody.tsx';

/** The Modbus master: `#/tools/modbus?port=<id>`. */
export function ModbusTab(props: { query: URLSearchParams }): ReactNode {
  return <LineTool kind="modbus" intro={text.intro} effects={text.consent} query={props.query} Body={MasterBody} />;
}
