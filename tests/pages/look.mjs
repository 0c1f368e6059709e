// Opens pages in headless Chromium, narrow and wide, light and dark, and has axe-core look at them. Prints a
// line for each fault, and nothing where there is none.
//
//   node look.mjs CHROMIUM [--site FOLDER] PAGE...
//
// With --site, the pages are those of a site, and opened as a server would send them; no server is started.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const [executablePath, ...rest] = process.argv.slice(2);
const site = rest[0] === '--site' ? rest.splice(0, 2)[1] : undefined;
const pages = rest;
const HOST = 'http://site.invalid';
const origin = site ? HOST : 'file:';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const faults = [];
for (const path of pages) {
  for (const width of [390, 1280]) {
    for (const colorScheme of ['light', 'dark']) {
      const where = `${path} at ${width}, ${colorScheme}`;
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
      const page = await context.newPage();
      page.on('console', (said) => said.type() === 'error' && faults.push(`${where}: ${said.text()}`));
      page.on('pageerror', (error) => faults.push(`${where}: ${error.message}`));
      page.on('dialog', (dialog) => faults.push(`${where}: a dialog: ${dialog.message()}`));
      page.on('request', (request) => request.url().startsWith(origin) || request.url().startsWith('data:') || faults.push(`${where}: asks for ${request.url()}`));
      if (site) {
        await page.route(`${HOST}/**`, (route) => route.fulfill({ path: site + new URL(route.request().url()).pathname }));
      }
      await page.goto(site ? HOST + path.slice(site.length) : `file://${path}`);
      const scrolls = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      if (scrolls) faults.push(`${where}: scrolls sideways`);
      const size = await page.evaluate(() => Math.min(...[...document.querySelectorAll('p, td, th, li')]
        .filter((one) => one.checkVisibility())
        .map((one) => parseFloat(getComputedStyle(one).fontSize))));
      if (size < 12) faults.push(`${where}: text of ${size} px`);
      // Headings of a table that is sorted can be pressed, by keyboard too.
      const heading = page.locator('table.sortable th button').first();
      if (await heading.count()) {
        await heading.press('Enter');
        const sort = await page.locator('table.sortable th[aria-sort=ascending]').count();
        if (sort !== 1) faults.push(`${where}: the table does not sort`);
      }
      await page.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
      await page.evaluate(axe);
      const found = await page.evaluate(() => axe.run(document));
      for (const fault of found.violations.filter((one) => ['serious', 'critical'].includes(one.impact))) {
        faults.push(`${where}: ${fault.id}: ${fault.help}: ${fault.nodes.slice(0, 3).map((node) => node.html).join(' | ')}`);
      }
      await context.close();
    }
  }
}
await browser.close();
for (const fault of faults) console.log(fault);
