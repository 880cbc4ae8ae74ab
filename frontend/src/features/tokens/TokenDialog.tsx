import { Alert, Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { IconKey } from '@tabler/icons-react';
import { isApiError } from '@/api/errors';
import { CodeBlock } from '@/ui/CodeBlock';
import { Failure } from '@/ui/Failure';
import { expiryOf, LIFETIMES } from './expiry';
import { useCreateToken } from './queries';

export function TokenDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="New access token" closeOnClickOutside={false}>
      <TokenForm onDone={onClose} />
    </Modal>
  );
}

function TokenForm({ onDone }: { onDone: () => void }) {
  const create = useCreateToken();
  const form = useForm({
    initialValues: { name: '', days: '90' },
    validate: { name: isNotEmpty('Say what it is for') },
  });
  if (create.data) return <NewToken token={create.data.token} onDone={onDone} />;
  const submit = form.onSubmit(({ name, days }) => {
    create.mutate(
      { name, expires_at: expiryOf(days, Date.now()) },
      {
        onError: (error) => {
          if (isApiError(error)) form.setErrors(error.fieldErrors());
        },
      },
    );
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        {create.isError && <Failure what="Not created" error={create.error} />}
        <TextInput
          label="Name"
          placeholder="ci"
          data-autofocus
          autoComplete="off"
          {...form.getInputProps('name')}
        />
        <Select
          label="Works for"
          allowDeselect={false}
          data={LIFETIMES}
          {...form.getInputProps('days')}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Create
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function NewToken({ token, onDone }: { token: string; onDone: () => void }) {
  return (
    <Stack gap="sm">
      <Alert color="harbor" icon={<IconKey />} title="Copy it now">
        <Text size="sm">It is shown this once; only a fingerprint of it is kept.</Text>
      </Alert>
      <CodeBlock code={token} what="the token" />
      <Group justify="flex-end">
        <Button onClick={onDone}>I have it</Button>
      </Group>
    </Stack>
  );
}
