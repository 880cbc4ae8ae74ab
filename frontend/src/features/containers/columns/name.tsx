import { Anchor } from '@mantine/core';
import { Link } from 'react-router';
import type { Container } from '@/api/types';
import { useScopedPath } from '@/features/scope/scope';
import { column } from './column';

export const name = column.accessor('name', {
  header: 'Name',
  sortingFn: 'alphanumeric',
  meta: { grows: true },
  cell: ({ row }) => <NameCell container={row.original} />,
});

function NameCell({ container }: { container: Container }) {
  const scoped = useScopedPath();
  return (
    <Anchor
      component={Link}
      to={scoped(`/containers/${container.id}`)}
      size="sm"
      fw={500}
      title={container.name}
    >
      {container.name}
    </Anchor>
  );
}
