// Steps of console_steps.mjs about what pages and the collector answer: the figures of Now, from the figures of a rule in shadow to its
// events, a file of events, clocks, a token with which a workstation is enrolled, what is told in French.
import { readFileSync } from 'node:fs';

/** `given` as console_steps.mjs was; `check` notes how something went. */
export const answersOf = ({ given, check }) => ({
  /** What the story has left behind, as numbers. */
  async now(visitor) {
    const { page } = visitor;
    await visitor.open('now');
    await visitor.settle();
    const figure = (name) => page.locator('span', { hasText: new RegExp(`^${name}$`) }).first().locator('..');
    const line = (user) => page.locator('li', { has: page.getByRole('link', { name: user, exact: true }) }).filter({ hasText: 'bulk-customers' });
    // The last of the leaks may still be counted: what is compared comes behind it.
    for (const [user, customers] of [[given.user, given.customers], [given.hostile, given.others]]) {
      await line(user).filter({ hasText: `${customers} customers` }).first().waitFor();
    }
    check('Now says of each incident how many customers', true);
    const { incidents } = (await visitor.call('IncidentService/ListIncidents', { state: 'INCIDENT_STATE_OPEN' })).body;
    const critical = incidents.filter(({ severity }) => severity === 'SEVERITY_CRITICAL').length;
    const open = await figure('Open incidents').innerText();
    check(`and has ${incidents.length} open incidents, ${critical} of them critical`, incidents.length > 1 && critical > 0 && new RegExp(`\\b${incidents.length}\\b`).test(open) && open.includes(`${critical} critical`), open);
    const stations = await figure('Workstations connected').innerText();
    check('and one workstation of one', /1\s+of 1/.test(stations), stations);
    const near = await page.getByRole('region', { name: 'Nearest to firing' }).innerText();
    check('and how near the slow threshold is', near.includes('slow-drip') && near.includes(`${given.customers}`) && near.includes(`${Math.round(given.customers / 3)}%`), near);
  },

  /** From what a rule in shadow would have done to the events; no address says whose they are. */
  async shadowEvents(visitor) {
    const { page } = visitor;
    await visitor.open('policy');
    const rule = page.getByTestId('shadow').getByRole('listitem').filter({ hasText: 'would-refuse' }).first();
    const link = rule.getByRole('link');
    const counted = Number((await link.innerText()).match(/^(\d+) events?,/)?.[1]);
    await link.click();
    await page.getByRole('heading', { name: 'Investigate' }).waitFor();
    const table = page.getByRole('table', { name: 'Events' });
    await table.getByRole('row').nth(1).waitFor();
    await visitor.settle();
    const shown = await page.getByText(/^\d+ events? loaded/).innerText();
    check(`the ${counted} events of a rule in shadow are a step from its figures`, counted > 0 && shown.startsWith(`${counted} event`), shown);
    const rows = (await table.getByRole('row').allInnerTexts()).slice(1);
    check('each of them says rule and shadow', rows.length > 0 && rows.every((row) => row.includes('would-refuse') && /would block/i.test(row)), rows[0]);
    check('the search has both', (await page.getByLabel('Rule', { exact: true }).inputValue()) === 'would-refuse' && (await page.getByLabel('Only in shadow').isChecked()));
    check('and the address no name', !/user|camille/.test(page.url()) && page.url().includes('rule=would-refuse'), page.url());
    await visitor.screenshot('investigate_shadow');
    await visitor.axe('investigate (shadow)');
    await page.getByLabel('Only in shadow').uncheck();
    await page.getByLabel('Rule', { exact: true }).fill('transfers-are-audited');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await table.getByText('transfers-are-audited').first().waitFor();
    const { events } = (await visitor.call('EventService/QueryEvents', { rule: 'transfers-are-audited', pageSize: 1000 })).body;
    check('a rule that is enforced has its events, too', events.length > 0 && events.every((event) => event.rule === 'transfers-are-audited' && !event.shadow));
  },

  /** As it is saved for a table: how many customers, never which. */
  async csv(visitor) {
    const { page } = visitor;
    await visitor.open('investigate');
    await page.getByLabel('User', { exact: true }).fill(given.user);
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    const table = page.getByRole('table', { name: 'Events' });
    await table.getByRole('row').filter({ hasText: given.user }).first().waitFor();
    await visitor.settle();
    const loaded = Number((await page.getByText(/^\d+ events? loaded/).innerText()).split(' ')[0]);
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export CSV' }).click()]);
    const text = readFileSync(await file.path(), 'utf8');
    const rows = text.trim().split('\r\n').slice(1);
    check(`the ${loaded} events are in the file`, loaded > 0 && rows.length === loaded && rows.every((row) => row.includes(given.user)), rows.length);
    const customers = [...given.affected, ...given.emails];
    const named = customers.filter((one) => text.includes(one));
    check(`none of ${customers.length} ids and addresses of customers is in it`, customers.length > 100 && named.length === 0, named.slice(0, 3).join());
    check('nor what its users are called for integrations', file.suggestedFilename() === 'vigie-events.csv' && !/(^|,)"?(user|host)-[0-9a-f]{12,}/m.test(text));
  },

  /** Beside the times: by how much the workstation's clock is off, the same as the collector says. */
  async clocks(visitor) {
    const { page } = visitor;
    await visitor.open('investigate');
    await page.getByRole('table', { name: 'Events' }).getByRole('row').nth(1).click();
    const dialog = page.getByRole('dialog');
    const fact = async (name) => (await dialog.locator('dl > div').filter({ has: page.locator('dt', { hasText: name }) }).first().locator('dd').innerText()).trim();
    const id = await fact('Event');
    const { events } = (await visitor.call('EventService/QueryEvents', { pageSize: 1000 })).body;
    const event = events.find((one) => `${one.agentId}/${one.bootEpoch}/${one.sequence}` === id);
    const wanted = Math.round(parseFloat(event.clockOffset ?? '0s') * 1000) || 0; // never minus zero
    const shown = await fact('Host clock off by');
    check(`an event says by how much its host's clock is off (${shown})`, shown.replace('−', '-').replaceAll(',', '') === `${wanted} ms`, `${shown}, ${wanted}`);
    const times = [await fact('Time'), await fact('Received')];
    check('and its times their zone', times.every((time) => /(UTC|GMT|CET|CEST)/.test(time)), times.join(' | '));
    await page.keyboard.press('Escape');
  },

  /** Made on the page, and good for one workstation. */
  async enrolment(visitor) {
    const { page } = visitor;
    await visitor.open('fleet');
    await page.getByRole('button', { name: 'New enrolment token' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    const token = await dialog.locator('input[readonly]').inputValue();
    check('a token for a workstation is made', token.length > 20);
    await visitor.axe('fleet (token)');
    console.log(`ENROL ${token}`);
    const known = async () => (await visitor.call('FleetService/ListAgents', {})).body.agents.length;
    const end = Date.now() + 20_000;
    while ((await known()) < 2 && Date.now() < end) await page.waitForTimeout(200);
    check('and another workstation is enrolled with it', (await known()) === 2, await known());
    check('the token is in no address and no storage', !page.url().includes(token) && !(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).includes(token));
  },

  /** On a page in French: what is wrong with a policy, by its reason. */
  async faultsInFrench(visitor) {
    const { page } = visitor;
    await visitor.open('policy');
    const text = page.locator('textarea').first();
    await text.waitFor();
    const before = await text.inputValue();
    await text.fill(given.policy.replace('over: 40', 'ovr: 40').replace('window: 7d', 'window: 1s'));
    await page.getByText(/^Ligne \d+, colonne \d+ : thresholds\[0\].ovr clé inconnue\. Les clés possibles ici : /).waitFor();
    check('what is wrong with a policy is told in French', true);
    await text.fill(given.policy.replace('window: 7d', 'window: 1s'));
    await page.getByText(/thresholds\[1\].window doit être compris entre 1m et 90d\. \(threshold slow-drip\)$/).waitFor();
    check('with whose fault it is', true);
    await text.fill(before); // or the browser asks whether to leave
    await page.getByText('thresholds[1].window').waitFor({ state: 'detached' });
  },
});
