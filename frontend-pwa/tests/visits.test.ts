// What the phone judges by itself is judged as the server does: place, datum, and which checklist is asked.

import { describe, expect, it } from 'vitest'
import { type Datum, inDatum } from '@/kernel/datum'
import { distanceM, placeVerdict } from '@/kernel/location'
import { applying, askedOf, isWithin, unanswered } from '@/features/visits/questions'
import { navigationLinks } from '@/widgets/navigation'
import type { Checklist, Customer, Question, Visit } from '@/widgets/rows'
import checklists from '../../tests/vectors/checklists.json'
import questionnaires from '../../tests/vectors/questionnaires.json'
import datums from '../../tests/vectors/datums.json'
import places from '../../tests/vectors/place.json'

describe('the place verdict', () => {
  it.each(places)('$name', ({ place, shop, verdict, at }) => {
    expect(placeVerdict(place as Parameters<typeof placeVerdict>[0], shop, new Date(at)).verdict).toBe(verdict)
  })
})

describe('a point in another datum', () => {
  const point = ([lat, lng]: number[], datum: Datum) => ({ lat: lat ?? 0, lng: lng ?? 0, datum })
  it.each(datums)('$wgs84', (vector) => {
    for (const datum of ['gcj02', 'bd09'] as const) {
      const there = inDatum(point(vector.wgs84, 'wgs84'), datum)
      const back = inDatum(point(vector[datum], datum), 'wgs84')
      expect(distanceM(there.lat, there.lng, ...(vector[datum] as [number, number]))).toBeLessThan(0.5)
      expect(distanceM(back.lat, back.lng, ...(vector.wgs84 as [number, number]))).toBeLessThan(0.5)
    }
  })
})

describe('navigation', () => {
  it('hands each map the point in its own datum', () => {
    const links = navigationLinks({ shop_name: '东街 & 店', lat: 30, lng: 110, datum: 'wgs84' })
    expect(links.map(({ map }) => map)).toEqual(['gaode', 'baidu', 'tencent'])
    expect(links[0]?.href).toContain('to=110.004858,29.997396,%E4%B8%9C%E8%A1%97%20%26%20%E5%BA%97')
    expect(links[1]?.href).toContain('latlng:30.003308,110.011379')
    expect(links[2]?.href).toContain('tocoord=29.997396,110.004858')
  })

  it('has none where the place of the shop is not known', () => {
    expect(navigationLinks({ shop_name: '店', lat: null, lng: null, datum: null })).toEqual([])
  })
})

describe('the checklist of a visit', () => {
  it.each(checklists)('$name', ({ lists, purpose, shop, asked }) => {
    expect(applying(lists as Checklist[], { purpose } as Visit, shop as Customer)?.id ?? null).toBe(asked)
  })

  it.each(questionnaires.answered)('asks and leaves open: $name', ({ answers, asked, unanswered: open }) => {
    const questions = questionnaires.questions as unknown as Question[]
    expect(askedOf(questions, answers).map(({ key }) => key)).toEqual(asked)
    expect(unanswered(questions, answers)).toEqual(open)
  })

  it('keeps a number within its bounds', () => {
    expect([0, 3, 20, 21].map((answer) => isWithin({ low: 3, high: 20 }, answer))).toEqual([false, true, true, false])
    expect(isWithin({ low: null, high: null }, 0)).toBe(true)
  })

  it('is unanswered while a required question has no answer', () => {
    const ask = (key: string, is_required: boolean) => ({ key, is_required }) as Question
    expect(unanswered([ask('a', true), ask('b', false), ask('c', true)], { a: false })).toEqual(['c'])
  })
})
