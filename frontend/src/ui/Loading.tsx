import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';

/** Stands where *what* will be. */
export function Loading({ what, rows = 6 }: { what: string; rows?: number }) {
  return (
    <Stack gap={8} aria-busy="true">
      <VisuallyHidden role="status">Loading {what}…</VisuallyHidden>
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} height={28} radius="sm" />
      ))}
    </Stack>
  );
}
