// Every page says which step of the manual it carries out and how it is used.

import { describe, expect, it } from 'vitest'
import en from '@/locales/manual/en.json'
import zh from '@/locales/manual/zh-CN.json'

const files = import.meta.glob<string>('../src/features/*/routes.ts', { query: '?raw', import: 'default', eager: true })
// Whoever signs in sees one form and no page's title.
const WITHOUT_TITLE = new Set(['sign-in'])
const names = Object.values(files)
  .flatMap((text) => [...text.matchAll(/\bname: '([\w-]+)'/g)].map(([, name]) => name ?? ''))
  .filter((name) => !WITHOUT_TITLE.has(name))

interface Help {
  name: string
  ref: string
  quote?: string
  use: string
}

describe.each([
  ['Chinese', zh.manual.page as Record<string, Help>],
  ['English', en.manual.page as Record<string, Help>],
])('help in %s', (_language, pages) => {
  it('knows enough pages to mean something', () => {
    expect(names.length).toBeGreaterThanOrEqual(25)
  })

  it.each(names)('is there for %s', (name) => {
    const help = pages[name]
    expect(help?.name).toBeTruthy()
    expect(help?.ref).toBeTruthy()
    expect(help?.use).toBeTruthy()
    // A step of a process, or said to be none.
    expect(help?.ref).toMatch(/^(P([1-9]|1[0-4]) |岗位说明|手册之外|Job description|Beyond the manual)/)
  })

  it('speaks of no page that is not there', () => {
    expect(Object.keys(pages).filter((name) => !names.includes(name))).toEqual([])
  })
})
