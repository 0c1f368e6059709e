// A day in the pages of `git support web`, in a real browser: prints what was done, and a line for each fault.
//
//   node web.mjs CHROMIUM ADDRESS [noscript]
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const [executablePath, address, mode] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const javaScriptEnabled = mode !== 'noscript';
const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, javaScriptEnabled, bypassCSP: false });
// A busy machine may take its time.
context.setDefaultTimeout(120000);
const base = new URL(address).origin;
const fault = (text) => console.log(`fault: ${text}`);
const watch = (page) => {
  page.on('console', (said) => said.type() === 'error' && !/status of (4|5)/.test(said.text()) && fault(`${page.url()}: ${said.text()}`));
  page.on('pageerror', (error) => fault(`${page.url()}: ${error.message}`));
  page.on('dialog', (dialog) => fault(`a dialog: ${dialog.message()}`));
  page.on('request', (request) => request.url().startsWith(base) || fault(`asks for ${request.url()}`));
  return page;
};
const page = watch(await context.newPage());
const press = (name) => page.getByRole('button', { name, exact: true }).click();
const status = async (action) => {
  const [answer] = await Promise.all([page.waitForResponse((one) => one.request().method() === 'POST'), action]);
  await page.waitForLoadState();
  return answer.status();
};

await page.goto(address);
await page.waitForURL(`${base}/`);

// Open a ticket.
await page.goto(`${base}/new`);
await page.getByLabel('Title').fill('Payment <b>fails</b> & more');
await page.getByLabel('Description').fill('Since nine.\n</pre><script>alert(1)</script>');
await page.getByLabel('severity').selectOption('major');
if (await status(press('Open the ticket')) !== 303) fault('new');
const ticket = page.url().split('?')[0];
const id = ticket.split('/').pop();
console.log(`ticket ${id}`);
if (!(await page.getByRole('heading', { level: 1 }).textContent()).includes('<b>fails</b>')) fault('the title is not as typed');

// An escalation that lacks findings is refused, names them, and is completed on the page.
await page.goto(`${ticket}/do/escalate`);
await page.getByLabel('message').fill('Needs a developer.');
await page.getByLabel('requirements').fill('Pays by card.');
if (await status(press('Escalate')) !== 422) fault('an escalation without findings');
if (await page.getByLabel('requirements').inputValue() !== 'Pays by card.') fault('the draft is lost');
if (!(await page.locator('.missing').textContent()).includes('troubleshooting')) fault('what is missing is not marked');
await page.getByLabel('troubleshooting').fill('Cleared the cache.');
if (await status(press('Escalate')) !== 303) fault('the completed escalation');

// Evidence.
const file = `${process.cwd()}/evidence.txt`;
writeFileSync(file, 'a log\n');
await page.getByLabel('What it shows').fill('The log.');
await page.getByLabel('File').setInputFiles(file);
if (await status(press('Attach')) !== 303) fault('evidence');
const link = page.getByRole('link', { name: 'evidence.txt' });
const answer = await context.request.get(base + await link.getAttribute('href'));
if ((await answer.text()) !== 'a log\n') fault('the attachment differs');
if (!answer.headers()['content-disposition'].startsWith('attachment')) fault('the attachment is no download');

// Two tabs: the second one's draft stays, beside what came between.
const other = watch(await context.newPage());
await other.goto(ticket);
await page.goto(ticket);
await page.getByLabel('What the customer may read').fill('From the first tab.');
if (await status(press('Comment')) !== 303) fault('a comment');
await other.getByLabel('What the customer may read').fill('From the second tab.');
await Promise.all([other.waitForURL('**/do/comment'), other.getByRole('button', { name: 'Comment' }).click()]);
if (await other.getByLabel('message').inputValue() !== 'From the second tab.') fault('the draft of the second tab is lost');
if (!(await other.getByRole('region', { name: 'What came between' }).textContent()).includes('From the first tab.')) fault('what came between is not shown');
await Promise.all([other.waitForURL('**/t/*said*'), other.getByRole('button', { name: 'Comment' }).click()]);

