// What the browser does in console_test.py, which gives addresses, tokens and expected figures as JSON on standard input. Prints a line
// for each check, "WATCHING" when the leak may begin, "KILL" and "START" when the collector is to be killed and started again; exit code
// 1 if a check failed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { answersOf } from './answer_steps.mjs';
import { stepsOf } from './console_casework.mjs';
import { Browser } from './console_browser.mjs';
import { people } from './people_steps.mjs';
import { statesOf } from './state_steps.mjs';

const given = JSON.parse(readFileSync(0, 'utf8'));
const pages = ['now', 'incidents', 'investigate', 'attribute', 'dossiers', 'fleet', 'policy', 'audit', 'settings'];
let failures = 0;

function check(what, good, seen = '') {
  if (!good) failures += 1;
  console.log(`${good ? 'ok    ' : 'FAILED'} ${what}${good || seen === '' ? '' : `: ${seen}`}`);
}

async function act(name, run) {
  try {
    await run();
  } catch (error) {
    check(name, false, String(error.message).split('\n').slice(0, 3).join(' '));
  }
}

const browser = await Browser.start(given);
const casework = stepsOf({ given, check, pages });
const answers = answersOf({ given, check });

async function signIn(visitor) {
  await visitor.open('');
  await visitor.giveToken('no-token');
  await visitor.sees('This token is not known');
  await visitor.page.screenshot({ path: join(given.screenshots, 'sign_in.png') });
  check('an unknown token is refused', true);
  await visitor.signIn(given.tokens.analyst);
  check('an analyst signs in', (await visitor.page.locator('nav a').count()) > 0);
}

async function liveIncident(visitor) {
  await visitor.open('incidents');
  await visitor.sees('No open incident');
  await visitor.page.getByRole('status').filter({ hasText: /^Live$/ }).waitFor();
  await visitor.noteFirst(given.user);
  console.log('WATCHING');
  await visitor.page.getByRole('link', { name: given.user, exact: true }).waitFor({ timeout: 30_000 });
  const seen = await visitor.firstSeen();
  const answer = await visitor.call('IncidentService/ListIncidents', {});
  const opened = Date.parse(answer.body.incidents.find((incident) => incident.user === given.user).openedAt);
  check(`an incident is on the page within ${given.live_limit} ms (${seen - opened} ms)`, seen - opened < given.live_limit);
  await visitor.page.getByRole('link', { name: given.hostile, exact: true }).waitFor();
  check('a hostile name is text', true);
}

