import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const notice = /^(licen[cs]e|notice|copyright)/i;

// licences.txt of the built files: the names, versions and notices of the packages whose code is in them, as their licences ask.
export function licences(): Plugin {
  return {
    name: 'vigie-licences',
    apply: 'build',
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? Object.keys(file.modules) : []));
      const folders = [...new Set(modules.flatMap(packageOf))].sort();
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: folders.map(noticesOf).join(`\n${'-'.repeat(100)}\n\n`) });
    },
  };
}

/** The folder of the package that a module is of; none for our own. */
function packageOf(module: string): string[] {
  const found = /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(module);
  return found?.[1] ? [found[1]] : [];
}

function noticesOf(folder: string): string {
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string; version: string; license?: string };
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile() && notice.test(entry.name));
  const texts = files.map((entry) => readFileSync(join(folder, entry.name), 'utf8').trim());
  return [`${about.name} ${about.version} (${about.license ?? 'see below'})`, ...texts].join('\n\n') + '\n';
}
