import { Group } from '@mantine/core';
import type { Token } from '@/api/types';
import { RolesButton } from '@/features/bindings/RolesButton';
import { RemoveButton } from '@/ui/RemoveButton';
import { useRevokeToken } from './queries';

export function TokenActions({ token }: { token: Token }) {
  const removal = useRevokeToken();
  return (
    <Group gap={4} justify="flex-end" wrap="nowrap">
      <RolesButton side={{ kind: 'token', id: String(token.id), name: token.name }} />
      <RemoveButton
        name={token.name}
        verb="Revoke"
        loss="Whatever uses this token is refused from now on. It cannot be brought back."
        removal={removal}
        id={token.id}
      />
    </Group>
  );
}
