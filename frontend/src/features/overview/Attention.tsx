import { Anchor, Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { Link } from 'react-router';
import type { Container, Host } from '@/api/types';
import { useScopedPath } from '@/features/scope/scope';
import { RelativeTime } from '@/ui/RelativeTime';
import { Section } from '@/ui/Section';
import { StatusWord } from '@/ui/StatusWord';
import classes from './Overview.module.css';
import { findProblems, type Problem } from './problems';

const SHOWN = 8;

export function Attention({ containers, hosts }: { containers: Container[]; hosts: Host[] }) {
  const problems = findProblems(containers, hosts);
  const scoped = useScopedPath();
  return (
    <Section title="Needs attention">
      {problems.length === 0 && (
        <Text size="sm" component="div">
          <StatusWord icon={IconCircleCheck} tone="good">
            Nothing: no failed container, no lost host.
          </StatusWord>
        </Text>
      )}
      <ul className={classes.list}>
        {problems.slice(0, SHOWN).map((problem) => (
          <ProblemRow key={problem.key} problem={problem} />
        ))}
      </ul>
      {problems.length > SHOWN && (
        <Anchor component={Link} to={scoped('/containers?filter=state:exited')} size="sm">
          and {problems.length - SHOWN} more
        </Anchor>
      )}
    </Section>
  );
}

function ProblemRow({ problem }: { problem: Problem }) {
  const scoped = useScopedPath();
  return (
    <li className={classes.problem}>
      <Anchor component={Link} to={scoped(problem.path)} size="sm" fw={600}>
        {problem.what}
      </Anchor>
      <Text span size="sm">
        <StatusWord icon={IconAlertTriangle} tone="bad">
          {problem.state}
        </StatusWord>
      </Text>
      <Text span size="sm" c="dimmed" className={classes.why}>
        {problem.why} · {problem.where} · <RelativeTime time={problem.time} />
      </Text>
      {problem.path.startsWith('/containers/') && (
        <Group gap={4}>
          <Button
            component={Link}
            to={scoped(`${problem.path}/logs`)}
            variant="default"
            size="compact-xs"
          >
            Logs
          </Button>
        </Group>
      )}
    </li>
  );
}
