import type { ReactNode } from 'react';
import { promises as text } from '../../text/promises.ts';
import { DataTabs } from './DataTabs.tsx';

/** Under which fault, what holds, and how it is tested. */
export function PromisesTab(): ReactNode {
  return (
    <div className="page">
      <DataTabs current="promises" />
      <h1 className="visually-hidden">{text.title}</h1>
      <p className="promises-intro">{text.intro}</p>
      <section className="sheet">
        <table className="plain-table promises" aria-label={text.table}>
          <thead>
            <tr>
              <th scope="col">{text.columns.fault}</th>
              <th scope="col">{text.columns.holds}</th>
              <th scope="col">{text.columns.tested}</th>
            </tr>
          </thead>
          <tbody>
            {text.rows.map((row) => (
              <tr key={row.fault}>
                <th scope="row">{row.fault}</th>
                <td>{row.holds}</td>
                <td className="muted">{row.tested}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}
