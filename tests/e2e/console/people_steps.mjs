// People who sign in by name and password: an administrator adds one, who chooses a password of her own, changes it, gets another role and
// is disabled. A part of console_steps.mjs.
const first = 'quiet harbour at night';
const second = 'another quiet harbour';

const users = (page) => page.getByRole('region', { name: 'Users', exact: true });

async function fillPassword(visitor, name, password) {
  const { page } = visitor;
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
}

async function addUser(admin, check) {
  const { page } = admin;
  const dialog = page.getByRole('dialog');
  await admin.open('settings');
  await users(page).getByRole('button', { name: 'Add user' }).click();
  check('no user without a name', await dialog.getByRole('button', { name: 'Add user' }).isDisabled());
  await dialog.getByLabel('Name', { exact: true }).fill('berta');
  await dialog.getByRole('button', { name: 'Add user' }).click();
  const once = await dialog.getByLabel('One-time password').inputValue();
  await admin.axe('settings (user added)');
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await users(page).getByRole('row', { name: /berta.*Analyst.*One-time password/ }).waitFor();
  check('a user is added, with a password for once', once.length > 12);
  return once;
}

async function change(admin, action, confirm = action, before = async () => undefined) {
  const { page } = admin;
  await users(page).getByRole('button', { name: 'Change berta' }).click();
  await page.getByRole('menuitem', { name: action, exact: true }).click();
  const dialog = page.getByRole('dialog');
  await before(dialog);
  await dialog.getByRole('button', { name: confirm, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

async function firstSignIn(visitor, once, check) {
  const { page } = visitor;
  await visitor.open('');
  await fillPassword(visitor, 'berta', 'not this one');
  await visitor.sees('Name or password is wrong.');
  await visitor.screenshot('sign_in_password');
  await visitor.axe('sign-in');
  check('a wrong password is refused', true);
  await fillPassword(visitor, 'berta', once);
  await page.getByRole('heading', { name: 'Choose a password' }).waitFor();
  check('who has a password for once gets no session', (await visitor.call('SessionService/GetCaller', {}, '')).status === 401);
  await visitor.screenshot('first_password');
  await visitor.axe('first password');
}

async function chooses(page, password) {
  await page.getByLabel('New password').fill(password);
  await page.getByLabel('The same again').fill(password);
  await page.getByRole('button', { name: 'Change password' }).last().click();
}

async function firstPassword(visitor, check) {
  const { page } = visitor;
  await page.getByLabel('New password').fill('too short');
  check('a short password cannot be sent', await page.getByRole('button', { name: 'Change password' }).isDisabled());
  await chooses(page, 'bertabertaberta');
  await visitor.sees('This password is too easily guessed');
  await chooses(page, first);
  await page.locator('nav').first().waitFor();
  check('she chooses her own, and is signed in with it', true);
  check('the collector refuses an analyst the users', (await visitor.call('UserService/ListUsers', {})).status === 403);
}

async function ownPassword(visitor, check) {
  const { page } = visitor;
  await visitor.open('settings');
  await page.getByRole('button', { name: 'Change password' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Password until now').fill('not this one');
  await chooses(page, second);
  await visitor.sees('This is not your password.');
  await visitor.axe('own password');
  await dialog.getByLabel('Password until now').fill(first);
  await chooses(page, second);
  await dialog.waitFor({ state: 'detached' });
  check('she changes it, and goes on', (await visitor.call('SessionService/GetCaller', {})).body.name === 'berta');
}

async function isSignedOut(visitor, why, check) {
  const answer = await visitor.call('SessionService/GetCaller', {});
  check(`${why} signs her out at once`, answer.status === 401, answer.status);
  await visitor.open('settings');
}

export async function people(browser, admin, check) {
  const once = await addUser(admin, check);
  const berta = await browser.visitor();
  await firstSignIn(berta, once, check);
  await firstPassword(berta, check);
  await ownPassword(berta, check);
  await change(admin, 'Change role', 'Change role', async (dialog) => {
    await dialog.getByRole('textbox', { name: 'Role' }).click();
    await admin.page.getByRole('option', { name: 'Auditor' }).click();
  });
  await isSignedOut(berta, 'another role', check);
  await fillPassword(berta, 'Berta', second);
  await berta.page.locator('nav').first().waitFor();
  check('with it she has no way to incidents', (await berta.page.locator('nav a[href="/incidents"]').count()) === 0);
  await change(admin, 'Disable');
  await isSignedOut(berta, 'to be disabled', check);
  await fillPassword(berta, 'berta', second);
  await berta.sees('Name or password is wrong.');
  check('and lets her in no more', true);
  await users(admin.page).getByRole('row', { name: /berta.*Auditor.*Disabled/ }).waitFor();
  await admin.screenshot('users');
}
