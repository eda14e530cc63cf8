// Chinese and English say the same things, and every command and refusal has its words.

import { describe, expect, it } from 'vitest'
import workEn from '@/locales/work/en.json'
import workZh from '@/locales/work/zh-CN.json'
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

describe.each([
  ['the first words', zh, en, 100],
  ['the words of work pages', workZh, workEn, 700],
])('locales: %s', (_name, first, second, floor) => {
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
