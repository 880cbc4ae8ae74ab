/** What is looked for, as the address has it; empty for anything. */
export interface AuditSearch {
  text: string;
  actor: string;
  verb: string;
  kind: string;
  outcome: string;
  /** Local dates and times. */
  since: string;
  until: string;
  project: string;
}

function moment(text: string): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? '' : new Date(time).toISOString();
}

/** The parameters of the request that finds it. */
export function searchQuery(search: AuditSearch): Record<string, string> {
  const wanted = { ...search, since: moment(search.since), until: moment(search.until) };
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== ''));
}

/** Where all that is found is as a file. */
export function exportUrl(search: AuditSearch, form: 'jsonl' | 'csv'): string {
  const query = new URLSearchParams({ form, ...searchQuery(search) });
  return `/api/v1/audit/export?${query.toString()}`;
}
