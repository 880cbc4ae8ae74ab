import type { AuditEntry } from '@/api/types';

const PAGES: Partial<Record<AuditEntry['kind'], (entry: AuditEntry) => string>> = {
  container: ({ object }) => `/containers/${object.id}`,
  image: ({ object, project }) =>
    `/images?project=${project}&filter=${encodeURIComponent(object.name)}`,
  network: () => '/networks',
  registry: () => '/registries',
  operation: () => '/activity',
  host: () => '/hosts',
  user: () => '/access/users',
  team: () => '/access/teams',
  role: () => '/access/roles',
  project: () => '/access/projects',
  policy: () => '/access/projects',
  invitation: () => '/access/invitations',
};

/** The page that shows what an entry is about; null where there is none. */
export function objectPath(entry: AuditEntry): string | null {
  if (!entry.object.id) return null;
  return PAGES[entry.kind]?.(entry) ?? null;
}
