import { Anchor, Badge, Group } from '@mantine/core';
import { Link } from 'react-router';
import type { Image } from '@/api/types';
import { imageName } from '../name';
import { column } from './column';

export const name = column.accessor(imageName, {
  id: 'name',
  header: 'Image',
  meta: { grows: true },
  cell: ({ row }) => <NameCell image={row.original} />,
});

function NameCell({ image }: { image: Image }) {
  const more = image.tags.length - 1;
  return (
    <Group component="span" display="inline-flex" gap={6} wrap="nowrap" maw="100%">
      <Anchor
        component={Link}
        to={`/images/${image.id}?host=${encodeURIComponent(image.host.name)}&project=${image.project}`}
        size="sm"
        fw={500}
        truncate
        title={image.tags.join('\n')}
      >
        {imageName(image)}
      </Anchor>
      {image.tags.length === 0 && (
        <Badge size="xs" variant="default" tt="none">
          no tag
        </Badge>
      )}
      {more > 0 && (
        <Badge
          size="xs"
          variant="default"
          tt="none"
          style={{ flex: 'none' }}
          title={image.tags.join('\n')}
        >
          +{more}
        </Badge>
      )}
    </Group>
  );
}
