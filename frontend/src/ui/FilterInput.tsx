import { CloseButton, Kbd, TextInput } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';

interface Props {
  value: string;
  placeholder: string;
  onChange: (value: string) => void;
}

/** The page's filter; `/` puts the cursor here. */
export function FilterInput({ value, placeholder, onChange }: Props) {
  return (
    <TextInput
      data-filter
      size="sm"
      w={{ base: '100%', xs: 300 }}
      leftSection={<IconFilter size={15} />}
      rightSection={
        value ? (
          <CloseButton
            size="sm"
            aria-label="Clear the filter"
            onClick={() => {
              onChange('');
            }}
          />
        ) : (
          <Kbd size="xs">/</Kbd>
        )
      }
      placeholder={placeholder}
      aria-label={placeholder}
      value={value}
      onChange={(event) => {
        onChange(event.currentTarget.value);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
    />
  );
}
