import type { Session } from '@/api/types';
import { RemoveButton } from '@/ui/RemoveButton';
import { browserName } from './browserName';
import { useRevokeSession } from './queries';

export function RevokeSession({ session }: { session: Session }) {
  const removal = useRevokeSession();
  return (
    <RemoveButton
      name={browserName(session.agent)}
      verb="Sign out"
      loss={`${session.username} has to sign in there again; what it has open is closed.`}
      removal={removal}
      id={session.id}
    />
  );
}
