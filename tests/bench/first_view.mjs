// How long the first view of a page takes in Debian's Chromium: signed in, the cache empty, until nothing loads any more and the chart is drawn.
// usage: first_view.mjs CONSOLE URL TOKEN (CONSOLE: the folder with the console's packages). Prints {"seconds": median of five}.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [console_folder, url, token] = process.argv.slice(2);
const rounds = 5;

const require = createRequire(join(console_folder, 'package.json'));
const { chromium } = require('playwright-core');
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 860 }, locale: 'en-GB' });
const page = await context.newPage();
const developer = await context.newCDPSession(page);
await page.goto(`${url}/now`);
await page.getByRole('button', { name: 'Sign in with an API token' }).click();
await page.getByLabel('API token').fill(token);
await page.keyboard.press('Enter');
await page.locator('nav').first().waitFor();

const seconds = [];
for (let round = 0; round < rounds; round += 1) {
  await developer.send('Network.clearBrowserCache');
  const begin = performance.now();
  await page.goto(`${url}/now`, { waitUntil: 'commit' });
  await page.locator('canvas').first().waitFor();
  await page.waitForFunction(() => ![...document.querySelectorAll('[role=status]')].some((one) => /^Loading/.test(one.textContent)));
  seconds.push((performance.now() - begin) / 1000);
}
await browser.close();
seconds.sort((one, other) => one - other);
console.log(JSON.stringify({ seconds: seconds[Math.floor(rounds / 2)] }));
