import { Anchor } from '@mantine/core';
import { Link } from 'react-router';
import type { Container } from '@/api/types';
import { Mono } from '@/ui/Mono';

export function ImageLink({ container }: { container: Container }) {
  const place = `host=${encodeURIComponent(container.host.name)}&project=${container.project}`;
  return (
    <Anchor component={Link} to={`/images/${container.image_id}?${place}`} size="sm">
      <Mono>{container.image}</Mono>
    </Anchor>
  );
}
