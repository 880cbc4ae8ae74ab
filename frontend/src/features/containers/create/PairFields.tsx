import { ActionIcon, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { randomId } from '@mantine/hooks';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { Section } from '@/ui/Section';
import type { ContainerForm } from './formValues';

interface Props {
  form: ContainerForm;
  field: 'env' | 'labels';
  title: string;
  add: string;
}

/** A list of names and values: environment variables or labels. */
export function PairFields({ form, field, title, add }: Props) {
  const rows = form.values[field];
  const addButton = (
    <Button
      variant="default"
      size="compact-xs"
      leftSection={<IconPlus size={14} />}
      onClick={() => {
        form.insertListItem(field, { key: randomId(), name: '', value: '' });
      }}
    >
      {add}
    </Button>
  );
  return (
    <Section title={title} aside={addButton}>
      <Stack gap="xs">
        {rows.length === 0 && (
          <Text size="sm" c="dimmed">
            None of its own.
          </Text>
        )}
        {rows.map((row, index) => (
          <Group key={row.key} gap="xs" wrap="nowrap" align="flex-start">
            <TextInput
              aria-label={`${title} name ${index + 1}`}
              placeholder="NAME"
              flex={2}
              {...form.getInputProps(`${field}.${index}.name`)}
            />
            <TextInput
              aria-label={`${title} value ${index + 1}`}
              placeholder="value"
              flex={3}
              {...form.getInputProps(`${field}.${index}.value`)}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              mt={4}
              aria-label={`Remove ${row.name || 'this row'}`}
              onClick={() => {
                form.removeListItem(field, index);
              }}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
      </Stack>
    </Section>
  );
}
