import { Button, Group, NativeSelect, Stack } from '@mantine/core';
import { useState } from 'react';
import { useRoles } from '@/features/roles/queries';
import { usePermit } from '@/features/session/permissions';
import { Failure } from '@/ui/Failure';
import { useGiveRole } from './queries';
import { bindingRequest, type Side } from './side';
import { useOthers } from './useOthers';

/** Gives another role. */
export function BindingForm({ side }: { side: Side }) {
  const give = useGiveRole();
  const roles = useRoles().data?.map(({ name }) => name) ?? [];
  const others = useOthers(side);
  const permit = usePermit('create:binding');
  const [role, setRole] = useState('viewer');
  const [other, setOther] = useState<string | null>(null);
  const chosen = other ?? others[0]?.value ?? '';
  return (
    <Stack gap="xs">
      {give.isError && <Failure what="Not given" error={give.error} />}
      <Group gap="xs" align="flex-end">
        <NativeSelect
          label="Role"
          data={roles}
          value={role}
          onChange={(event) => {
            setRole(event.currentTarget.value);
          }}
        />
        <NativeSelect
          label={side.kind === 'project' ? 'for' : 'on'}
          data={others}
          value={chosen}
          onChange={(event) => {
            setOther(event.currentTarget.value);
          }}
        />
        <Button
          size="sm"
          {...permit}
          loading={give.isPending}
          onClick={() => {
            give.mutate(bindingRequest(role, side, chosen));
          }}
        >
          Give
        </Button>
      </Group>
    </Stack>
  );
}
