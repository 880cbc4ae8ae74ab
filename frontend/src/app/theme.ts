import { createTheme, type MantineColorsTuple } from '@mantine/core';

const harbor: MantineColorsTuple = [
  '#eaf4fc',
  '#d3e6f6',
  '#a5cbec',
  '#74afe2',
  '#4c97da',
  '#3388d5',
  '#2480d3',
  '#176dbb',
  '#0861a8',
  '#005394',
];

const dusk: MantineColorsTuple = [
  '#d3d9e0',
  '#b6bec7',
  '#9aa4ae',
  '#6e7883',
  '#363d45',
  '#2b3138',
  '#20252b',
  '#16191d',
  '#101316',
  '#0b0d10',
];

const MONOSPACE =
  'ui-monospace, "SF Mono", "Cascadia Mono", "Segoe UI Mono", "DejaVu Sans Mono", monospace';

const CLOSE = { 'aria-label': 'Close' };

export const theme = createTheme({
  colors: { harbor, dark: dusk },
  primaryColor: 'harbor',
  primaryShade: { light: 7, dark: 7 },
  defaultRadius: 'sm',
  fontFamilyMonospace: MONOSPACE,
  cursorType: 'pointer',
  focusRing: 'auto',
  headings: { fontWeight: '600' },
  components: {
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    Modal: { defaultProps: { overlayProps: { backgroundOpacity: 0.4 }, closeButtonProps: CLOSE } },
    Drawer: { defaultProps: { closeButtonProps: CLOSE } },
    Notification: { defaultProps: { closeButtonProps: CLOSE } },
    Button: { defaultProps: { size: 'xs' } },
  },
});
