import { Group, Text } from '@mantine/core';
import { Copy } from './Copy';

interface Props {
  children: string;
  copy?: string;
  value?: string;
}

/** An id, digest, port or path; with *copy* naming it, it can be copied whole. */
export function Mono({ children, copy, value }: Props) {
  const text = (
    <Text span ff="monospace" fz="0.92em" style={{ overflowWrap: 'anywhere' }}>
      {children}
    </Text>
  );
  if (!copy) return text;
  return (
    <Group component="span" display="inline-flex" gap={2} wrap="nowrap">
      {text}
      <Copy value={value ?? children} what={copy} />
    </Group>
  );
}
