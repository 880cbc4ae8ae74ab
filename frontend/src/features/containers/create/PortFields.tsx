import { ActionIcon, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { randomId } from '@mantine/hooks';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { Section } from '@/ui/Section';
import type { ContainerForm } from './formValues';

export function PortFields({ form }: { form: ContainerForm }) {
  const add = (
    <Button
      variant="default"
      size="compact-xs"
      leftSection={<IconPlus size={14} />}
      onClick={() => {
        form.insertListItem('ports', {
          key: randomId(),
          address: '',
          host: '',
          container: '',
          protocol: 'tcp',
        });
      }}
    >
      Publish a port
    </Button>
  );
  return (
    <Section title="Ports" aside={add}>
      <Stack gap="xs">
        {form.values.ports.length === 0 && (
          <Text size="sm" c="dimmed">
            None published: reachable from its network only.
          </Text>
        )}
        {form.values.ports.map((row, index) => (
          <PortFieldRow key={row.key} form={form} index={index} />
        ))}
      </Stack>
    </Section>
  );
}

function PortFieldRow({ form, index }: { form: ContainerForm; index: number }) {
  const field = (name: string) => form.getInputProps(`ports.${index}.${name}`);
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <TextInput
        aria-label={`Host address ${index + 1}`}
        placeholder="all"
        flex={1.3}
        {...field('address')}
      />
      <TextInput
        aria-label={`Host port ${index + 1}`}
        placeholder="free one"
        inputMode="numeric"
        flex={1}
        {...field('host')}
      />
      <Text mt={6} aria-hidden>
        →
      </Text>
      <TextInput
        aria-label={`Container port ${index + 1}`}
        placeholder="80"
        inputMode="numeric"
        flex={1}
        {...field('container')}
      />
      <Select
        aria-label={`Protocol ${index + 1}`}
        data={['tcp', 'udp']}
        allowDeselect={false}
        w={84}
        {...field('protocol')}
      />
      <ActionIcon
        variant="subtle"
        color="gray"
        mt={4}
        aria-label={`Remove port ${index + 1}`}
        onClick={() => {
          form.removeListItem('ports', index);
        }}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </Group>
  );
}
