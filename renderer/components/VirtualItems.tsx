// biome-ignore-all lint/a11y/useSemanticElements: items out of sight do not exist, which a list element cannot say
import type { Virtualizer } from '@tanstack/react-virtual';
import type { ReactNode } from 'react';

/** The rows in sight of a virtual list, each in its place; `render` gives null for a row that is gone. */
export function VirtualItems(props: {
  virtual: Virtualizer<HTMLElement, Element>;
  render: (index: number) => ReactNode;
}): ReactNode {
  const { virtual } = props;
  return (
    <div className="virtual-body" role="list" style={{ height: virtual.getTotalSize() }}>
      {virtual.getVirtualItems().map((item) => {
        const row = props.render(item.index);
        if (row === null) return null;
        return (
          <div
            key={item.key}
            role="listitem"
            ref={virtual.measureElement}
            data-index={item.index}
            className="virtual-item"
            style={{ transform: `translateY(${item.start}px)` }}
          >
            {row}
          </div>
        );
      })}
    </div>
  );
}
