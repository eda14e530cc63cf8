// Chinese and English say the same things, and every command and refusal has its words.

import { describe, expect, it } from 'vitest'
import en from '@/locales/en.json'
import zh from '@/locales/zh-CN.json'
import { placeVerdict } from '@/kernel/location'
import vectors from '../../tests/vectors/place.json'

type Texts = { [key: string]: string | Texts }

function flat(texts: Texts, path = ''): Map<string, string> {
  return new Map(
    Object.entries(texts).flatMap(([key, value]) =>
      typeof value === 'string' ? [[path + key, value] as const] : [...flat(value, `${path}${key}.`)],
    ),
  )
}
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()

describe('locales', () => {
  const [chinese, english] = [flat(zh), flat(en)]

  it('have the same keys and the same holes', () => {
    expect([...english.keys()]).toEqual([...chinese.keys()])
    expect(chinese.size).toBeGreaterThan(250)
    for (const [key, text] of chinese) expect([key, holes(english.get(key) ?? '')]).toEqual([key, holes(text)])
  })

  it('leave nothing empty', () => {
    expect([...chinese.values(), ...english.values()].filter((text) => text.trim() === '')).toEqual([])
  })
})

describe('the place verdict', () => {
  it.each(vectors)('$name', ({ place, shop, verdict }) => {
    expect(placeVerdict(place as Parameters<typeof placeVerdict>[0], shop).verdict).toBe(verdict)
  })
})
