import {
  IconBan,
  IconCircleCheck,
  IconCircleX,
  IconClock,
  IconHelpCircle,
  IconLoader2,
  type Icon,
} from '@tabler/icons-react';
import type { OperationState } from '@/api/types';
import { StatusWord, type Tone } from '@/ui/StatusWord';

const LOOK: Record<OperationState, [Icon, Tone]> = {
  queued: [IconClock, 'quiet'],
  running: [IconLoader2, 'busy'],
  succeeded: [IconCircleCheck, 'good'],
  failed: [IconCircleX, 'bad'],
  cancelled: [IconBan, 'quiet'],
  lost: [IconHelpCircle, 'warn'],
};

export function OperationStatus({ state }: { state: OperationState }) {
  const [icon, tone] = LOOK[state];
  return (
    <StatusWord icon={icon} tone={tone}>
      {state}
    </StatusWord>
  );
}
