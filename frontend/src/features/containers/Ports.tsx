import { Anchor, Group, Text } from '@mantine/core';
import type { PortBinding } from '@/api/types';
import { Mono } from '@/ui/Mono';
import { portText, portUrl } from './portText';

interface Props {
  ports: PortBinding[];
  limit?: number;
}

/** Published ports; TCP ones open in a new tab. */
export function Ports({ ports, limit = Infinity }: Props) {
  const hidden = ports.length - limit;
  return (
    <Group
      component="span"
      display="inline-flex"
      gap={8}
      wrap="nowrap"
      style={{ verticalAlign: 'bottom' }}
    >
      {ports.length === 0 && (
        <Text span size="sm" c="dimmed">
          –
        </Text>
      )}
      {ports.slice(0, limit).map((port) => (
        <Port key={portText(port)} port={port} />
      ))}
      {hidden > 0 && (
        <Text span size="xs" c="dimmed" title={ports.map(portText).join(', ')}>
          +{hidden}
        </Text>
      )}
    </Group>
  );
}

function Port({ port }: { port: PortBinding }) {
  const url = portUrl(port, location.hostname);
  const text = <Mono>{portText(port)}</Mono>;
  if (!url) return text;
  return (
    <Anchor href={url} target="_blank" rel="noreferrer" size="sm" title={`Open ${url}`}>
      {text}
    </Anchor>
  );
}
