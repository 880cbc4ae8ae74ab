import type { Container } from '@/api/types';

const SHOWN = 6;

export function latest(containers: Container[]): Container[] {
  return containers.toSorted((a, b) => b.created_at.localeCompare(a.created_at)).slice(0, SHOWN);
}
