// Lighthouse on five pages of a running demo, as a phone on a slow network: `node measure.mjs http://127.0.0.1:8000 [runs]`.
// Of the runs (5 unless told) the median is given and the least; each is made in a tab of its own, for what another page
// left behind would be cleared away while this one is measured. Network and processor are slowed in deed, not by calculation:
// that one knows nothing of pages that come from a service worker.
// The pages behind the door are opened in the profile of an account manager who has signed in once.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import lighthouse from 'lighthouse'
import puppeteer from 'puppeteer-core'

const [base = 'http://127.0.0.1:8000', runs = '5'] = process.argv.slice(2)
const [user, password] = ['am01', 'zoufang-demo']
const BUDGETS = { performance: 95, accessibility: 100, 'best-practices': 100 }

async function measure(browser, url) {
  const page = await browser.newPage()
  try {
    const flags = { onlyCategories: Object.keys(BUDGETS), throttlingMethod: 'devtools', disableStorageReset: true, logLevel: 'error', output: 'json' }
    return (await lighthouse(url, flags, undefined, page)).lhr
  } finally {
    await page.close()
  }
}

/** What pulled a category down in one run. */
function tell(name, lhr, category) {
  for (const { id, weight } of lhr.categories[category].auditRefs) {
    const { score, displayValue = '', details } = lhr.audits[id]
    if (weight > 0 && score !== null && score < 0.95) console.error(`  ${name}: ${id} ${score} ${displayValue} ${JSON.stringify(details?.items?.slice(0, 2) ?? '').slice(0, 300)}`)
  }
}

async function scores(browser, name, url) {
  const told = []
  for (let run = 0; run < Number(runs); run += 1) told.push(await measure(browser, url))
  const row = Object.entries(BUDGETS).map(([category, budget]) => {
    const sorted = told.toSorted((a, b) => a.categories[category].score - b.categories[category].score)
    const median = sorted[Math.floor(sorted.length / 2)]
    const [middle, least] = [median, sorted[0]].map((lhr) => Math.round(lhr.categories[category].score * 100))
    if (middle < budget) tell(name, median, category)
    return `${middle} (${least})`
  })
  console.log(`| ${name} | ${row.join(' | ')} |`)
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
  console.log(`| page | ${Object.keys(BUDGETS).join(' | ')} |\n| --- | ---: | ---: | ---: |`)
  await scores(browser, 'sign-in', `${base}/sign-in`)
  const page = await browser.newPage()
  const visit = await signIn(page)
  await page.close()
  for (const [name, url] of [
    ['today', `${base}/`],
    ['customers', `${base}/customers`],
    ['a visit', visit],
    ['mine', `${base}/mine`],
  ]) {
    await scores(browser, name, url)
  }
} finally {
  await browser.close()
  rmSync(profile, { recursive: true, force: true })
}
