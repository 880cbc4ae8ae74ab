import type { Change } from './socket';

interface Versioned {
  version?: number;
}

/** *current* after *change*, or *current* itself where the change is older than what is there. */
export function newer<T extends Versioned>(current: T | undefined, incoming: T): T {
  if (current?.version !== undefined && incoming.version !== undefined)
    return incoming.version < current.version ? current : incoming;
  return incoming;
}

/**
 * *list* after *change*: the object takes its own place again, so that rows don't jump; a new one
 * comes first; a gone one leaves.
 */
export function patchList<T extends Versioned>(
  list: T[],
  change: Change,
  isSame: (item: T) => boolean,
): T[] {
  const at = list.findIndex(isSame);
  if (change.object === null) return at < 0 ? list : list.toSpliced(at, 1);
  const incoming = change.object as T;
  const current = list[at];
  if (!current) return [incoming, ...list];
  const next = newer(current, incoming);
  return next === current ? list : list.with(at, next);
}
