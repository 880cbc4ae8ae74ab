import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router';
import type { Container } from '@/api/types';
import { ContainerStatus } from '@/features/containers/ContainerStatus';
import { useScopedPath } from '@/features/scope/scope';
import { RelativeTime } from '@/ui/RelativeTime';
import { Section } from '@/ui/Section';
import classes from './Overview.module.css';
import { latest } from './latest';

export function RecentContainers({ containers }: { containers: Container[] }) {
  const scoped = useScopedPath();
  return (
    <Section
      title="Recent containers"
      aside={
        <Anchor component={Link} to={scoped('/containers')} size="sm">
          all {containers.length}
        </Anchor>
      }
    >
      {containers.length === 0 && (
        <Text size="sm" c="dimmed">
          None yet.
        </Text>
      )}
      <ul className={classes.list}>
        {latest(containers).map((container) => (
          <li key={container.id} className={classes.row}>
            <Anchor component={Link} to={scoped(`/containers/${container.id}`)} size="sm" fw={500}>
              {container.name}
            </Anchor>
            <Text span size="sm">
              <ContainerStatus container={container} />
            </Text>
            <Text span size="sm" c="dimmed" className={classes.end}>
              <RelativeTime time={container.created_at} />
            </Text>
          </li>
        ))}
      </ul>
    </Section>
  );
}
