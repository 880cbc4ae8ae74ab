import { Button, Code, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { Navigate, useSearchParams } from 'react-router';
import { Failure } from '@/ui/Failure';
import { EntryCard } from './EntryCard';
import { useSession, useSetup, useSignIn } from './queries';

/** Only paths of this console: a full address would lead elsewhere after sign-in. */
function safeNext(next: string | null): string {
  return next?.startsWith('/') && !next.startsWith('//') ? next : '/';
}

export function SignIn() {
  const [parameters] = useSearchParams();
  const session = useSession();
  const setup = useSetup();
  if (session.data) return <Navigate to={safeNext(parameters.get('next'))} replace />;
  if (setup.data?.required) return <SetupNeeded />;
  return (
    <EntryCard title="Sign in">
      <SignInForm />
    </EntryCard>
  );
}

function SetupNeeded() {
  return (
    <EntryCard title="This platform has no administrator yet">
      <Text size="sm">
        Open the one-time setup link that the start command printed. It looks like{' '}
        <Code>/setup?token=…</Code>. Starting again with <Code>make up</Code> prints a new one.
      </Text>
    </EntryCard>
  );
}

function SignInForm() {
  const signIn = useSignIn();
  const form = useForm({
    initialValues: { username: '', password: '' },
    validate: {
      username: isNotEmpty('Enter your user name'),
      password: isNotEmpty('Enter your password'),
    },
  });
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        signIn.mutate(values);
      })}
    >
      <Stack gap="sm">
        {signIn.isError && <Failure what="Not signed in" error={signIn.error} />}
        <TextInput
          label="User name"
          autoComplete="username"
          autoFocus
          {...form.getInputProps('username')}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          {...form.getInputProps('password')}
        />
        <Button type="submit" size="sm" loading={signIn.isPending}>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}
