import { IconBan, IconCircleCheck, IconCircleX, type Icon } from '@tabler/icons-react';
import type { AuditEntry } from '@/api/types';
import { StatusWord, type Tone } from '@/ui/StatusWord';

const LOOK: Record<AuditEntry['outcome'], [Icon, Tone]> = {
  done: [IconCircleCheck, 'good'],
  denied: [IconBan, 'warn'],
  failed: [IconCircleX, 'bad'],
};

export function OutcomeWord({ outcome }: { outcome: AuditEntry['outcome'] }) {
  const [icon, tone] = LOOK[outcome];
  return (
    <StatusWord icon={icon} tone={tone}>
      {outcome}
    </StatusWord>
  );
}
