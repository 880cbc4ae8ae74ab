import type { Container } from '@/api/types';
import { formatBytes } from '@/lib/format';
import { Fact, Facts } from '@/ui/Facts';

const NONE = 'no limit';

export function LimitFacts({ resources }: { resources: Container['spec']['resources'] }) {
  return (
    <Facts>
      <Fact name="Memory">{resources.memory ? formatBytes(resources.memory) : NONE}</Fact>
      <Fact name="Processors">{resources.cpus ?? NONE}</Fact>
      <Fact name="CPU shares">{resources.cpu_shares ?? 'default'}</Fact>
      <Fact name="Processes">{resources.pids ?? NONE}</Fact>
    </Facts>
  );
}
