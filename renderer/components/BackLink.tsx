import ArrowLeft from 'lucide-react/icons/arrow-left';
import type { ReactNode } from 'react';

/** The way from a thing's own page to the list of all; `label` says where it leads. */
export function BackLink(props: { href: string; label: string }): ReactNode {
  return (
    <a className="button" data-kind="quiet" data-icon-only href={props.href} aria-label={props.label} title={props.label}>
      <ArrowLeft size={20} aria-hidden="true" />
    </a>
  );
}
