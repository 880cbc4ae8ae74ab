import {
  IconCircleDashed,
  IconCircleX,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerStopFilled,
  IconRefresh,
  IconSkull,
  type Icon,
} from '@tabler/icons-react';
import type { Container, ContainerState } from '@/api/types';
import { StatusWord, type Tone } from '@/ui/StatusWord';
import { hasFailed, stateWords } from './state';

const LOOK: Record<ContainerState, [Icon, Tone]> = {
  created: [IconCircleDashed, 'quiet'],
  running: [IconPlayerPlayFilled, 'good'],
  paused: [IconPlayerPauseFilled, 'warn'],
  restarting: [IconRefresh, 'warn'],
  exited: [IconPlayerStopFilled, 'quiet'],
  dead: [IconSkull, 'bad'],
};

export function ContainerStatus({ container }: { container: Container }) {
  const [icon, tone] = hasFailed(container) ? [IconCircleX, 'bad' as const] : LOOK[container.state];
  return (
    <StatusWord icon={icon} tone={tone}>
      {stateWords(container)}
    </StatusWord>
  );
}
