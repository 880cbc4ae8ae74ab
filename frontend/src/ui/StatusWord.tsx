import { Group } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'quiet';

const COLOR: Record<Tone, string> = {
  good: 'var(--state-good)',
  busy: 'var(--state-busy)',
  warn: 'var(--state-warn)',
  bad: 'var(--state-bad)',
  quiet: 'var(--mantine-color-dimmed)',
};

interface Props {
  icon: Icon;
  tone: Tone;
  children: ReactNode;
}

/** A state as icon and word: never by color alone. */
export function StatusWord({ icon: IconOf, tone, children }: Props) {
  return (
    <Group
      component="span"
      display="inline-flex"
      gap={6}
      wrap="nowrap"
      style={{ color: COLOR[tone], verticalAlign: 'bottom' }}
    >
      <IconOf size={16} stroke={2} aria-hidden style={{ flex: 'none' }} />
      <span>{children}</span>
    </Group>
  );
}