// An open page says that its ticket has changed.
if (javaScriptEnabled) {
  await page.goto(ticket);
  await page.waitForTimeout(2500);
  await other.goto(`${ticket}/do/comment`);
  await other.getByLabel('message').fill('While a page is open.');
  await Promise.all([other.waitForURL('**/t/*said*'), other.getByRole('button', { name: 'Comment' }).click()]);
  await page.locator('.changed').waitFor({ state: 'visible', timeout: 60000 }).catch(() => fault('an open page is not told'));
  // Similar tickets are shown while a title is typed.
  const draft = watch(await context.newPage());
  await draft.goto(`${base}/new`);
  await draft.getByLabel('title').pressSequentially('Payment is slow');
  await draft.locator('#similar a').first().waitFor({ timeout: 60000 }).catch(() => fault('no similar tickets'));
  await draft.close();
}

// To a vendor and back, severities, the end, and back.
await page.goto(`${ticket}/do/defer`);
await page.getByLabel('vendor').fill('paygate');
if (await status(press('Defer')) !== 303) fault('defer');
await page.goto(`${base}/vendors/paygate`);
if (!(await page.locator('main').textContent()).includes('Payment')) fault('the vendor holds nothing');
await page.goto(`${base}/severities`);
const boxes = page.locator('input[name=id]');
const count = await boxes.count();
for (let place = 0; place < Math.min(5, count); place += 1) await boxes.nth(place).check();
console.log(`confirmed ${Math.min(5, count)}`);
if (await status(page.getByRole('button', { name: /^Confirm/ }).click()) !== 303) fault('confirm');
await page.goto(`${ticket}/do/resume`);
if (await status(press('Resume')) !== 303) fault('resume');
await page.goto(`${ticket}/do/resolve`);
await page.getByLabel('Resolution').selectOption('answered');
await page.getByLabel('message').fill('It works as it should.');
if (await status(press('Resolve')) !== 303) fault('resolve');
await page.goto(`${ticket}/do/undo`);
if (await status(press('Undo')) !== 303) fault('undo');
await page.goto(`${base}/manage/vendor/add`);
await page.getByLabel('name').fill('cloudco');
if (await status(press('Add')) !== 303) fault('a vendor');

// Every page, narrow and wide, light and dark.
const pages = ['/', '/inbox', '/inbox?all=1', '/board', '/board?by=level', '/tickets', '/tickets?q=severty:x', '/new', '/severities',
  '/releases', '/vendors', '/vendors/paygate', '/report', '/audit', '/settings', `/t/${id}`, `/t/${id}/do/triage`, `/t/${id}/do/resolve`,
  `/t/${id}/brief`, `/t/${id}/handover`, '/manage/config/set?key=branch', '/nowhere'];
if (javaScriptEnabled) {
  // The pages' policy keeps out every script but their own; this one looks at them from outside.
  const outside = await browser.newContext({ bypassCSP: true, storageState: await context.storageState() });
  for (const width of [390, 1280]) {
    for (const colorScheme of ['light', 'dark']) {
      const looked = await outside.newPage();
      await looked.emulateMedia({ colorScheme });
      await looked.setViewportSize({ width, height: 900 });
      for (const path of pages) {
        const where = `${path} at ${width}, ${colorScheme}`;
        await looked.goto(base + path);
        if (await looked.evaluate(() => document.documentElement.scrollWidth > innerWidth)) fault(`${where}: scrolls sideways`);
        await looked.evaluate(axe);
        const found = await looked.evaluate(() => window.axe.run(document));
        for (const one of found.violations.filter((two) => ['serious', 'critical'].includes(two.impact))) {
          fault(`${where}: ${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html).join(' | ')}`);
        }
        if (process.env.SHOTS) await looked.screenshot({ path: `${process.env.SHOTS}/${width}-${colorScheme}-${path.replace(/[^a-z]+/g, '_')}.png` });
      }
      await looked.close();
    }
  }
  // The report's page draws its charts in a sandbox.
  await page.goto(`${base}/report/page`);
  if (await page.locator('svg').count() === 0) fault('the report has no charts');
}
await browser.close();
console.log('done');
