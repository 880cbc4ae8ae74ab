import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router';
import type { Container, Host } from '@/api/types';
import { isRunning } from '@/features/containers/state';
import { HostStatus } from '@/features/hosts/HostStatus';
import { formatBytes } from '@/lib/format';
import { Section } from '@/ui/Section';
import classes from './Overview.module.css';

/** A line for each host: whether it answers, how much runs, how big it is. */
export function HostTiles({ hosts, containers }: { hosts: Host[]; containers: Container[] }) {
  return (
    <Section title="Hosts">
      {hosts.length === 0 && (
        <Text size="sm" c="dimmed">
          No host has joined yet.
        </Text>
      )}
      <ul className={classes.list}>
        {hosts.map((host) => (
          <HostTile
            key={host.id}
            host={host}
            running={
              containers.filter((each) => each.host.id === host.id && isRunning(each)).length
            }
          />
        ))}
      </ul>
    </Section>
  );
}

function HostTile({ host, running }: { host: Host; running: number }) {
  return (
    <li className={classes.row}>
      <Anchor
        component={Link}
        to={`/containers?host=${encodeURIComponent(host.name)}`}
        size="sm"
        fw={600}
        miw={90}
      >
        {host.name}
      </Anchor>
      <Text span size="sm" miw={80}>
        <HostStatus host={host} />
      </Text>
      <Text span size="sm">
        {running} running
      </Text>
      <Text span size="sm" c="dimmed" className={classes.end}>
        {host.cpus} processors · {formatBytes(host.memory)} · {host.architecture} · {host.kernel}
      </Text>
    </li>
  );
}
