import type { Invitation } from '@/api/types';
import { usePermit } from '@/features/session/permissions';
import { RemoveButton } from '@/ui/RemoveButton';
import { useRemoveInvitation } from './queries';

export function RemoveInvitation({ invitation }: { invitation: Invitation }) {
  const removal = useRemoveInvitation();
  return (
    <RemoveButton
      name={`the invitation of ${invitation.username}`}
      loss="Its link stops working."
      removal={removal}
      id={invitation.id}
      permit={usePermit('delete:invitation', {})}
    />
  );
}
