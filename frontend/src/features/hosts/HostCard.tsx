import { Text } from '@mantine/core';
import type { Host } from '@/api/types';
import { formatBytes } from '@/lib/format';
import { Fact, Facts } from '@/ui/Facts';
import { Mono } from '@/ui/Mono';
import { RelativeTime } from '@/ui/RelativeTime';
import { Section } from '@/ui/Section';
import { featureWords } from './featureWords';
import { HostStatus } from './HostStatus';

export function HostCard({ host }: { host: Host }) {
  return (
    <Section
      title={host.name}
      aside={
        <Text span size="sm">
          <HostStatus host={host} />
        </Text>
      }
    >
      <Facts>
        <Fact name="Last heard of">
          {host.state === 'online' ? 'just now' : <RelativeTime time={host.seen_at} />}
        </Fact>
        <Fact name="Capacity">
          {host.cpus} processors, {formatBytes(host.memory)} memory
        </Fact>
        <Fact name="System">
          {host.operating_system} · {host.architecture}
        </Fact>
        <Fact name="Kernel">
          <Mono>{host.kernel}</Mono>
        </Fact>
        <Fact name="Engine">{host.engine_version}</Fact>
        <Fact name="Workers">
          {Object.entries(host.workers)
            .map(([name, isAlive]) => `${name} ${isAlive ? 'answers' : 'does not answer'}`)
            .join(', ')}
        </Fact>
        {featureWords(host.features).map(({ name, text }) => (
          <Fact key={text} name={name}>
            {text}
          </Fact>
        ))}
      </Facts>
    </Section>
  );
}
