import type { Operation } from '@/api/types';

const VERBS: Record<string, string> = {
  create: 'Create',
  start: 'Start',
  stop: 'Stop',
  restart: 'Restart',
  kill: 'Kill',
  remove: 'Remove',
  pull: 'Pull',
  test: 'Test',
};

/** `Pull nginx:1.29`, `Stop api`: from a kind such as `containers.stop`. */
export function operationTitle(operation: Operation): string {
  const word = operation.kind.split(/[._]/).at(-1) ?? operation.kind;
  const name = operation.subject.name || operation.subject.id.replace('sha256:', '').slice(0, 12);
  return `${VERBS[word] ?? word} ${name}`;
}

/** How far the layers of a pull are, 0 to 100, or null while nothing is known. */
export function operationPercent(operation: Operation): number | null {
  const layers = operation.progress?.layers ?? [];
  let done = 0;
  let total = 0;
  for (const layer of layers) {
    const isComplete = layer.phase === 'done' || layer.phase === 'exists';
    const size = Math.max(layer.total, 1);
    total += size;
    done += isComplete
      ? size
      : Math.min(layer.current, size) * (layer.phase === 'extracting' ? 1 : 0.9);
  }
  return total === 0 ? null : Math.round((done / total) * 100);
}
