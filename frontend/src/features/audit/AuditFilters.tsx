import { Group, NativeSelect, Text, TextInput } from '@mantine/core';
import type { AuditSearch } from './search';
import { KINDS, OUTCOMES, VERBS } from './words';

interface Props {
  search: AuditSearch;
  onChange: (name: string, value: string) => void;
}

const CHOICES: [keyof AuditSearch, string, readonly string[]][] = [
  ['outcome', 'any outcome', OUTCOMES],
  ['verb', 'any verb', VERBS],
  ['kind', 'any kind', KINDS],
];

/** All of the search but the project, which the header has. */
export function AuditFilters({ search, onChange }: Props) {
  const field = (name: keyof AuditSearch, label: string) => ({
    size: 'xs' as const,
    'aria-label': label,
    value: search[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      onChange(name, event.currentTarget.value);
    },
  });
  return (
    <Group mb="sm" gap="xs" role="search" aria-label="Audit">
      <TextInput
        data-filter
        w={200}
        placeholder="any name, id or address"
        {...field('text', 'Text')}
      />
      <TextInput w={120} placeholder="any user" {...field('actor', 'User')} />
      {CHOICES.map(([name, label, choices]) => (
        <NativeSelect
          key={name}
          data={[
            { value: '', label },
            ...choices.map((value) => ({ value, label: value.replaceAll('_', ' ') })),
          ]}
          {...field(name, label)}
        />
      ))}
      <TextInput
        type="datetime-local"
        leftSection={<Text size="xs">since</Text>}
        leftSectionWidth={50}
        {...field('since', 'Since')}
      />
      <TextInput
        type="datetime-local"
        leftSection={<Text size="xs">until</Text>}
        leftSectionWidth={50}
        {...field('until', 'Until')}
      />
    </Group>
  );
}
