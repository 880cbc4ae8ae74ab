import { Anchor } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { Link, useRouteError } from 'react-router';
import { Empty } from '@/ui/Empty';
import { Failure } from '@/ui/Failure';

export function NotFound() {
  return (
    <Empty icon={IconMapOff} title="There is no such page">
      The address may be mistyped.{' '}
      <Anchor component={Link} to="/">
        Go to the overview
      </Anchor>
      , or press Ctrl-K to search.
    </Empty>
  );
}

/** A page that threw while it was drawn or loaded: says so, and offers to load it again. */
export function PageCrashed() {
  const error = useRouteError();
  return (
    <Failure
      what="This page could not be shown"
      error={error instanceof Error ? error : new Error(String(error))}
      retry={() => {
        location.reload();
      }}
    />
  );
}
