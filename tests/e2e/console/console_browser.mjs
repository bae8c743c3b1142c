// Chromium with ears for what must not happen: violations of the content security policy, errors of pages, dialogs, markup of hostile
// names, names in addresses.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const patience = 30_000;
const criteria = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];

export class Browser {
  violations = [];
  errors = [];
  serious = [];
  scanned = 0;
  addresses = new Set();

  static async start(given) {
    const require = createRequire(join(given.console, 'package.json'));
    const { chromium } = require('playwright-core');
    const self = new Browser();
    self.given = given;
    self.axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
    self.chromium = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
    return self;
  }

  /** Somebody with a cookie jar of his own. */
  async visitor() {
    const context = await this.chromium.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 860 }, locale: 'en-GB', acceptDownloads: true });
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    await page.exposeFunction('tellViolation', (text) => this.violations.push(text));
    await page.exposeFunction('tellHostile', () => this.errors.push('a script of a hostile name ran'));
    page.on('framenavigated', (frame) => this.addresses.add(decodeURIComponent(frame.url())));
    await page.addInitScript(() => {
      Object.defineProperty(window, 'hostile', { set: () => window.tellHostile() });
      document.addEventListener('securitypolicyviolation', (event) => window.tellViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
    });
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('dialog', (dialog) => {
      this.errors.push('a dialog of a page');
      void dialog.dismiss();
    });
    return new Visitor(this, page);
  }

  stop = () => this.chromium.close();
}

class Visitor {
  constructor(browser, page) {
    this.browser = browser;
    this.page = page;
  }

  open = (path) => this.page.goto(`${this.browser.given.url}/${path}`);

  /** The second way in: the first is name and password. */
  async giveToken(token) {
    const field = this.page.getByLabel('API token');
    const way = this.page.getByRole('button', { name: 'Sign in with an API token' });
    await field.or(way).first().waitFor();
    if (await way.isVisible()) await way.click();
    await field.fill(token);
    await this.page.keyboard.press('Enter');
  }

  async signIn(token) {
    if (!this.page.url().startsWith(this.browser.given.url)) await this.open('');
    await this.giveToken(token);
    await this.page.locator('nav').first().waitFor();
  }

  sees = (text) => this.page.getByText(text).first().waitFor();

  seesFact = (name, value) => this.page.locator('dl > div').filter({ has: this.page.locator('dt', { hasText: name }) }).filter({ hasText: value }).first().waitFor();

  /** Until nothing says that it is loading. */
  async settle() {
    await this.page.locator('h1').first().waitFor();
    await this.page.waitForTimeout(300);
    await this.page.waitForFunction(() => ![...document.querySelectorAll('[role=status]')].some((one) => /^(Loading|Chargement)/.test(one.textContent)));
    await this.page.waitForTimeout(200);
  }

  /** Notes when a link with this text is there first. */
  noteFirst = (text) =>
    this.page.evaluate((wanted) => {
      const watcher = new MutationObserver(() => {
        if (window.firstSeen || ![...document.querySelectorAll('a')].some((link) => link.textContent === wanted)) return;
        window.firstSeen = Date.now();
        watcher.disconnect();
      });
      watcher.observe(document.body, { childList: true, subtree: true, characterData: true });
    }, text);

  firstSeen = () => this.page.evaluate(() => window.firstSeen);

  /** A call with the page's cookie, as the page itself makes it; `csrf` in place of the right token. */
  call = (method, request, csrf) =>
    this.page.evaluate(
      async ([name, body, given]) => {
        const session = given === undefined ? await (await fetch('/session')).json() : { csrf: given };
        const answer = await fetch(`/vigie.v1.${name}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', ...(session.csrf && { 'X-Vigie-CSRF': session.csrf }) },
          body: JSON.stringify(body),
        });
        return { status: answer.status, body: await answer.json() };
      },
      [method, request, csrf],
    );

  async download(menu, item) {
    await this.page.getByRole('button', { name: menu }).first().click();
    const [file] = await Promise.all([this.page.waitForEvent('download'), this.page.getByRole('menuitem', { name: item }).click()]);
    await this.page.getByRole('menu').waitFor({ state: 'detached' });
    return readFileSync(await file.path(), 'utf8');
  }

  /** What the browser keeps for the console, but for the cookie. */
  kept = () =>
    this.page.evaluate(async () => {
      const databases = (await indexedDB.databases()).map(({ name }) => `database ${name}`);
      return [...Object.keys(localStorage), ...Object.keys(sessionStorage), ...databases, ...(await caches.keys())].sort();
    });

  screenshot = (name) => this.page.screenshot({ path: join(this.browser.given.screenshots, `${name}.png`) });

  async axe(name) {
    if ((await this.page.locator('img[src="x"]').count()) > 0) this.browser.errors.push(`a hostile name is markup on ${name}`);
    const found = await this.page.evaluate(`(() => { ${this.browser.axe}; return axe.run(document, { runOnly: ${JSON.stringify(criteria)} }); })()`);
    this.browser.scanned += 1;
    for (const { impact, id, nodes } of found.violations) {
      if (impact === 'serious' || impact === 'critical') this.browser.serious.push(`${name}: ${id} at ${nodes.slice(0, 3).map((node) => node.target).join(', ')}`);
    }
  }

  /** Does what the policy forbids, and says how often that was noticed. */
  async provoke() {
    const before = this.browser.violations.length;
    await this.page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.hostile = 1';
      const style = document.createElement('style');
      style.textContent = 'body { color: red }';
      document.head.append(script, style);
    });
    await this.page.waitForTimeout(300);
    return this.browser.violations.length - before;
  }
}
