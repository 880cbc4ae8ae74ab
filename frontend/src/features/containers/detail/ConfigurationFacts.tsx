import { Text } from '@mantine/core';
import type { Container } from '@/api/types';
import { quoteWord } from '@/lib/shell';
import { Fact, Facts } from '@/ui/Facts';
import { Mono } from '@/ui/Mono';

const OF_IMAGE = "the image's own";

function words(list: string[] | null | undefined): string {
  return list?.length ? list.map(quoteWord).join(' ') : OF_IMAGE;
}

export function ConfigurationFacts({ spec }: { spec: Container['spec'] }) {
  return (
    <Facts>
      <Fact name="Entry point">
        <Mono>{words(spec.entrypoint)}</Mono>
      </Fact>
      <Fact name="Command">
        <Mono>{words(spec.command)}</Mono>
      </Fact>
      <Fact name="User">{spec.user || OF_IMAGE}</Fact>
      <Fact name="Folder">{spec.working_dir || OF_IMAGE}</Fact>
      <Fact name="Terminal">{spec.tty ? 'yes' : 'no'}</Fact>
      <Fact name="Environment">
        <Lines lines={spec.env} />
      </Fact>
      <Fact name="Labels">
        <Lines lines={Object.entries(spec.labels).map(([name, value]) => `${name}=${value}`)} />
      </Fact>
    </Facts>
  );
}

function Lines({ lines }: { lines: string[] }) {
  if (lines.length === 0)
    return (
      <Text span size="sm" c="dimmed">
        none
      </Text>
    );
  return lines.map((line) => (
    <div key={line}>
      <Mono>{line}</Mono>
    </div>
  ));
}
