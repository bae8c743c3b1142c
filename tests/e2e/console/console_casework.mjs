// Steps of console_steps.mjs: incidents that join a dossier, the names behind a leaked file, where incidents are sent, and what every page
// owes to people: the keyboard, a small screen, French, a file for paper.
import { statSync } from 'node:fs';
import { join } from 'node:path';

/** `given` as console_steps.mjs was; `check` notes how something went. */
export const stepsOf = ({ given, check, pages }) => ({
  /** On the page of a dossier that was submitted. */
  async dossierIncidents(visitor) {
    const { page } = visitor;
    const dialog = page.getByRole('dialog');
    const { incidents } = (await visitor.call('IncidentService/ListIncidents', {})).body;
    const other = incidents.find(({ user }) => user === given.hostile).id;
    await page.getByRole('button', { name: 'Add incidents' }).click();
    await dialog.getByRole('textbox', { name: 'Incidents' }).click();
    await page.getByRole('option').filter({ hasText: `${other}:` }).click();
    await visitor.screenshot('dossier_add');
    await visitor.axe('dossier (add)');
    await dialog.getByText('Add incidents to this dossier?').click();
    await dialog.getByRole('button', { name: 'Add incidents' }).click();
    await dialog.waitFor({ state: 'detached' });
    await visitor.seesFact('Distinct customers', String(given.customers + given.others));
    check('an incident joins a dossier, and its figure is that of both', true);
    const takeOut = page.getByRole('button', { name: /^Take .* out$/ });
    check('what was submitted cannot be taken out, what came since can', (await takeOut.count()) === 1);
    const exported = JSON.parse(await visitor.download('Export', 'JSON'));
    const [facts, before] = [exported.facts.customers, exported.submissions[0].facts.customers];
    check('each figure names its incidents, and what was submitted has kept its own', facts.incident_ids.includes(other) && Number(facts.value) === given.customers + given.others &&
      Number(before.value) === given.customers && !before.incident_ids.includes(other), JSON.stringify([facts, before]));
    const { id, revision, content } = (await visitor.call('DossierService/GetDossier', { id: page.url().split('/').at(-1) })).body;
    const refused = await visitor.call('DossierService/UpdateDossier', { id, revision, content: { ...content, incidentIds: [other] } });
    check('the collector keeps what was submitted, and says why', refused.status === 400 && refused.body.details?.[0].debug.reason === 'DOSSIER_INCIDENT_SUBMITTED', JSON.stringify(refused.body));
    await takeOut.click();
    await dialog.getByRole('button', { name: 'Take out', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await visitor.seesFact('Distinct customers', String(given.customers));
    check('and taken out again its figure is as before', true);
  },

  /** As the officer's printer would have it. */
  async printed(visitor) {
    const html = await visitor.download('Export', 'HTML, for printing');
    const sheet = await visitor.page.context().newPage();
    await sheet.setContent(html);
    const pdf = await sheet.pdf({ format: 'A4', path: join(given.screenshots, 'dossier.pdf') });
    await sheet.close();
    check('the dossier becomes a PDF', pdf.subarray(0, 5).toString() === '%PDF-' && pdf.length > 5_000, pdf.length);
  },

  /** The analyst is told pseudonyms until the officer lets him see the names. */
  async attribution(asker, officer) {
    const { page } = asker;
    const ranking = page.getByRole('table', { name: 'Users and hosts, best first' });
    const first = async () => ranking.getByRole('row').nth(1).getByRole('cell').allInnerTexts();
    await asker.open('attribute');
    const dropped = await page.evaluateHandle(([name, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name, { type: 'text/csv' }));
      return transfer;
    }, [`leak of ${given.user}.csv`, given.leak]);
    await page.getByRole('button', { name: 'Choose a file' }).dispatchEvent('drop', { dataTransfer: dropped });
    await ranking.getByRole('row').nth(1).waitFor();
    const [pseudonym, host, coverage] = await first();
    check('a leaked file is attributed, to a pseudonym', /^user-[0-9a-f]{12}$/.test(pseudonym) && /^host-/.test(host) && coverage === '100%', `${pseudonym} ${host} ${coverage}`);
    check('and nothing on the page says who it is', !(await page.locator('main').innerText()).includes(given.user));
    await asker.screenshot('attribute_file');
    await asker.axe('attribute (a file)');
    await page.getByRole('button', { name: 'Ask to see them' }).click();
    await page.getByLabel('Reason').fill('It is on a forum');
    await page.getByRole('dialog').getByRole('button', { name: 'Ask to see them' }).click();
    await asker.sees('You have asked.');
    await officer.open('incidents');
    await officer.sees('It is on a forum');
    await officer.sees('who has held the customers of a leaked file');
    await officer.axe('incidents (names asked for)');
    await officer.page.getByRole('button', { name: 'Approve' }).click();
    await officer.page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    await ranking.getByRole('cell', { name: given.user, exact: true }).first().waitFor();
    const [user, , share] = await first();
    check('after a second person has approved, it is who held its customers', user === given.user && share === '100%', `${user} ${share}`);
    const { status, body } = await asker.call('AuditService/ListAudit', {});
    check('its uploader may not read the audit', status === 403 && body.code === 'permission_denied' && body.details[0].debug.reason === 'ROLE_REFUSED');
  },

  /** From the list to a dialog and back without a mouse. */
  async keyboard(visitor) {
    const { page } = visitor;
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
    const reach = async (name) => {
      for (let steps = 0; steps < 120; ++steps) {
        await page.keyboard.press('Tab');
        if ((await focused()) === name) return true;
      }
      return false;
    };
    await visitor.open('incidents');
    await visitor.settle();
    await page.keyboard.press('Tab');
    check('the first key leads past the navigation', (await focused()) === 'Skip to content', await focused());
    check('an incident is reached by keys', await reach(given.user), await focused());
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^Incident inc-/ }).waitFor();
    await visitor.settle();
    check('and what can be done with it', await reach('Assign'), await focused());
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByLabel('Assignee').waitFor().catch(() => undefined);
    await page.waitForFunction(() => document.activeElement?.closest('[role=dialog]'));
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.textContent?.trim() === 'Assign');
    check('a dialog takes the focus, and gives it back', true);
  },

  /** What the user did before: asked for by a button, because the audit has who asks about whom. */
  async earlierBehaviour(visitor) {
    const { page } = visitor;
    const section = page.getByRole('region', { name: 'Earlier behaviour' });
    await section.getByRole('button', { name: 'Show the 30 days before' }).click();
    await section.getByText(`No kept event of the 30 days before the first one names ${given.user}.`).waitFor();
    check('nothing was seen of the user before the leak', true);
    await visitor.axe('incident (behaviour)');
  },

  /** A webhook is added to collector.yaml, tried, and taken out again; another one does not answer. */
  async integrations(visitor, analyst) {
    const { page } = visitor;
    const restarted = async (how) => {
      console.log(how);
      for (let status = 200; status !== 401; status = await page.request.get(`${given.url}/session`).then((answer) => answer.status(), () => 0)) await page.waitForTimeout(100);
      await visitor.open('settings');
      await visitor.signIn(given.tokens.admin);
      await visitor.open('settings');
    };
    const table = page.getByRole('table', { name: 'Integrations' });
    const row = (name) => table.getByRole('row').filter({ has: page.getByRole('button', { name: `Test ${name}`, exact: true }) });
    const test = (name) => row(name).getByRole('button', { name: `Test ${name}`, exact: true }).click();
    await visitor.open('settings');
    await visitor.sees('Nothing is sent anywhere');
    await restarted('INTEGRATE');
    await test('soc');
    await row('soc').getByText(/^Taken within \d+ ms$/).waitFor();
    check('a webhook is added, and takes a test', true);
    await test('away');
    await row('away').getByText(/^Not taken: .{5,}/).waitFor();
    check('one where nobody listens says why it does not', true);
    const { incidents } = (await visitor.call('IncidentService/ListIncidents', { state: 'INCIDENT_STATE_CLOSED' })).body;
    const reopened = await visitor.call('IncidentService/ReopenIncident', { id: incidents[0].id, reason: 'to see where it is told' });
    check('an incident is reopened', reopened.status === 200, reopened.status);
    await row('soc').getByText(/^Last delivery/).waitFor();
    await row('away').getByText('Fails', { exact: true }).waitFor();
    check('what is delivered and what fails is told, with its reason', (await row('away').innerText()).split('\n').length > 3, await row('away').innerText());
    await visitor.screenshot('settings_integrations');
    await visitor.axe('settings (integrations)');
    await analyst.open('');
    await analyst.signIn(given.tokens.analyst);
    const refused = await analyst.call('IntegrationService/TestIntegration', { name: 'soc' });
    check('an analyst is refused a test', refused.status === 403, refused.status);
    await restarted('SEPARATE');
    await visitor.sees('Nothing is sent anywhere');
    check('and both are taken out again', true);
  },

  /** In French, what the collector refuses is told in French. */
  async refusalInFrench(visitor) {
    const { page } = visitor;
    const { incidents } = (await visitor.call('IncidentService/ListIncidents', {})).body;
    const { id } = (await visitor.call('DossierService/CreateDossier', { content: { incidentIds: [incidents[0].id] } })).body;
    await visitor.open(`dossiers/${id}`);
    await page.getByRole('button', { name: 'Consigner une notification' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Consigner une notification' }).click();
    await page.getByRole('dialog').getByText('Il manque encore, avant de consigner la notification : Contact, Autorité.').waitFor();
    check('a refusal of the collector is told in French, with the fields by their names', true);
    await visitor.screenshot('dossier_refused_fr');
    await visitor.axe('dossier (refused)');
    await visitor.open('dossiers/dos-999');
    await visitor.sees('Ce dossier n’existe pas.');
    check('and that something does not exist', true);
  },

  /** Who works in French opens it in French, and so is what leaves the house; in English it goes on in English. */
  async frenchDossier(visitor) {
    const { page } = visitor;
    const { incidents } = (await visitor.call('IncidentService/ListIncidents', {})).body;
    await visitor.open(`incidents/${incidents.find(({ user }) => user === given.user).id}`);
    await page.getByRole('button', { name: 'Ouvrir un dossier' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Ouvrir un dossier' }).click();
    await page.getByRole('heading', { name: /^Dossier dos-/ }).waitFor();
    const nature = page.getByLabel('Ce qui s’est passé');
    await nature.waitFor();
    const told = await nature.inputValue();
    check('a dossier that is opened in French is filled in in French', told.includes(`portant sur les données de ${given.customers} clients`), told);
    const html = await visitor.download('Exporter', 'HTML, pour impression');
    check('and its export is French', html.includes('<html lang="fr">') && html.includes('Prise de connaissance') && !/not stated|Aware since/.test(html));
    await visitor.screenshot('dossier_fr');
    await visitor.axe('dossier (French)');
    await page.getByRole('textbox', { name: 'Langue du dossier' }).click();
    await page.getByRole('option', { name: 'English' }).click();
    await page.getByRole('button', { name: 'Enregistrer', exact: true }).click();
    await page.waitForFunction((wanted) => [...document.querySelectorAll('textarea')].some(({ value }) => value.startsWith(wanted)), `Data of ${given.customers} customers`);
    check('in English what was filled in follows', true);
  },

  async phone(visitor) {
    const { page } = visitor;
    await page.setViewportSize({ width: 390, height: 844 });
    const { incidents } = (await visitor.call('IncidentService/ListIncidents', {})).body;
    const { dossiers } = (await visitor.call('DossierService/ListDossiers', {})).body;
    for (const name of [...pages, `incidents/${incidents[0].id}`, `dossiers/${dossiers[0].id}`]) {
      await visitor.open(name);
      await visitor.settle();
      if (name === 'now') await visitor.screenshot('now_phone');
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      check(`on a phone nothing of ${name} is wider than the screen`, overflow <= 0, overflow);
    }
  },

  /** Of a long list only what is in view is in the document. */
  async longList(visitor) {
    const table = visitor.page.getByRole('table').first();
    await table.getByRole('row').nth(5).waitFor();
    const [all, there] = [Number(await table.getAttribute('aria-rowcount')), await table.getByRole('row').count()];
    check(`of ${all} rows of the audit ${there} are in the document`, all > 100 && there < all / 2);
  },

  screenshots() {
    const small = pages.filter((name) => statSync(join(given.screenshots, `${name}.png`), { throwIfNoEntry: false })?.size > 5_000 === false);
    check('there is a picture of each page', small.length === 0, small);
  },
});
