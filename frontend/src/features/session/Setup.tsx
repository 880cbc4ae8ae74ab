import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { hasLength, isNotEmpty, matchesField, useForm } from '@mantine/form';
import { Link, Navigate, useSearchParams } from 'react-router';
import { isApiError } from '@/api/errors';
import { SHORTEST_PASSWORD } from '@/lib/names';
import { Failure } from '@/ui/Failure';
import { Loading } from '@/ui/Loading';
import { EntryCard } from './EntryCard';
import { useCompleteSetup, useSession, useSetup } from './queries';

export function Setup() {
  const [parameters] = useSearchParams();
  const session = useSession();
  const setup = useSetup();
  const token = parameters.get('token') ?? '';
  if (session.data) return <Navigate to="/" replace />;
  if (setup.isPending) return <Loading what="the setup" />;
  if (setup.isLoadingError)
    return (
      <Failure what="The platform does not answer" error={setup.error} retry={setup.refetch} />
    );
  if (!setup.data.required) return <AlreadySetUp />;
  return (
    <EntryCard title="Create the first administrator" hint="This link works once.">
      <SetupForm token={token} />
    </EntryCard>
  );
}

function AlreadySetUp() {
  return (
    <EntryCard title="Already set up">
      <Text size="sm">
        This platform has an administrator.{' '}
        <Anchor component={Link} to="/sign-in">
          Sign in
        </Anchor>
      </Text>
    </EntryCard>
  );
}

function SetupForm({ token }: { token: string }) {
  const complete = useCompleteSetup();
  const form = useForm({
    initialValues: { username: 'admin', password: '', again: '' },
    validateInputOnBlur: true,
    validate: {
      username: isNotEmpty('Choose a user name'),
      password: hasLength({ min: SHORTEST_PASSWORD }, `At least ${SHORTEST_PASSWORD} characters`),
      again: matchesField('password', 'The passwords differ'),
    },
  });
  return (
    <form
      onSubmit={form.onSubmit(({ username, password }) => {
        complete.mutate(
          { token, username, password },
          {
            onError: (error) => {
              if (isApiError(error)) form.setErrors(error.fieldErrors());
            },
          },
        );
      })}
    >
      <Stack gap="sm">
        {!token && (
          <Text size="sm" c="var(--state-warn)">
            The address has no token. Use the whole link that the start command printed.
          </Text>
        )}
        {complete.isError && <Failure what="Not set up" error={complete.error} />}
        <TextInput label="User name" autoComplete="username" {...form.getInputProps('username')} />
        <PasswordInput
          label="Password"
          description={`At least ${SHORTEST_PASSWORD} characters`}
          autoComplete="new-password"
          autoFocus
          {...form.getInputProps('password')}
        />
        <PasswordInput
          label="Password again"
          autoComplete="new-password"
          {...form.getInputProps('again')}
        />
        <Button type="submit" size="sm" loading={complete.isPending} disabled={!token}>
          Create administrator
        </Button>
      </Stack>
    </form>
  );
}
