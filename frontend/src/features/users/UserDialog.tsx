import { PasswordInput, SegmentedControl, TextInput } from '@mantine/core';
import { matches, useForm } from '@mantine/form';
import { complainTo } from '@/api/formErrors';
import { SHORTEST_PASSWORD, USERNAME } from '@/lib/names';
import { FormModal } from '@/ui/FormModal';
import { useCreateUser } from './queries';

/** Makes a person, or a robot: a program that has tokens and cannot sign in. */
export function UserDialog({ onClose }: { onClose: () => void }) {
  const create = useCreateUser();
  const form = useForm({
    initialValues: { kind: 'person', username: '', password: '' },
    validate: {
      username: matches(USERNAME, 'Lower-case letters, digits, “.”, “_” and “-”'),
      password: (password, { kind }) =>
        kind === 'person' && password.length < SHORTEST_PASSWORD
          ? `At least ${SHORTEST_PASSWORD} characters`
          : null,
    },
  });
  const isPerson = form.values.kind === 'person';
  return (
    <FormModal
      title="New user"
      submit="Create"
      failure="Not created"
      error={create.error}
      isPending={create.isPending}
      onSubmit={form.onSubmit(({ username, password }) => {
        const body = { username, password: isPerson ? password : null };
        create.mutate(body, { onSuccess: onClose, onError: complainTo(form) });
      })}
      onClose={onClose}
    >
      <SegmentedControl
        aria-label="Kind"
        data={[
          { value: 'person', label: 'Person' },
          { value: 'robot', label: 'Robot (tokens alone)' },
        ]}
        {...form.getInputProps('kind')}
      />
      <TextInput
        label="User name"
        data-autofocus
        autoComplete="off"
        {...form.getInputProps('username')}
      />
      {isPerson && (
        <PasswordInput
          label="First password"
          description="An invitation instead lets them choose their own"
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
      )}
    </FormModal>
  );
}
