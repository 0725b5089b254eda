import type { ComponentProps, ReactNode } from 'react';

type ButtonKind = 'plain' | 'primary' | 'quiet';

/** A button of at least 48 px. `busy` keeps its place and width while the answer is awaited. */
export function Button(props: ComponentProps<'button'> & { kind?: ButtonKind; icon?: ReactNode; busy?: boolean }): ReactNode {
  const { kind = 'plain', icon, busy = false, children, className, disabled, ...rest } = props;
  return (
    <button
      type="button"
      {...rest}
      className={className === undefined ? 'button' : `button ${className}`}
      data-kind={kind}
      data-icon-only={children === undefined || undefined}
      disabled={disabled === true || busy}
      aria-busy={busy || undefined}
    >
      {icon}
      {children}
    </button>
  );
}

/** A button with only an icon; `label` is its name for those who do not see it, and its tooltip. */
export function IconButton(props: Omit<ComponentProps<typeof Button>, 'children' | 'aria-label'> & { label: string }): ReactNode {
  const { label, kind = 'quiet', ...rest } = props;
  return <Button {...rest} kind={kind} aria-label={label} title={label} />;
}
