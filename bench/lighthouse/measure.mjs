// Lighthouse on five pages of a running demo, as a phone on a slow network: `node measure.mjs http://127.0.0.1:8000`.
// The pages behind the door are opened in the profile of an account manager who has signed in once.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import lighthouse from 'lighthouse'
import puppeteer from 'puppeteer-core'

const [base = 'http://127.0.0.1:8000', user = 'am01', password = 'zoufang-demo'] = process.argv.slice(2)
const BUDGETS = { performance: 95, accessibility: 100, 'best-practices': 100 }

async function scores(page, name, url) {
  const told = await lighthouse(url, { onlyCategories: Object.keys(BUDGETS), disableStorageReset: true, logLevel: 'error', output: 'json' }, undefined, page)
  const row = Object.keys(BUDGETS).map((category) => Math.round(told.lhr.categories[category].score * 100))
  console.log(`| ${name} | ${row.join(' | ')} |`)
  for (const [category, budget] of Object.entries(BUDGETS)) {
    if (told.lhr.categories[category].score * 100 >= budget) continue
    for (const { id, weight } of told.lhr.categories[category].auditRefs) {
      const { score, displayValue = '', details } = told.lhr.audits[id]
      if (weight > 0 && score !== null && score < 0.95) console.error(`  ${name}: ${id} ${score} ${displayValue} ${JSON.stringify(details?.items?.slice(0, 2) ?? '').slice(0, 300)}`)
    }
  }
}

async function signIn(page) {
  await page.goto(`${base}/sign-in`)
  await page.waitForSelector('input[type=password]')
  await page.type('input[autocomplete=username]', user)
  await page.type('input[type=password]', password)
  await page.click('form button.primary')
  await page.waitForSelector('[data-testid=next-shop] a', { timeout: 60_000 })
  return page.$eval('[data-testid=next-shop] a', (link) => link.href)
}

const profile = mkdtempSync(join(tmpdir(), 'lighthouse-'))
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  userDataDir: profile,
  args: ['--no-sandbox', '--disable-gpu'],
})
try {
  const page = await browser.newPage()
  console.log(`| page | ${Object.keys(BUDGETS).join(' | ')} |\n| --- | ---: | ---: | ---: |`)
  await scores(page, 'sign-in', `${base}/sign-in`)
  const visit = await signIn(page)
  for (const [name, url] of [
    ['today', `${base}/`],
    ['customers', `${base}/customers`],
    ['a visit', visit],
    ['mine', `${base}/mine`],
  ]) {
    await scores(page, name, url)
  }
} finally {
  await browser.close()
  rmSync(profile, { recursive: true, force: true })
}
