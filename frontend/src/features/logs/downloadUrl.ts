/** Where the whole log is as a text file. */
export function downloadUrl(container: string, isTimed: boolean): string {
  return `/api/v1/containers/${container}/logs?timestamps=${isTimed ? 'true' : 'false'}`;
}
