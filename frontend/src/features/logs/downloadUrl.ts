import { sinceSeconds } from './since';

/** Where the log from *since* on, or the whole of it, is as a text file. */
export function downloadUrl(container: string, isTimed: boolean, since: string): string {
  const seconds = sinceSeconds(since, Date.now());
  const query = new URLSearchParams({
    timestamps: isTimed ? 'true' : 'false',
    ...(seconds !== null && { since: String(seconds) }),
  });
  return `/api/v1/containers/${container}/logs?${query.toString()}`;
}
