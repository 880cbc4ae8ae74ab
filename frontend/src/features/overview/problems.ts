import type { Container, Host } from '@/api/types';
import { exitReason, hasFailed, stateWords } from '@/features/containers/state';
import { formatBytes } from '@/lib/format';

export interface Problem {
  key: string;
  what: string;
  where: string;
  state: string;
  why: string;
  time: string | null;
  path: string;
}

function ofContainer(container: Container): Problem {
  const limit = container.spec.resources.memory;
  const oom = container.oom_killed && limit ? ` (limit ${formatBytes(limit)})` : '';
  return {
    key: container.id,
    what: container.name,
    where: container.host.name,
    state: stateWords(container),
    why: container.error || `${exitReason(container)}${oom}`,
    time: container.finished_at ?? container.created_at,
    path: `/containers/${container.id}`,
  };
}

function ofHost(host: Host, containers: Container[]): Problem {
  const count = containers.filter((container) => container.host.id === host.id).length;
  return {
    key: host.id,
    what: host.name,
    where: host.name,
    state: 'lost',
    why: `not heard of; the state of its ${count} container(s) is the last known one`,
    time: host.seen_at,
    path: '/hosts',
  };
}

/** Everything that needs somebody's attention: lost hosts first, then the latest failures. */
export function findProblems(containers: Container[], hosts: Host[]): Problem[] {
  const lost = hosts.filter((host) => host.state === 'offline');
  const failed = containers.filter(hasFailed).map(ofContainer);
  failed.sort((a, b) => (b.time ?? '').localeCompare(a.time ?? ''));
  return [...lost.map((host) => ofHost(host, containers)), ...failed];
}
