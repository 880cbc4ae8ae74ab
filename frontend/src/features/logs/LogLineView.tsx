import { memo } from 'react';
import type { LogLine } from './buffer';
import { pieces } from './pieces';
import classes from './LogView.module.css';
import { cssOf } from './cssOf';

interface Props {
  line: LogLine;
  pattern: RegExp | null;
  isTimed: boolean;
  isFocused: boolean;
}

export const LogLineView = memo(function LogLineView({ line, pattern, isTimed, isFocused }: Props) {
  return (
    <div className={classes.line} data-stream={line.stream} data-focused={isFocused || undefined}>
      {isTimed && <time className={classes.time}>{line.time.slice(0, 23).replace('T', ' ')}</time>}
      {line.stream === 'stderr' && (
        <span className={classes.stream} title="standard error">
          E
        </span>
      )}
      <span className={classes.text}>
        {pieces(line, pattern).map((piece, index) =>
          piece.isMatch ? (
            <mark key={index} style={cssOf(piece.style)}>
              {piece.text}
            </mark>
          ) : (
            <span key={index} style={cssOf(piece.style)}>
              {piece.text}
            </span>
          ),
        )}
      </span>
    </div>
  );
});