async function incident(visitor) {
  const { page } = visitor;
  await page.getByRole('link', { name: given.user, exact: true }).click();
  await visitor.sees(`let ${given.customers} customers out`);
  check('its sentence has the right number of customers', true);
  await page.getByRole('button', { name: 'Assign', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Assign', exact: true }).click();
  await visitor.seesFact('Assigned to', 'anna');
  await page.getByLabel('Comment', { exact: true }).fill(`Called the user ${given.hostile}`);
  await page.getByRole('button', { name: 'Add comment' }).click();
  await page.locator('li', { hasText: 'Called the user <img' }).waitFor();
  check('it is assigned and commented', true);
  const proof = page.getByRole('region', { name: 'Evidence', exact: true });
  await proof.getByRole('button', { name: 'Verify', exact: true }).click();
  await proof.getByTestId('evidence').filter({ hasText: /^All events are as/ }).waitFor();
  check('its evidence is verified', true);
  const [file] = await Promise.all([page.waitForEvent('download'), proof.getByRole('button', { name: 'Save as a file', exact: true }).click()]);
  check('and saved as a file', readFileSync(await file.path()).subarray(0, 17).toString() === 'vigie evidence 1\n');
  await visitor.screenshot('incident');
  await visitor.axe('incident');
}

// The workstation that leaked says itself that it has applied the block.
async function respond(visitor) {
  const { page } = visitor;
  const response = page.getByRole('region', { name: 'Response', exact: true });
  const dialog = page.getByRole('dialog');
  await response.getByText('Nothing is blocked because of this incident.').waitFor();
  await response.getByRole('button', { name: 'Block channels' }).click();
  check('the way out of the incident is chosen', await dialog.getByLabel('Network transfer', { exact: true }).isChecked());
  check('nothing is blocked without a reason', await dialog.getByRole('button', { name: 'Block channels' }).isDisabled());
  await dialog.getByLabel('Print', { exact: true }).check();
  await dialog.getByLabel('Reason').fill('Until we have spoken');
  await visitor.screenshot('incident_block');
  await visitor.axe('incident (block)');
  await dialog.getByRole('button', { name: 'Block channels' }).click();
  await response.getByText('Applied on 1 of 1 workstations').waitFor();
  await response.getByText('Ordered by anna: Until we have spoken').waitFor();
  await page.locator('li', { hasText: 'blocked channels' }).filter({ hasText: 'Until we have spoken' }).waitFor();
  check('channels are blocked, the workstation has applied it, and the history has it', true);
  await visitor.screenshot('incident_blocked');
  await visitor.axe('incident (blocked)');
  await response.getByRole('button', { name: 'Lift' }).click();
  await dialog.getByLabel('Reason').fill('He was asked to');
  await dialog.getByRole('button', { name: 'Lift' }).click();
  await response.getByText(/^Lifted by anna at .*: He was asked to$/).waitFor();
  await page.locator('li', { hasText: 'lifted the block' }).waitFor();
  check('and lifted again', true);
}

// Somebody else orders a block while one is being read: the page says so and asks again.
async function respondTogether(visitor) {
  const { page } = visitor;
  const response = page.getByRole('region', { name: 'Response', exact: true });
  const dialog = page.getByRole('dialog');
  const id = page.url().split('/').at(-1);
  await response.getByRole('button', { name: 'Block channels' }).click();
  await dialog.getByLabel('Reason').fill('Slower');
  const { user, block } = (await visitor.call('IncidentService/GetIncident', { id })).body;
  const until = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z/, 'Z');
  const order = { id, target: 'BLOCK_TARGET_USER', channels: ['CHANNEL_PRINT'], until, reason: 'Faster', user, replaces: block.number };
  const faster = await visitor.call('IncidentService/BlockChannels', order);
  check('somebody else orders a block', faster.status === 200, faster.status);
  const again = await visitor.call('IncidentService/BlockChannels', order);
  check('the same order is refused: it is not what was shown any more', again.status === 409 && again.body.code === 'aborted', again.status);
  await dialog.getByText('anna has ordered a block: Faster.').waitFor();
  check('the page says so, and does not send', await dialog.getByRole('button', { name: 'Block channels' }).isDisabled());
  await dialog.getByRole('button', { name: 'Take over what it says now' }).click();
  await dialog.getByRole('button', { name: 'Block channels' }).click();
  await response.getByText('Ordered by anna: Slower').waitFor();
  await response.getByRole('button', { name: 'Lift' }).click();
  await dialog.getByLabel('Reason').fill('Done');
  await dialog.getByRole('button', { name: 'Lift' }).click();
  await response.getByText(/^Lifted by anna at .*: Done$/).waitFor();
  check('and after a look at it what was ordered is done', true);
}

async function savedSearch(visitor) {
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await visitor.open('investigate');
  await page.getByLabel('User', { exact: true }).fill(given.user);
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await page.getByRole('button', { name: 'Save search' }).click();
  await dialog.getByLabel('Name').fill('The export');
  await dialog.getByLabel('Share it').check();
  await visitor.screenshot('investigate_save');
  await visitor.axe('investigate (save)');
  await dialog.getByRole('button', { name: 'Save search' }).click();
  await dialog.waitFor({ state: 'detached' });
  check('a search is saved under its name', (await page.getByRole('textbox', { name: 'Saved searches' }).inputValue()) === 'The export');
}

async function sharedSearch(visitor) {
  const { page } = visitor;
  await visitor.open('investigate');
  await page.getByRole('textbox', { name: 'Saved searches' }).click();
  await page.getByRole('option', { name: 'The export (anna)' }).click();
  await page.waitForFunction((user) => [...document.querySelectorAll('form input')].some((input) => input.value === user), given.user);
  await page.getByRole('row').filter({ hasText: given.user }).first().waitFor();
  check('a search that is shared is asked by somebody else', true);
  check('who has no button to delete it', (await page.getByRole('button', { name: 'Delete search' }).count()) === 0);
  const listed = await visitor.call('SearchService/ListSearches', {});
  const refused = await visitor.call('SearchService/DeleteSearch', { id: listed.body.searches[0].id });
  check('and whom the collector refuses it', refused.status === 403, refused.status);
}

async function deletedSearch(visitor) {
  const { page } = visitor;
  await visitor.open('investigate');
  await page.getByRole('textbox', { name: 'Saved searches' }).click();
  await page.getByRole('option', { name: 'The export' }).click();
  await page.getByRole('button', { name: 'Delete search' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete search' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  const listed = await visitor.call('SearchService/ListSearches', {});
  check('its owner deletes it', listed.status === 200 && listed.body.searches === undefined, JSON.stringify(listed.body));
}

async function dossier(visitor) {
  const { page } = visitor;
  await page.getByRole('button', { name: 'Open a dossier' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Open a dossier' }).click();
  await page.getByRole('heading', { name: /^Dossier dos-/ }).waitFor();
  await visitor.sees('min');
  await page.getByLabel('Notified to').fill('CNIL');
  await page.getByLabel('Name', { exact: true }).fill('The officer');
  await page.getByLabel('E-mail').fill('officer@example.org');
  await page.getByLabel('Likely consequences').fill('Phishing of those concerned');
  await page.getByLabel('Measures taken or proposed').fill('The upload service is blocked');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Unsaved changes').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Record a submission' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Record a submission' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await visitor.sees('1. Initial notification');
  const exported = JSON.parse(await visitor.download('Export', 'JSON'));
  const customers = Number(exported.facts.customers.value);
  check('the exported dossier has the exact number of customers', customers === given.customers, customers);
  check('and what was written', exported.content.authority === 'CNIL' && exported.submissions.length === 1);
  const html = await visitor.download('Export', 'HTML, for printing');
  check('its HTML has no script', html.includes('CNIL') && !/<script/i.test(html));
  await page.getByRole('button', { name: 'Export' }).first().click();
  await page.getByRole('menuitem', { name: 'Notice to the controller' }).click();
  await page.getByRole('textbox', { name: 'To the controller' }).fill('Example Ltd');
  await page.getByRole('textbox', { name: 'From the processor' }).fill('Our hosting');
  const [notice] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save the notice' }).click()]);
  const text = readFileSync(await notice.path(), 'utf8');
  check('a notice to the controller, without what is his to decide', /Example Ltd[\s\S]*Phishing/.test(text) && !text.includes('CNIL'));
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await visitor.screenshot('dossier');
  await visitor.axe('dossier');
}

// Two people: the analyst asks, the officer approves, the analyst's page shows it by itself.
async function unmasking(asker, visitor) {
  const answer = await asker.call('IncidentService/ListIncidents', {});
  const { id } = answer.body.incidents.find(({ user }) => user === given.user);
  const records = async () => (await asker.call('IncidentService/GetIncident', { id })).body.records;
  check('an analyst is not told which customers they are', (await records()) === undefined);
  await asker.open(`incidents/${id}`);
  await asker.page.getByRole('button', { name: 'Ask to see them' }).click();
  await asker.page.getByLabel('Reason').fill('They are to be called');
  await asker.page.getByRole('dialog').getByRole('button', { name: 'Ask to see them' }).click();
  await asker.sees('You have asked.');
  const self = await asker.call('UnmaskService/DecideUnmask', { id: 'unm-1', approve: true });
  check('nor may he decide it himself', self.status === 403 && (await records()) === undefined, self.status);
  await visitor.open('incidents');
  await visitor.sees('They are to be called');
  await visitor.screenshot('unmask_requests');
  await visitor.axe('incidents (requests)');
  await visitor.page.getByRole('button', { name: 'Approve' }).click();
  await visitor.page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
  await asker.page.getByRole('button', { name: 'Open the ledger' }).waitFor();
  check('after a second person has approved he is', (await records())?.length > 0);
  await visitor.page.getByRole('button', { name: 'Take back' }).click();
  await visitor.page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
  await asker.page.getByRole('button', { name: 'Ask to see them' }).waitFor();
  check('and not any more when it is taken back', (await records()) === undefined);
}

async function officer(visitor) {
  const { page } = visitor;
  const sent = [];
  page.on('request', (request) => sent.push(request.postData() ?? ''));
  await visitor.signIn(given.tokens.officer);
  await visitor.open('incidents');
  await page.getByRole('link', { name: given.user, exact: true }).click();
  await page.getByRole('button', { name: 'Open the ledger' }).waitFor();
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Open the ledger' }).click()]);
  await chooser.setFiles(given.ledger);
  await page.getByRole('table', { name: 'Affected customers' }).waitFor();
  await visitor.screenshot('incident_officer');
  await visitor.axe('incident (officer)');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Letters (CSV)' }).click()]);
  const rows = readFileSync(await file.path(), 'utf8').trim().split('\r\n').slice(1);
  const named = rows.map((row) => row.split(',')[0]).sort();
  check(`letters to the ${given.customers} customers of the incident, and to nobody else`, named.join() === [...given.affected].sort().join(), named.length);
  check('with incident and channel', rows.every((row) => /,inc-\d+,\d{4}-\d\d-\d\d,\d{4}-\d\d-\d\d,Network transfer,/.test(row)), rows[0]);
  check('an officer has no button to block', (await page.getByRole('button', { name: 'Block channels' }).count()) === 0);
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const order = { id: 'inc-1', target: 'BLOCK_TARGET_USER', channels: ['CHANNEL_PRINT'], until, reason: 'x' };
  for (const [method, request] of [['BlockChannels', order], ['LiftBlock', { id: 'inc-1', reason: 'x' }]]) {
    const answer = await visitor.call(`IncidentService/${method}`, request);
    check(`the collector refuses an officer's ${method}`, answer.status === 403 && answer.body.code === 'permission_denied', answer.status);
  }
  check('nothing of the ledger was sent', sent.every((body) => !given.affected.some((key) => body.includes(key)) && !body.includes('vigie-ledger')));
}

const save = (page) => page.getByRole('button', { name: 'Save', exact: true }).click();

// On a page with unsaved work, when it has just noticed that its session is gone.
async function signInAgain(visitor, why, typed) {
  const { page } = visitor;
  await visitor.sees('Your session has ended');
  check(`${why}: the page is out of sight`, (await page.getByLabel('Likely consequences').isVisible()) === false);
  await visitor.giveToken(given.tokens.analyst);
  await page.getByLabel('Likely consequences').waitFor();
  check(`${why}: what was typed is there after signing in again`, (await page.getByLabel('Likely consequences').inputValue()) === typed);
}

async function savesAfterAll(visitor, why) {
  await save(visitor.page);
  await visitor.page.getByText('Unsaved changes').waitFor({ state: 'detached' });
  check(`${why}: and can be saved`, true);
}

async function sessionEnds(visitor) {
  const { page } = visitor;
  const [why, typed] = ['a session ends', 'Typed before the session ended'];
  await page.getByLabel('Likely consequences').fill(typed);
  await page.context().clearCookies();
  await save(page);
  await signInAgain(visitor, why, typed);
  await page.getByRole('link', { name: 'Fleet' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await savesAfterAll(visitor, why);
}

async function collectorIsGone(visitor) {
  while (await visitor.page.request.get(`${given.url}/readyz`).then(() => true, () => false)) await visitor.page.waitForTimeout(100);
}

// It ends the sessions, too: they are in its memory. The page looks for the collector by itself, and learns of it.
async function collectorRestarts(visitor) {
  const { page } = visitor;
  const [why, typed] = ['the collector restarts', 'Typed before the collector was killed'];
  await page.getByLabel('Likely consequences').fill(typed);
  console.log('KILL');
  await collectorIsGone(visitor);
  await save(page);
  await visitor.sees('No connection to the collector');
  check(`${why}: a page says that nobody answers, and keeps what was typed`, (await page.getByLabel('Likely consequences').inputValue()) === typed);
  console.log('START');
  await signInAgain(visitor, why, typed);
  await savesAfterAll(visitor, why);
}

async function close(visitor) {
  const { page } = visitor;
  await visitor.open('incidents');
  await page.getByRole('link', { name: given.user, exact: true }).click();
  await page.getByRole('button', { name: 'Close incident' }).click();
  await page.getByLabel('Reason').fill('explained');
  await page.getByRole('dialog').getByRole('button', { name: 'Close incident' }).click();
  await visitor.sees('Closed: explained');
  check('the incident is closed with its reason', true);
}

async function everyPage(visitor) {
  for (const name of pages) {
    await visitor.open(name);
    await visitor.settle();
    await visitor.screenshot(name);
    await visitor.axe(name);
  }
}

async function knowledge(visitor) {
  await visitor.open('settings');
  const row = visitor.page.getByRole('table', { name: 'Customer indexes' }).getByRole('row').nth(1);
  await row.waitFor();
  const [, built, deltas, records, workstations] = await row.getByRole('cell').allInnerTexts();
  check('the index of the workstation is known, and its age', [deltas, records, workstations].join() === `0,${given.known},1` && /ago/.test(built), await row.innerText());
  await visitor.sees('Everything is kept');
}

async function darkAndFrench(visitor) {
  const { page } = visitor;
  await visitor.open('settings');
  await page.getByText('Dark', { exact: true }).click();
  await page.getByText('Français', { exact: true }).click();
  await page.getByRole('heading', { name: 'Paramètres' }).waitFor();
  for (const name of ['now', 'incidents', 'policy']) {
    await visitor.open(name);
    await visitor.settle();
    await visitor.screenshot(`${name}_dark_fr`);
    await visitor.axe(`${name} (dark)`);
  }
  await frenchEvidence(visitor);
}

async function frenchEvidence(visitor) {
  const { page } = visitor;
  const { incidents } = (await visitor.call('IncidentService/ListIncidents', {})).body;
  await visitor.open(`incidents/${incidents.find((incident) => incident.user === given.user).id}`);
  const proof = page.getByRole('region', { name: 'Preuves', exact: true });
  await proof.getByRole('button', { name: 'Vérifier', exact: true }).click();
  await proof.getByTestId('evidence').filter({ hasText: /^Tous les événements sont tels que leurs postes les ont signés$/ }).waitFor();
  check('its evidence is verified, in French', true);
  await visitor.screenshot('incident_dark_fr');
  await visitor.axe('incident (dark)');
}

async function policy(visitor) {
  const { page } = visitor;
  await visitor.open('policy');
  // An event whose verdict came too late was decided by no rule.
  const { events } = (await visitor.call('EventService/QueryEvents', { user: given.hostile, channel: 'CHANNEL_NETWORK_TRANSFER' })).body;
  const decided = events.filter((event) => event.shadow && event.rule === 'would-refuse').length;
  check('rules in shadow decide, and nothing is refused', decided > 0);
  const shadow = page.getByTestId('shadow').getByRole('listitem').filter({ hasText: 'would-refuse' }).first();
  await shadow.getByText(`${decided} event${decided === 1 ? '' : 's'}, `, { exact: false }).first().waitFor();
  await shadow.getByRole('button', { name: 'Whom' }).click();
  await shadow.getByRole('listitem').filter({ hasText: `${given.hostile}:` }).waitFor();
  check('what a rule in shadow would have done, and to whom', true);
  const text = page.getByRole('textbox', { name: 'Text (YAML)' });
  await text.fill(`${given.policy}# ${given.hostile}\n"${given.hostile}": 1\n`);
  await page.getByText(/^Line \d+, column \d+: .*img src=x/).waitFor();
  await visitor.axe('policy (hostile)');
  await text.fill(given.policy.replace('over: 40', 'ovr: 40').replace('severity: medium', 'severity: huge'));
  await page.getByText('2 problems', { exact: true }).waitFor();
  await page.getByText(/^Line \d+, column \d+: thresholds\[0\].ovr /).waitFor();
  await page.getByText(/^Line \d+, column \d+: thresholds\[1\].severity /).waitFor();
  check('all that is wrong is told as one types, with line and column', true);
  await text.fill(given.policy.replace('version: 1', 'version: 2').replace('over: 40', 'over: 30'));
  await page.getByText('Compiles', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Run backtest' }).click();
  await page.getByTestId('backtest').waitFor({ timeout: 20_000 });
  await visitor.screenshot('policy_edited');
  await page.getByRole('button', { name: 'Push', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Push', exact: true }).click();
  await page.getByText(/^Version 2, in force since/).waitFor();
  check('a policy is tested, pushed after a question, and in force', true);
}

// What the workstation sees and stops of each way out, why not more, and its sensors.
async function coverage(visitor) {
  const { page } = visitor;
  await visitor.open('fleet');
  const matrix = page.getByRole('table', { name: 'Workstations and what they see' });
  await matrix.getByRole('columnheader', { name: 'Web upload' }).waitFor();
  await matrix.getByRole('img', { name: /^Seen: no\. .*No sensor looks there/ }).first().waitFor();
  await visitor.screenshot('fleet_coverage');
  await page.getByText('Sensors', { exact: true }).click();
  await matrix.getByRole('columnheader', { name: 'file events' }).waitFor();
  check('the fleet shows what is seen and stopped of each way out, and why not more', true);
}

// The workstation is moved to a ring of its own, which gets version 3 first; then all, and back again.
async function rollout(visitor) {
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await visitor.open('fleet');
  await page.getByRole('button', { name: 'Rings', exact: true }).click();
  await dialog.getByLabel('Rings before the last one').fill('pilot');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  const chosen = page.getByRole('group', { name: 'Chosen workstations' });
  await chosen.getByRole('button', { name: 'Choose all' }).click();
  await chosen.getByText('1 chosen', { exact: true }).waitFor();
  await chosen.getByRole('textbox', { name: 'Ring' }).click();
  await page.getByRole('option', { name: 'pilot' }).click();
  await visitor.screenshot('fleet_chosen');
  await visitor.axe('fleet (chosen)');
  await chosen.getByRole('button', { name: 'Move', exact: true }).click();
  await dialog.getByRole('button', { name: 'Move', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('cell', { name: 'pilot' }).waitFor();
  check('a workstation is moved to a ring by choosing it', true);
  await page.getByRole('search').getByRole('textbox', { name: 'Ring' }).click();
  await page.getByRole('option', { name: 'default' }).click();
  await visitor.sees('No workstation fits this filter');
  check('and the fleet is filtered by rings', true);
  await visitor.open('policy');
  await page.getByRole('textbox', { name: 'Text (YAML)' }).fill(given.policy.replace('version: 1', 'version: 3'));
  await page.getByText('Compiles', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Push', exact: true }).click();
  await dialog.getByText('Roll version 3 out to ring pilot?').waitFor();
  await dialog.getByRole('button', { name: 'Push', exact: true }).click();
  const ring = (name) => page.getByRole('group', { name: `Ring ${name}` });
  await ring('pilot').getByText('pilot: Version 3').waitFor();
  await ring('pilot').getByText('1 of 1 workstations have applied it').waitFor({ timeout: 30_000 });
  await ring('default').getByText('default: Version 2').waitFor();
  check('the first ring runs a version, its workstation has applied it, and the last one does not', true);
  await visitor.screenshot('policy_rings');
  await visitor.axe('policy (rings)');
  await ring('default').getByRole('button', { name: 'Promote' }).click();
  await dialog.getByText('Promote version 3 to ring default?').waitFor();
  // Somebody else is faster: what was shown is not done any more.
  const taken = await visitor.call('PolicyService/PromotePolicy', { version: 3, to: 'default', replaces: 2 });
  check('it is promoted by somebody else meanwhile', taken.status === 200, taken.status);
  await dialog.getByRole('button', { name: 'Promote' }).click();
  await dialog.getByText('the rings run other versions than were shown').waitFor();
  check('and what was shown is not done then', true);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await ring('default').getByText('default: Version 3').waitFor();
  await ring('pilot').getByRole('button', { name: 'Roll back' }).click();
  await dialog.getByRole('button', { name: 'Roll back' }).click();
  await ring('default').getByText('default: Version 2').waitFor();
  await ring('pilot').getByText('pilot: Version 2').waitFor();
  check('and a roll-back takes both rings back', true);
}

async function auditor(visitor) {
  const { page } = visitor;
  await visitor.signIn(given.tokens.auditor);
  await page.getByRole('heading', { name: 'Audit' }).waitFor();
  check('an auditor has no way to incidents', (await page.locator('nav a[href="/incidents"]').count()) === 0);
  for (const name of ['investigate', 'attribute', 'incidents']) {
    await visitor.open(name);
    await visitor.sees('Not allowed');
  }
  await visitor.screenshot('incidents_denied');
  await visitor.open('fleet');
  await visitor.settle();
  check('nor a button for enrolment tokens', (await page.getByRole('button', { name: 'New enrolment token' }).count()) === 0);
  const given_file = await page.evaluate(async () => {
    const { csrf } = await (await fetch('/session')).json();
    return (await fetch('/attribution', { method: 'POST', headers: { 'Content-Type': 'application/octet-stream', 'X-Vigie-CSRF': csrf }, body: 'x' })).status;
  });
  check('the collector refuses an auditor a file', given_file === 403, given_file);
  for (const [method, request] of [['IncidentService/CloseIncident', { id: 'inc-1', reason: 'x' }], ['IncidentService/GetIncident', { id: 'inc-1' }],
    ['IncidentService/LiftBlock', { id: 'inc-1', reason: 'x' }], ['SearchService/ListSearches', {}], ['PolicyService/PushPolicy', { text: given.policy }],
    ['PolicyService/RollOutPolicy', { text: given.policy }], ['PolicyService/PromotePolicy', { version: 1 }], ['PolicyService/RollBackPolicy', { version: 1 }], ['PolicyService/SetRings', {}], ['FleetService/AssignRing', {}], ['IncidentService/ListBlocks', {}], ['EnrollmentService/CreateEnrollmentToken', {}], ['AccessService/CreateApiToken', { name: 'x', role: 'admin' }]]) {
    const answer = await visitor.call(method, request);
    check(`the collector refuses an auditor's ${method}`, answer.status === 403 && answer.body.code === 'permission_denied', answer.status);
  }
  const forged = await visitor.call('AuditService/ListAudit', {}, '');
  check('and a call without the csrf token', forged.status === 403 || forged.status === 401, forged.status);
  await visitor.open('audit');
  await page.getByRole('button', { name: 'Verify chain' }).click();
  await visitor.sees('The chain holds');
}

async function traces(worked, changed) {
  const [nothing, both] = [await worked.kept(), await changed.kept()];
  check('the browser keeps nothing of the work', nothing.length === 0, nothing);
  check('and of the settings language and colours', both.join() === 'mantine-color-scheme-value,vigie-language', both);
  const named = [...browser.addresses].filter((address) => address.includes(given.user) || address.includes('<'));
  check(`no name is in any of ${browser.addresses.size} addresses`, browser.addresses.size > pages.length && named.length === 0, named);
}

async function end(visitor) {
  await visitor.page.getByRole('button', { name: 'Sign out' }).click();
  await visitor.page.getByLabel('Password', { exact: true }).waitFor();
  const after = await visitor.call('FleetService/ListAgents', {}, 'x');
  check('after signing out the session is gone', after.status === 401, after.status);
}

const analyst = await browser.visitor();
await act('sign-in', () => signIn(analyst));
await act('a live incident', () => liveIncident(analyst));
await act('what people do with an incident', () => incident(analyst));
await act('a response', () => respond(analyst));
await act('a response beside another one', () => respondTogether(analyst));
await act('figures of Now', () => answers.now(analyst).finally(() => analyst.page.goBack()));
await act('behaviour', () => casework.earlierBehaviour(analyst));
await act('a dossier', () => dossier(analyst));
await act('more incidents of a dossier', () => casework.dossierIncidents(analyst));
await act('paper', () => casework.printed(analyst));
await act('a session that ends while somebody writes', () => sessionEnds(analyst));
await act('a collector that is killed while somebody writes', () => collectorRestarts(analyst));
const officerVisitor = await browser.visitor();
await act('an officer', () => officer(officerVisitor));
await act('a search that is kept', () => savedSearch(analyst));
await act('a search that is shared', () => sharedSearch(officerVisitor));
await act('a search that is deleted', () => deletedSearch(analyst));
await act('what rules in shadow would have done', () => answers.shadowEvents(analyst));
await act('a file of events', () => answers.csv(analyst));
await act('clocks', () => answers.clocks(analyst));
await act('two people', () => unmasking(analyst, officerVisitor));
await act('a leaked file', () => casework.attribution(analyst, officerVisitor));
await act('without a mouse', () => casework.keyboard(analyst));
await act('closing', () => close(analyst));
const admin = await browser.visitor();
await act('an administrator signs in', () => admin.signIn(given.tokens.admin));
await act('people with passwords', () => people(browser, admin, check));
await act('every page', () => everyPage(admin));
await act('a collector that does not answer', () => statesOf(admin, pages, check));
await act('indexes and retention', () => knowledge(admin));
await act('a policy', () => policy(admin));
await act('coverage', () => coverage(admin));
await act('rings', () => rollout(admin));
await act('a token of a workstation', () => answers.enrolment(admin));
await act('where incidents are sent', () => casework.integrations(admin, analyst));
await act('dark and French', () => darkAndFrench(admin));
await act('faults in French', () => answers.faultsInFrench(admin));
await act('refusals in French', () => casework.refusalInFrench(admin));
await act('a dossier in French', () => casework.frenchDossier(admin));
await act('a phone', () => casework.phone(admin));
await act('pictures', () => casework.screenshots());
const reader = await browser.visitor();
await act('an auditor', () => auditor(reader));
await act('a long list', () => casework.longList(reader));
await act('traces', () => traces(analyst, admin));
await act('the end of a session', () => end(reader));
for (const found of browser.serious) check('accessibility', false, found);
check(`no serious finding of axe on ${browser.scanned} pages`, browser.serious.length === 0 && browser.scanned > pages.length);
check('nothing was against the content security policy', browser.violations.length === 0, browser.violations.join(' | '));
await act('the policy is strict', async () => check('and inline script and style would be seen', (await admin.provoke()) === 2));
check('no page failed', browser.errors.length === 0, browser.errors.join(' | '));
await browser.stop();
process.exit(failures === 0 ? 0 : 1);
