import { Modal, ScrollArea, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useMemo, useState, type KeyboardEvent } from 'react';
import { useNavigate } from 'react-router';
import { useContainers } from '@/features/containers/queries';
import { useHosts } from '@/features/hosts/queries';
import { useImages } from '@/features/images/queries';
import { useMay } from '@/features/session/permissions';
import classes from './Palette.module.css';
import { placesFor } from './places';
import { paletteItems, searchItems, type PaletteItem } from './paletteItems';

const SHOWN = 50;

export function Palette({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      withCloseButton={false}
      padding={0}
      yOffset="12dvh"
      title="Search everything"
      styles={{ header: { display: 'none' } }}
    >
      <PaletteSearch onDone={onClose} />
    </Modal>
  );
}

function PaletteSearch({ onDone }: { onDone: () => void }) {
  const navigate = useNavigate();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const items = useFound(query);
  const go = (item: PaletteItem | undefined) => {
    if (!item) return;
    onDone();
    void navigate(item.path);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setAt((at + step + items.length) % Math.max(items.length, 1));
    else if (event.key === 'Enter') go(items[at]);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <TextInput
        data-autofocus
        variant="unstyled"
        size="md"
        px="sm"
        role="combobox"
        aria-expanded
        aria-controls="palette-items"
        aria-activedescendant={items[at] && `palette-${at}`}
        aria-label="Search everything"
        placeholder="Containers, images, hosts, actions…"
        leftSection={<IconSearch size={18} />}
        value={query}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <PaletteItems items={items} at={at} onPick={go} />
    </>
  );
}

function useFound(query: string): PaletteItem[] {
  const may = useMay();
  const containers = useContainers().data;
  const images = useImages().data;
  const hosts = useHosts().data;
  const items = useMemo(
    () =>
      paletteItems({
        places: placesFor(may),
        containers: containers ?? [],
        images: images ?? [],
        hosts: hosts ?? [],
      }),
    [may, containers, images, hosts],
  );
  return useMemo(() => searchItems(items, query).slice(0, SHOWN), [items, query]);
}

interface ItemsProps {
  items: PaletteItem[];
  at: number;
  onPick: (item: PaletteItem) => void;
}

function PaletteItems({ items, at, onPick }: ItemsProps) {
  return (
    <ScrollArea.Autosize mah={360} viewportProps={{ tabIndex: 0 }} className={classes.items}>
      <div id="palette-items" role="listbox" aria-label="Found">
        {items.length === 0 && (
          <Text p="md" size="sm" c="dimmed">
            Nothing has that name.
          </Text>
        )}
        {items.map((item, index) => (
          <div
            key={item.key}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === at}
            className={classes.item}
            ref={(element) => {
              if (index === at) element?.scrollIntoView({ block: 'nearest' });
            }}
            onClick={() => {
              onPick(item);
            }}
          >
            <item.icon size={16} stroke={1.6} />
            <span className={classes.label}>{item.label}</span>
            <span className={classes.hint}>{item.hint}</span>
          </div>
        ))}
      </div>
    </ScrollArea.Autosize>
  );
}
