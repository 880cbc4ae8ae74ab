import { useState } from 'react';
import classes from './JsonTree.module.css';

interface Props {
  value: unknown;
  name?: string | undefined;
  depth?: number;
}

const OPEN_DEPTH = 2;

/** A value as a tree whose branches open and close. */
export function JsonTree({ value, name, depth = 0 }: Props) {
  const [isOpen, setOpen] = useState(depth < OPEN_DEPTH);
  if (typeof value !== 'object' || value === null)
    return (
      <div className={classes.leaf}>
        <Name name={name} />
        <span className={classes[value === null ? 'null' : typeof value]}>
          {JSON.stringify(value)}
        </span>
      </div>
    );
  const entries = Object.entries(value as Record<string, unknown>);
  const brackets = Array.isArray(value) ? '[]' : '{}';
  return (
    <details
      open={isOpen}
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
      }}
      className={classes.branch}
    >
      <summary>
        <Name name={name} />
        <span className={classes.count}>
          {entries.length === 0
            ? brackets
            : `${brackets.charAt(0)} ${entries.length} ${brackets.charAt(1)}`}
        </span>
      </summary>
      {isOpen &&
        entries.map(([key, item]) => (
          <JsonTree key={key} name={key} value={item} depth={depth + 1} />
        ))}
    </details>
  );
}

function Name({ name }: { name: string | undefined }) {
  return name === undefined ? null : <span className={classes.name}>{name}: </span>;
}
