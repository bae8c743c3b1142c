import { convertCssVariables, defaultCssVariablesResolver, mergeMantineTheme, DEFAULT_THEME } from '@mantine/core';
import type { Plugin } from 'vite';

import { cssVariables, theme } from '../src/theme';

const id = 'virtual:theme.css';

// Mantine writes its variables into a <style> element at run time, which the content security policy forbids. They depend on nothing
// that is known only then, so they are an ordinary style sheet of the build.
export function themeCss(): Plugin {
  return {
    name: 'vigie-theme-css',
    resolveId: (source) => (source === id ? `\0${id}` : null),
    load: (resolved) => (resolved === `\0${id}` ? themeSheet() : null),
  };
}

function themeSheet(): string {
  const merged = mergeMantineTheme(DEFAULT_THEME, theme);
  const own = cssVariables(merged);
  const base = defaultCssVariablesResolver(merged);
  return convertCssVariables(
    {
      variables: { ...base.variables, ...own.variables },
      light: { ...base.light, ...own.light },
      dark: { ...base.dark, ...own.dark },
    },
    ':root',
  );
}
