// Chinese and English say the same things, and every command and refusal has its words.

import { describe, expect, it } from 'vitest'
import en from '@/locales/en.json'
import zh from '@/locales/zh-CN.json'

type Texts = { [key: string]: string | Texts }

function flat(texts: Texts, path = ''): Map<string, string> {
  return new Map(
    Object.entries(texts).flatMap(([key, value]) =>
      typeof value === 'string' ? [[path + key, value] as const] : [...flat(value, `${path}${key}.`)],
    ),
  )
}
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()

// Those of all work pages, and those that only a feature's own pages know.
const parts = import.meta.glob<Texts>('../src/locales/*/*.json', { eager: true, import: 'default' })
const names = [...new Set(Object.keys(parts).map((path) => path.split('/')[3] ?? ''))]
const textsOf = (name: string, language: string) => parts[`../src/locales/${name}/${language}.json`] ?? {}
const FLOORS: Record<string, number> = { work: 650 }

const spoken: [name: string, chinese: Texts, english: Texts, floor: number][] = [
  ['the first words', zh, en, 100],
  ...names.map((name): [string, Texts, Texts, number] => [name, textsOf(name, 'zh-CN'), textsOf(name, 'en'), FLOORS[name] ?? 10]),
]

describe.each(spoken)('locales: %s', (_name, first, second, floor) => {
  const [chinese, english] = [flat(first), flat(second)]

  it('have the same keys and the same holes', () => {
    expect([...english.keys()]).toEqual([...chinese.keys()])
    expect(chinese.size).toBeGreaterThan(floor)
    for (const [key, text] of chinese) {
      // English says one thing otherwise than several.
      for (const form of (english.get(key) ?? '').split(' | ')) expect([key, holes(form)]).toEqual([key, holes(text)])
    }
  })

  it('leave nothing empty', () => {
    expect([...chinese.values(), ...english.values()].filter((text) => text.trim() === '')).toEqual([])
  })
})
