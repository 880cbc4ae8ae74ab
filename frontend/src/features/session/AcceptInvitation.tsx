import { Anchor, Button, PasswordInput, Stack, Text } from '@mantine/core';
import { hasLength, matchesField, useForm } from '@mantine/form';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { complainTo } from '@/api/formErrors';
import { SHORTEST_PASSWORD } from '@/lib/names';
import { Failure } from '@/ui/Failure';
import { Loading } from '@/ui/Loading';
import { EntryCard } from './EntryCard';
import { useAcceptInvitation, useInvitee } from './queries';

/** Where an invitation's link leads: whoever is invited chooses a password and is signed in. */
export function AcceptInvitation() {
  const [parameters] = useSearchParams();
  const token = parameters.get('token') ?? '';
  const invitee = useInvitee(token);
  if (token === '' || invitee.isError)
    return (
      <EntryCard title="This invitation cannot be used">
        <Text size="sm">
          {invitee.error?.message ?? 'The address has no token.'} Ask who invited you for another
          link, or{' '}
          <Anchor component={Link} to="/sign-in" inherit>
            sign in
          </Anchor>{' '}
          if you have an account.
        </Text>
      </EntryCard>
    );
  if (invitee.isPending) return <Loading what="the invitation" />;
  const { username, created_by } = invitee.data;
  return (
    <EntryCard
      title={`Welcome, ${username}`}
      hint={`${created_by} invited you. Choose a password.`}
    >
      <AcceptForm token={token} username={username} />
    </EntryCard>
  );
}

function AcceptForm({ token, username }: { token: string; username: string }) {
  const accept = useAcceptInvitation();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { password: '', again: '' },
    validateInputOnBlur: true,
    validate: {
      password: hasLength({ min: SHORTEST_PASSWORD }, `At least ${SHORTEST_PASSWORD} characters`),
      again: matchesField('password', 'The passwords differ'),
    },
  });
  return (
    <form
      onSubmit={form.onSubmit(({ password }) => {
        accept.mutate(
          { token, password },
          { onSuccess: () => void navigate('/', { replace: true }), onError: complainTo(form) },
        );
      })}
    >
      <Stack gap="sm">
        {accept.isError && <Failure what="Not accepted" error={accept.error} />}
        <input type="hidden" autoComplete="username" value={username} readOnly />
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
        <Button type="submit" size="sm" loading={accept.isPending}>
          Become a user
        </Button>
      </Stack>
    </form>
  );
}
