import { Anchor } from '@mantine/core';
import { Link } from 'react-router';
import type { Container } from '@/api/types';
import { Mono } from '@/ui/Mono';

export function ImageLink({ container }: { container: Container }) {
  const host = encodeURIComponent(container.host.name);
  return (
    <Anchor component={Link} to={`/images/${container.image_id}?host=${host}`} size="sm">
      <Mono>{container.image}</Mono>
    </Anchor>
  );
}
