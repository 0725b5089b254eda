import type { ReactNode } from 'react';
import type { ScanView } from '../../../../core/contract/commission-views.ts';
import type { LinkConfig } from '../../../../core/contract/document/links.ts';
import { Button } from '../../../components/Button.tsx';
import { EmptyNotice } from '../../../components/Notices.tsx';
import { useCall, useQuery } from '../../../hooks/use-call.ts';
import { scan as text } from '../../../text/add-device.ts';
import { formatMillis } from '../../../text/format.ts';
import { lineWords } from './ScanProgress.tsx';
import { goStep, useAdding } from './use-adding.ts';

type Found = ScanView['found'][number];

/** Make and model as the device says them; empty: it does not. */
const whoOf = ({ identification: who }: Found): string => (who ? [who.vendor, who.product].filter(Boolean).join(' ') : '');

function titleOf(found: Found, place: string): string {
  const what = whoOf(found);
  return `${what === '' ? text.unit(found.unit) : `${what}, ${text.unit(found.unit).toLowerCase()}`}, ${place}`;
}

/** Units that answered, each with the way on: its template where it is known, else its registers. */
export function ScanFound(props: { scan: ScanView }): ReactNode {
  const { scan } = props;
  const adding = useAdding();
  const close = useCall('scan.close', { inline: true });
  const templates = useQuery('profile.list', scan.found.some((one) => one.profile !== null) ? {} : null);

  async function use(found: Found, profile: string | null): Promise<void> {
    // the line must be free for the next step
    await adding.book.inTurn(() => close.run({ scan: scan.id }));
    adding.set({
      title: titleOf(found, scan.line),
      adapter: found.adapter,
      // the contract gives a link as the schema has parsed it, with every default filled in
      link: found.link as LinkConfig,
      unit: found.unit,
      profile,
      guess: null,
      extra: profile === null ? { name: whoOf(found) || text.unitName(found.unit) } : {},
      scan: scan.id,
      picks: [],
      draft: null,
    });
    goStep(profile === null ? 'decode' : 'name');
  }
  if (scan.found.length === 0) {
    return (
      <section className="sheet">
        <EmptyNotice title={text.nothing} body={text.nothingBody} />
      </section>
    );
  }
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2>{text.found}</h2>
      </header>
      <ul className="found-list">
        {scan.found.map((found) => {
          const { profile } = found;
          const known = profile === null ? undefined : (templates.data?.find((one) => one.id === profile)?.name ?? profile);
          return (
            <li className="found" key={`${found.unit} ${lineWords(found.line)}`}>
              <div className="found-what">
                <h3 className="found-title">
                  {text.unit(found.unit)} <span className="muted num">{lineWords(found.line)}</span>
                </h3>
                {found.identification && (
                  <p>
                    <strong>
                      {found.identification.vendor} {found.identification.product}
                    </strong>{' '}
                    <span className="muted">{found.identification.revision}</span>
                  </p>
                )}
                <p className="small muted num">
                  {text.answered(formatMillis(found.responseMs))} · {found.evidence}
                </p>
              </div>
              <div className="found-actions">
                {known !== undefined && (
                  <Button kind="primary" busy={close.busy} onClick={() => void use(found, profile)}>
                    {text.withProfile(known)}
                  </Button>
                )}
                <Button
                  kind={known === undefined ? 'primary' : 'plain'}
                  busy={close.busy}
                  aria-label={text.readName(found.unit)}
                  onClick={() => void use(found, null)}
                >
                  {text.read}
                </Button>
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
