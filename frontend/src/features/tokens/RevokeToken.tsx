import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Token } from '@/api/types';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { useRevokeToken } from './queries';

export function RevokeToken({ token }: { token: Token }) {
  const [isAsking, asking] = useDisclosure(false);
  const revoke = useRevokeToken();
  return (
    <>
      <Button
        variant="default"
        size="compact-xs"
        onClick={asking.open}
        aria-label={`Revoke ${token.name}`}
      >
        Revoke…
      </Button>
      <ConfirmDialog
        opened={isAsking}
        title={`Revoke ${token.name}`}
        confirm="Revoke"
        busy={revoke.isPending}
        onConfirm={() => {
          revoke.mutate(token.id, { onSuccess: asking.close });
        }}
        onClose={asking.close}
      >
        <Text size="sm">
          Whatever uses this token is refused from now on. It cannot be brought back.
        </Text>
      </ConfirmDialog>
    </>
  );
}
