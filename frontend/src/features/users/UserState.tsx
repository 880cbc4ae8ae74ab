import { IconBan, IconRobot, IconUser, type Icon } from '@tabler/icons-react';
import type { User } from '@/api/types';
import { StatusWord, type Tone } from '@/ui/StatusWord';

function look({ is_active, is_robot }: User): [Icon, Tone, string] {
  if (!is_active) return [IconBan, 'warn', 'shut out'];
  return is_robot ? [IconRobot, 'quiet', 'robot'] : [IconUser, 'quiet', 'person'];
}

export function UserState({ user }: { user: User }) {
  const [icon, tone, word] = look(user);
  return (
    <StatusWord icon={icon} tone={tone}>
      {word}
    </StatusWord>
  );
}
