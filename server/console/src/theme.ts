import type { MantineColorsTuple, MantineThemeOverride, CSSVariablesResolver } from '@mantine/core';

const vigie: MantineColorsTuple = [
  '#e8f6f8', '#d3eaee', '#a6d5dd', '#75bfcc', '#4eacbd', '#359fb3', '#2390a5', '#177788', '#12626e', '#0a4d58',
];
const slate: MantineColorsTuple = [
  '#c6ccd6', '#a8b0bd', '#8d96a5', '#6d7787', '#3c4655', '#2e3744', '#222a35', '#1a212b', '#141a22', '#0e131a',
];
const gray: MantineColorsTuple = [
  '#f6f8fa', '#eef1f4', '#e1e6eb', '#d0d7de', '#b3bdc8', '#93a0ae', '#667486', '#4a5768', '#323d4b', '#1f2833',
];

const font =
  "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', 'Helvetica Neue', Arial, sans-serif";

export const theme: MantineThemeOverride = {
  primaryColor: 'vigie',
  primaryShade: { light: 8, dark: 7 },
  colors: { vigie, dark: slate, gray },
  fontFamily: font,
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, 'DejaVu Sans Mono', Consolas, monospace",
  headings: { fontFamily: font, fontWeight: '620', sizes: { h1: { fontSize: '1.3125rem' }, h2: { fontSize: '1rem' } } },
  defaultRadius: 'sm',
  fontSizes: { xs: '0.75rem', sm: '0.8438rem', md: '0.9063rem', lg: '1.0625rem', xl: '1.25rem' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // Locking the page's scroll writes a <style> element, which the content security policy forbids.
    Modal: { defaultProps: { lockScroll: false, centered: true } },
    Drawer: { defaultProps: { lockScroll: false } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 250, events: { hover: true, focus: true, touch: true } } },
    TextInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm', checkIconPosition: 'right' } },
    Button: { defaultProps: { size: 'sm' } },
    Badge: { defaultProps: { radius: 'sm', tt: 'none', fw: 600 } },
  },
};

// Colours with a meaning; each pair of text and ground reaches 4.5 : 1.
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f4f6f8',
    '--mantine-color-text': '#18212c',
    '--mantine-color-dimmed': '#566273',
    '--mantine-color-placeholder': '#667080',
    '--mantine-color-error': '#b3231f',
    '--mantine-color-anchor': '#0f5c68',
    '--surface': '#ffffff',
    '--surface-raised': '#fafbfc',
    '--surface-hover': '#eef3f5',
    '--line': '#dfe4ea',
    '--nav': '#101c26',
    '--nav-text': '#b9c6d2',
    '--nav-active': '#1d3140',
    '--critical': '#b3231f',
    '--critical-soft': '#fdeae9',
    '--high': '#a34700',
    '--high-soft': '#fdf0e3',
    '--medium': '#7a5d00',
    '--medium-soft': '#fbf4d9',
    '--low': '#42566b',
    '--low-soft': '#e9eef3',
    '--good': '#17693a',
    '--good-soft': '#e4f4ea',
  },
  dark: {
    '--mantine-color-body': '#0e131a',
    '--mantine-color-text': '#dde3ea',
    '--mantine-color-dimmed': '#98a5b4',
    '--mantine-color-placeholder': '#8390a0',
    '--mantine-color-error': '#ff8f88',
    '--mantine-color-anchor': '#75c6d4',
    '--surface': '#161d26',
    '--surface-raised': '#1a222d',
    '--surface-hover': '#1f2935',
    '--line': '#2a3441',
    '--nav': '#0a0f15',
    '--nav-text': '#a6b4c2',
    '--nav-active': '#1a2733',
    '--critical': '#ff8f88',
    '--critical-soft': '#3c1a1b',
    '--high': '#ffae6b',
    '--high-soft': '#38230f',
    '--medium': '#e8ca62',
    '--medium-soft': '#332b10',
    '--low': '#a9bacb',
    '--low-soft': '#22303d',
    '--good': '#71d199',
    '--good-soft': '#12301f',
  },
});
