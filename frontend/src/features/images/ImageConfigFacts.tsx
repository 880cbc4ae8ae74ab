import type { Image } from '@/api/types';
import { quoteWord } from '@/lib/shell';
import { Fact, Facts } from '@/ui/Facts';
import { Mono } from '@/ui/Mono';

export function ImageConfigFacts({ config }: { config: Image['config'] }) {
  const labels = Object.entries(config.labels).map(([name, value]) => `${name}=${value}`);
  return (
    <Facts>
      <Fact name="Entry point">
        <Mono>{config.entrypoint.map(quoteWord).join(' ') || '–'}</Mono>
      </Fact>
      <Fact name="Command">
        <Mono>{config.command.map(quoteWord).join(' ') || '–'}</Mono>
      </Fact>
      <Fact name="User">{config.user || 'root'}</Fact>
      <Fact name="Folder">
        <Mono>{config.working_dir || '/'}</Mono>
      </Fact>
      <Fact name="Ports">{config.exposed_ports.join(', ') || '–'}</Fact>
      <Fact name="Volumes">{config.volumes.join(', ') || '–'}</Fact>
      <Fact name="Stop signal">{config.stop_signal || 'SIGTERM'}</Fact>
      <Fact name="Environment">
        <Lines lines={config.env} />
      </Fact>
      <Fact name="Labels">
        <Lines lines={labels} />
      </Fact>
    </Facts>
  );
}

function Lines({ lines }: { lines: string[] }) {
  if (lines.length === 0) return '–';
  return lines.map((line) => (
    <div key={line}>
      <Mono>{line}</Mono>
    </div>
  ));
}
