import { Button, Code, Group } from '@mantine/core';
import { IconAnchor } from '@tabler/icons-react';
import { Link } from 'react-router';
import { useScopedPath } from '@/features/scope/scope';
import { Empty } from '@/ui/Empty';

export function FirstSteps() {
  const scoped = useScopedPath();
  return (
    <Empty
      icon={IconAnchor}
      title="Nothing runs here yet"
      action={
        <Group gap="xs">
          <Button component={Link} to={scoped('/images?pull=1')}>
            1. Pull an image
          </Button>
          <Button component={Link} to={scoped('/containers/new')} variant="default">
            2. Create a container
          </Button>
        </Group>
      }
    >
      Pull an image from a registry, then create a container from it. The form also shows the{' '}
      <Code>docker</Code> command and the REST call that do the same.
    </Empty>
  );
}
