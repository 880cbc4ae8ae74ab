import type { Change } from './socket';

/** An object's version is its host's event sequence; kinds without one are always taken as newer. */
function versionOf(item: object): number | null {
  return 'version' in item && typeof item.version === 'number' ? item.version : null;
}

/** *incoming*, or *current* where that is the later version. */
export function newer<T extends object>(current: T | undefined, incoming: T): T {
  if (current === undefined) return incoming;
  const [before, after] = [versionOf(current), versionOf(incoming)];
  return before !== null && after !== null && after < before ? current : incoming;
}

/**
 * *list* after *change*: the object takes its own place again, so that rows don't jump; a new one
 * comes first; a gone one leaves.
 */
export function patchList<T extends object>(
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
