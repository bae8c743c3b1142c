// TypeScript of the protos, into src/gen. The folder of the protos is VIGIE_PROTO_DIR, the compiler PROTOC.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const console_ = fileURLToPath(new URL('..', import.meta.url));
const protos = resolve(process.env.VIGIE_PROTO_DIR ?? join(console_, '../../proto'));
const out = join(console_, 'src/gen');

const names = readdirSync(join(protos, 'vigie/v1'))
  .filter((name) => name.endsWith('.proto'))
  .map((name) => `vigie/v1/${name}`);
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
execFileSync(
  process.env.PROTOC ?? 'protoc',
  [
    `--plugin=protoc-gen-es=${join(console_, 'node_modules/.bin/protoc-gen-es')}`,
    `--es_out=${out}`,
    '--es_opt=target=ts',
    `--proto_path=${protos}`,
    ...names,
  ],
  { stdio: 'inherit' },
);
