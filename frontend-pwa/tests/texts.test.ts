// No text stands in a component: every word comes from the locales, and every key that is asked for is there.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'vue/compiler-sfc'
import zh from '@/locales/zh-CN.json'

const SRC = join(__dirname, '../src')
const SPOKEN = ['title', 'placeholder', 'alt', 'aria-label', 'aria-description', 'label', 'hint', 'legend']
const WORD = /[A-Za-z\u4e00-\u9fff]{2,}/
// Kinds of nodes, as the compiler numbers them.
const [TEXT, ATTRIBUTE] = [2, 6]

interface Node {
  type: number
  name?: string
  content?: string | { content?: string }
  value?: { content: string }
  children?: Node[]
  props?: Node[]
  branches?: Node[]
}

/** What a template says in its own words. */
function words(node: Node): string[] {
  const own = node.type === TEXT && typeof node.content === 'string' ? [node.content] : []
  const spoken = (node.props ?? []).filter((prop) => prop.type === ATTRIBUTE && SPOKEN.includes(prop.name ?? '')).map((prop) => prop.value?.content ?? '')
  const below = [...(node.children ?? []), ...(node.branches ?? [])].flatMap(words)
  return [...own, ...spoken, ...below].map((text) => text.trim()).filter((text) => WORD.test(text))
}
const templateOf = (source: string): Node => parse(source).descriptor.template?.ast as unknown as Node

function has(texts: object, key: string): boolean {
  const found = key.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], texts)
  return typeof found === 'string'
}

// Those of all work pages under "work", and by feature those that only its own pages know.
const own = import.meta.glob<object>('../src/locales/*/zh-CN.json', { eager: true, import: 'default' })
const ownOf = (part: string) => own[`../src/locales/${part}/zh-CN.json`] ?? {}
const featureOf = (path: string) => /features\/(\w+)\//.exec(path)?.[1] ?? ''

const sources = Object.keys(import.meta.glob('../src/**/*.{vue,ts}')).filter((path) => !path.endsWith('schema.d.ts'))
const read = (path: string) => readFileSync(join(SRC, path.replace('../src/', '')), 'utf8')
const components = sources.filter((path) => path.endsWith('.vue'))

describe('components', () => {
  it('say nothing in their own words', () => {
    const said = components.flatMap((path) => {
      const template = templateOf(read(path))
      return template ? words(template).map((text) => `${path}: ${text}`) : []
    })
    expect(said).toEqual([])
    expect(components.length).toBeGreaterThan(60)
  })

  it('would be caught if they did', () => {
    const planted = templateOf('<template><p><b v-if="x">Hello there</b><img alt="A shop" /><input :placeholder="y" /></p></template>')
    expect(words(planted)).toEqual(['Hello there', 'A shop'])
  })

  it('ask for keys that are there', () => {
    const asked = sources.flatMap((path) => [...read(path).matchAll(/\bt\(\s*'([\w.]+)'/g)].map(([, key]) => ({ path, key: key ?? '' })))
    expect(asked.filter(({ path, key }) => ![zh, ownOf('work'), ownOf(featureOf(path))].some((texts) => has(texts, key)))).toEqual([])
    expect(asked.length).toBeGreaterThan(250)
  })
})
