// Prints what the first view loads (index.html, its scripts and style sheets, what they import at once), compressed, and fails above
// the limit. usage: bundle_size.mjs [DIST]
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const limit = 500_000;
const dist = process.argv[2] ?? 'dist';

const html = readFileSync(join(dist, 'index.html'), 'utf8');
const first = new Set(['index.html']);
const queue = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1]);
while (queue.length > 0) {
  const name = queue.pop();
  if (first.has(name)) continue;
  first.add(name);
  if (!name.endsWith('.js')) continue;
  const text = readFileSync(join(dist, name), 'utf8');
  for (const match of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) queue.push(`assets/${match[1]}`);
}

const compressed = (name) => statSync(join(dist, `${name}.br`)).size;
const row = (name, bytes) => console.log(`${String(bytes).padStart(9)}  ${name}`);
let total = 0;
console.log('first view, bytes in brotli:');
for (const name of [...first].sort()) {
  row(name, compressed(name));
  total += compressed(name);
}
row(`total, of at most ${limit}`, total);
console.log('later, on demand:');
for (const name of readdirSync(join(dist, 'assets')).filter((file) => /\.(js|css)$/.test(file))) {
  if (!first.has(`assets/${name}`)) row(`assets/${name}`, compressed(`assets/${name}`));
}
if (total > limit) {
  console.error(`bundle_size: the first view is ${total - limit} bytes too large`);
  process.exit(1);
}
