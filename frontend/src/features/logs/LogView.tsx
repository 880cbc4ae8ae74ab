import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { LogLine } from './buffer';
import { LogLineView } from './LogLineView';
import classes from './LogView.module.css';
import { prettyLine } from './prettyLine';
import type { LogSettings } from './useLogSettings';

const LINE_HEIGHT = 19;
const NEAR_END = 40;

interface Props {
  lines: readonly LogLine[];
  dropped: number;
  settings: LogSettings;
  pattern: RegExp | null;
  /** Number of the line to bring into sight. */
  focus: number | null;
  isFollowing: boolean;
  onFollow: (isFollowing: boolean) => void;
}

/** The lines; only those in sight are in the document. Scrolling up pauses, reaching the end follows. */
export function LogView({
  lines,
  dropped,
  settings,
  pattern,
  focus,
  isFollowing,
  onFollow,
}: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const first = lines[0]?.number ?? 0;
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => LINE_HEIGHT,
    getItemKey: (index) => first + index,
    overscan: 30,
  });
  const last = first + lines.length;
  const isMeasured = settings.isWrapped || settings.isPretty;

  useEffect(() => {
    // Heights that were measured hold no longer.
    virtualizer.measure();
  }, [virtualizer, settings.isWrapped, settings.isPretty]);

  useEffect(() => {
    if (isFollowing) virtualizer.scrollToIndex(last - first - 1, { align: 'end' });
  }, [virtualizer, isFollowing, first, last]);
  useEffect(() => {
    if (focus !== null) virtualizer.scrollToIndex(focus - first, { align: 'center' });
    // The line stays the same while older lines go: only another match moves the view.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [virtualizer, focus]);

  return (
    <div
      ref={frame}
      className={classes.frame}
      data-wrapped={settings.isWrapped || undefined}
      role="log"
      aria-label="Log lines"
      tabIndex={0}
      onWheel={(event) => {
        const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
        if (event.deltaY < 0) onFollow(false);
        else if (scrollHeight - scrollTop - clientHeight < NEAR_END) onFollow(true);
      }}
    >
      {dropped > 0 && (
        <div className={classes.note}>
          {dropped.toLocaleString()} older lines are not shown; the download has them.
        </div>
      )}
      <div className={classes.canvas} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const line = lines[item.index];
          return (
            line && (
              <div
                key={item.key}
                data-index={item.index}
                ref={isMeasured ? virtualizer.measureElement : undefined}
                className={classes.place}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <LogLineView
                  line={settings.isPretty ? prettyLine(line) : line}
                  pattern={pattern}
                  isTimed={settings.isTimed}
                  isFocused={line.number === focus}
                />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}
