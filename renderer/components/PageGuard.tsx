import { Component, type ReactNode } from 'react';
import { common } from '../text/common.ts';
import { Button } from './Button.tsx';
import { ErrorNotice } from './Notices.tsx';

/** Keeps a page that fails from taking the frame with it: the header with its alarms stays. */
export class PageGuard extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };
  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }
  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <div className="page">
        <ErrorNotice
          what={common.pageFailed.title}
          meaning={common.pageFailed.meaning}
          remedy={common.pageFailed.remedy}
          action={<Button onClick={() => window.location.reload()}>{common.pageFailed.action}</Button>}
        />
      </div>
    );
  }
}
