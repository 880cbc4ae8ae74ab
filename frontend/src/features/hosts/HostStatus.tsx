import { IconCircleCheck, IconClock, IconPlugOff, type Icon } from '@tabler/icons-react';
import type { Host } from '@/api/types';
import { StatusWord, type Tone } from '@/ui/StatusWord';

const LOOK: Record<Host['state'], [Icon, Tone, string]> = {
  joining: [IconClock, 'busy', 'joining'],
  online: [IconCircleCheck, 'good', 'online'],
  offline: [IconPlugOff, 'bad', 'lost'],
};

export function HostStatus({ host }: { host: Host }) {
  const [icon, tone, word] = LOOK[host.state];
  return (
    <StatusWord icon={icon} tone={tone}>
      {word}
    </StatusWord>
  );
}
