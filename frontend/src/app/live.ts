import type { QueryClient } from '@tanstack/react-query';
import { setConnection } from '@/api/connection';
import { EventSocket, socketUrl, type Change } from '@/api/socket';
import type { Operation, User } from '@/api/types';
import { applyContainer } from '@/features/containers/queries';
import { applyHost } from '@/features/hosts/queries';
import { applyImage } from '@/features/images/queries';
import { applyNetwork } from '@/features/networks/queries';
import { operationTitle } from '@/features/operations/describe';
import { applyOperation } from '@/features/operations/queries';
import { sessionKeys } from '@/features/session/queries';
import { notify } from '@/ui/notify';

const APPLY: Record<string, (client: QueryClient, change: Change) => void> = {
  container: applyContainer,
  host: applyHost,
  image: applyImage,
  network: applyNetwork,
  operation: applyOperation,
};

/** Put *change* into the cache, where its kind is shown anywhere. */
export function applyChange(client: QueryClient, change: Change): void {
  APPLY[change.kind]?.(client, change);
  if (change.kind === 'operation') announceFailure(client, change.object as Operation | null);
}

/** Only to who asked for it; everyone sees it in the tray. */
function announceFailure(client: QueryClient, operation: Operation | null): void {
  const user = client.getQueryData<User | null>(sessionKeys.current);
  if (operation?.state !== 'failed' || operation.actor !== user?.username) return;
  void notify({
    id: operation.id,
    color: 'red',
    title: `${operationTitle(operation)} failed`,
    message: operation.error?.message ?? '',
  });
}

/** Hear all changes until the returned function is called. */
export function listen(client: QueryClient): () => void {
  const socket = new EventSocket(socketUrl('/ws/events'), {
    onChange: (change) => {
      applyChange(client, change);
    },
    onState: (state) => {
      setConnection(state);
      // A refused socket may mean that the session ended; asking tells.
      if (state === 'lost') void client.invalidateQueries({ queryKey: sessionKeys.current });
    },
    onCatchUp: () => {
      void client.invalidateQueries();
    },
  });
  socket.open();
  return () => {
    socket.close();
    setConnection('connecting');
  };
}
