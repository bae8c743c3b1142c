// Steps of console_steps.mjs about a collector that answers slowly, and then not: what each page shows meanwhile.
const calls = '**/vigie.v1.*/**';

/** `pages` and `check` as in console_steps.mjs. */
export async function statesOf(visitor, pages, check) {
  const { page } = visitor;
  const main = page.locator('main');
  for (const name of pages) {
    let fail;
    const slow = new Promise((resolve) => (fail = resolve));
    await page.route(calls, async (route) => {
      await slow;
      await route.fulfill({ status: 500, contentType: 'application/json', body: '{"code":"internal","message":"made by a test"}' }).catch(() => undefined); // left already
    });
    await visitor.open(name);
    await main.getByRole('heading', { level: 1 }).waitFor();
    await main.getByRole('status').filter({ hasText: /^Loading/ }).first().waitFor();
    check(`${name} says that it is loading`, true);
    fail();
    await main.getByRole('alert').filter({ hasText: /went wrong|No connection/ }).first().waitFor();
    await page.waitForFunction(() => ![...document.querySelectorAll('main [role=status]')].some((one) => one.textContent.startsWith('Loading')));
    check(`and ${name} that something went wrong`, true);
    await visitor.axe(`${name} (failed)`);
    await page.unroute(calls);
  }
  await visitor.open('incidents');
  await visitor.settle();
  check('and all is well when the collector is', (await main.getByRole('alert').count()) === 0);
}
