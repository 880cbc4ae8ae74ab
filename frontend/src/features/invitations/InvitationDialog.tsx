import { NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { matches, useForm } from '@mantine/form';
import { complainTo } from '@/api/formErrors';
import { useProjects } from '@/features/projects/queries';
import { useRoles } from '@/features/roles/queries';
import { useTeams } from '@/features/teams/queries';
import { USERNAME } from '@/lib/names';
import { CodeBlock } from '@/ui/CodeBlock';
import { FormModal } from '@/ui/FormModal';
import { useInvite } from './queries';

const EMPTY = { username: '', role: '', project: '', team: '', days: '7' };

/** Asks somebody in; their link is shown once. */
export function InvitationDialog({ onClose }: { onClose: () => void }) {
  const invite = useInvite();
  const roles = useRoles().data ?? [];
  const projects = useProjects().data ?? [];
  const teams = useTeams().data ?? [];
  const form = useForm({
    initialValues: EMPTY,
    validate: { username: matches(USERNAME, 'Lower-case letters, digits, “.”, “_” and “-”') },
  });
  return (
    <FormModal
      title="New invitation"
      submit="Invite"
      failure="Not invited"
      error={invite.error}
      isPending={invite.isPending}
      isLocked={invite.isSuccess}
      onSubmit={form.onSubmit(({ username, days, ...given }) => {
        const chosen = Object.entries(given).filter(([, value]) => value !== '');
        invite.mutate(
          { username, days: Number(days), ...Object.fromEntries(chosen) },
          { onError: complainTo(form) },
        );
      })}
      onClose={onClose}
    >
      {invite.data ? (
        <Link url={invite.data.url} name={invite.data.username} />
      ) : (
        <>
          <TextInput label="User name" data-autofocus {...form.getInputProps('username')} />
          <NativeSelect
            label="Role"
            data={['', ...roles.map(({ name }) => name)]}
            {...form.getInputProps('role')}
          />
          <NativeSelect
            label="in"
            data={[
              { value: '', label: 'everything' },
              ...projects.map(({ id, name }) => ({ value: id, label: `project ${name}` })),
            ]}
            {...form.getInputProps('project')}
          />
          <NativeSelect
            label="Team"
            data={['', ...teams.map(({ name }) => name)]}
            {...form.getInputProps('team')}
          />
          <NativeSelect
            label="Works for"
            data={['1', '7', '30'].map((days) => ({ value: days, label: `${days} d` }))}
            {...form.getInputProps('days')}
          />
        </>
      )}
    </FormModal>
  );
}

function Link({ url, name }: { url: string; name: string }) {
  return (
    <Stack gap="xs">
      <Text size="sm">
        Send this link to {name}, and to nobody else. It works once, and is not shown again.
      </Text>
      <CodeBlock code={url} what="the link" />
    </Stack>
  );
}
