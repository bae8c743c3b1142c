import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

import { firstLanguage } from '.';
import en from './en.json';
import fr from './fr.json';
import { enumKey, labelled, type LabelGroup } from './labels';

type Tree = { [key: string]: string | Tree };

const flat = (tree: Tree, prefix = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [[prefix + key, value] as [string, string]] : flat(value, `${prefix}${key}.`)));

const english = new Map(flat(en));
const french = new Map(flat(fr));
const plural = /_(one|many|other)$/;
const stems = (texts: Map<string, string>) => new Set([...texts.keys()].map((key) => key.replace(plural, '')));
const variables = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map((match) => match[1]).sort();

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'gen' ? [] : sources(path);
    return /\.tsx?$/.test(entry.name) && !entry.name.includes('.test.') ? [readFileSync(path, 'utf8')] : [];
  });
}

test('both languages have every text', () => {
  expect([...stems(french)].sort()).toEqual([...stems(english)].sort());
});

test('plurals are complete: French has a third form for millions', () => {
  const forms = (texts: Map<string, string>, form: string) => [...texts.keys()].filter((key) => key.endsWith(form)).map((key) => key.replace(plural, ''));
  const all = forms(english, '_other').sort();
  expect(forms(english, '_one').sort()).toEqual(all);
  for (const form of ['_one', '_many', '_other']) expect(forms(french, form).sort()).toEqual(all);
});

test('no text is empty, and translations name the same figures', () => {
  for (const [key, text] of english) {
    expect(text, key).not.toBe('');
    expect(variables(french.get(key) ?? ''), key).toEqual(variables(text));
  }
});

test('every text that the sources name exists', () => {
  const named = sources(fileURLToPath(new URL('..', import.meta.url))).flatMap((text) => [...text.matchAll(/\bt\('([\w.]+)'/g)].map((match) => match[1] ?? ''));
  expect(named.length).toBeGreaterThan(200);
  const known = stems(english);
  expect(named.filter((key) => !known.has(key))).toEqual([]);
});

test('every value of the enumerations that are shown has a name in both languages', () => {
  for (const group of Object.keys(labelled) as LabelGroup[]) {
    for (const value of Object.values(labelled[group])) {
      if (typeof value !== 'number') continue;
      const key = `enum.${group}.${enumKey(group, value)}`;
      expect(english.has(key) && french.has(key), key).toBe(true);
    }
  }
});

test('the language is the kept one, else the first that the browser wants and there is, else English', () => {
  expect(firstLanguage('fr', ['en-GB'])).toBe('fr');
  expect(firstLanguage('xx', ['de-DE', 'fr-CA', 'en'])).toBe('fr');
  expect(firstLanguage(null, ['de'])).toBe('en');
});
