// What a plan begins with, what has come of it, which shops want a visit, and an order to go by.

import { describe, expect, it } from 'vitest'
import { reasonsOf } from '@/features/plans/candidates'
import { argsOf, baseOf, seedOf } from '@/features/plans/content'
import { revisitsOf } from '@/features/plans/revisits'
import { progressOf } from '@/widgets/useProgress'
import { isFalling } from '@/widgets/falling'
import { nearestNext } from '@/widgets/nearestNext'
import { daysOf, isWeekend, periodAfter, periodOf } from '@/widgets/periods'
import type { FeedbackCase, Customer, PlanItem, Visit, VisitPlan } from '@/widgets/rows'
import { blankVisit } from '@/widgets/visits'

const item = (customer_id: string, day: string, more: Partial<PlanItem> = {}): PlanItem => ({
  customer_id,
  shop_name: customer_id,
  day,
  visit_id: null,
  planned_time: null,
  purpose: null,
  suspected_problem: null,
  content: null,
  contact_method: null,
  ...more,
})
const plan = (horizon: VisitPlan['horizon'], first_on: string, more: Partial<VisitPlan> = {}): VisitPlan => ({
  id: `${horizon}:${first_on}`,
  author_id: 'me',
  zone_id: 'z',
  horizon,
  first_on,
  last_on: periodOf(horizon, first_on).last,
  target_count: null,
  business_sizes: [],
  purposes: [],
  content: null,
  items: [],
  state: 'approved',
  decided_by_id: null,
  decided_for_id: null,
  decided_at: null,
  evaluation: null,
  lessons: null,
  figures: null,
  ...more,
})
const visit = (id: string, customer_id: string, day: string, state: Visit['state'], is_planned = true): Visit => ({
  ...blankVisit,
  id,
  customer_id,
  shop_name: customer_id,
  visitor_id: 'me',
  day,
  state,
  is_planned,
})

describe('periods', () => {
  it.each([
    ['month', '2026-02-17', '2026-02-01', '2026-02-28', '2026-03-01'],
    ['month', '2024-02-29', '2024-02-01', '2024-02-29', '2024-03-01'],
    ['month', '2026-12-31', '2026-12-01', '2026-12-31', '2027-01-01'],
    ['week', '2026-11-29', '2026-11-23', '2026-11-29', '2026-11-30'],
    ['week', '2026-11-30', '2026-11-30', '2026-12-06', '2026-12-07'],
    ['day', '2026-11-27', '2026-11-27', '2026-11-27', '2026-11-30'],
  ] as const)('%s of %s', (horizon, day, first, last, next) => {
    expect(periodOf(horizon, day)).toEqual({ first, last })
    expect(periodAfter(horizon, { first, last }).first).toBe(next)
  })

  it('know their days and weekends', () => {
    const days = daysOf({ first: '2026-11-23', last: '2026-11-29' })
    expect(days.map(isWeekend)).toEqual([false, false, false, false, false, true, true])
  })
})

describe('a new plan', () => {
  const month = plan('month', '2026-11-01', { items: [item('a', '2026-11-25'), item('b', '2026-11-26')], target_count: 60, lessons: '先打电话' })
  const week = plan('week', '2026-11-23', { purposes: ['guidance'], items: [item('c', '2026-11-25')] })

  it('is the plan itself, where there is one', () => {
    expect(seedOf('month', '2026-11-01', '2026-11-30', [month], [])).toMatchObject({ id: month.id, target: 60 })
  })

  it('of a month learns from the one before', () => {
    expect(seedOf('month', '2026-12-01', '2026-12-31', [month], [])).toMatchObject({ target: 60, content: '先打电话', stops: [] })
  })

  it('of a week holds the days of its month', () => {
    expect(seedOf('week', '2026-11-23', '2026-11-29', [month], []).stops.map((stop) => stop.customer_id)).toEqual(['a', 'b'])
  })

  it('of a day holds what the week says, and what stands on its list, under its own id', () => {
    const listed = [visit('v1', 'c', '2026-11-25', 'planned'), visit('v2', 'd', '2026-11-25', 'planned'), visit('v3', 'e', '2026-11-25', 'completed')]
    const { stops } = seedOf('day', '2026-11-25', '2026-11-25', [month, week], listed)
    expect(stops.map((stop) => [stop.customer_id, stop.visit_id, stop.purpose])).toEqual([
      ['c', 'v1', 'guidance'],
      ['d', 'v2', 'guidance'],
    ])
    expect(seedOf('day', '2026-11-26', '2026-11-26', [month, week], []).stops.map((stop) => stop.customer_id)).toEqual(['b'])
  })

  it('is told from another state of itself by what it says, and by nothing a phone mints', () => {
    expect(baseOf(undefined)).toBe('')
    expect(baseOf(week)).toBe(baseOf({ ...week, state: 'returned', zone_id: '' }))
    expect(baseOf(week)).not.toBe(baseOf({ ...week, target_count: 3 }))
    expect(baseOf(week)).not.toBe(baseOf({ ...week, items: [item('c', '2026-11-26')] }))
  })

  it('sends of a month the shops and days alone, of a day everything, and nothing that is empty', () => {
    const content = seedOf('week', '2026-11-23', '2026-11-29', [month], [])
    expect(argsOf('week', '2026-11-23', content).items[0]).toEqual({ customer_id: 'a', day: '2026-11-25' })
    const day = seedOf('day', '2026-11-25', '2026-11-25', [week], [])
    expect(argsOf('day', '2026-11-25', day).items[0]).toMatchObject({ purpose: 'guidance', suspected_problem: null, contact_method: 'in_person' })
  })
})

describe('what has come of a plan', () => {
  const week = plan('week', '2026-11-23')
  const counted = { id: week.id, author_id: 'me', days: { '2026-11-23': [4, 4], '2026-11-25': [3, 1] }, visited: ['a', 'b'] }

  it("is the server's count for whoever leads", () => {
    expect(progressOf(week, counted, [], '2026-11-25')).toMatchObject({ planned: 7, completed: 5, visited: 2 })
  })

  it('is of own visits what this phone knows, and of days it does not carry what the server counts', () => {
    const own = [
      visit('v1', 'b', '2026-11-25', 'completed'),
      visit('v2', 'c', '2026-11-25', 'completed'),
      visit('v3', 'd', '2026-11-25', 'cancelled'),
      visit('v4', 'e', '2026-11-25', 'completed', false),
      visit('v5', 'f', '2026-12-01', 'completed'),
    ]
    expect(progressOf(week, counted, own, '2026-11-30')).toMatchObject({ planned: 6, completed: 6, visited: 4 })
    expect(progressOf(week, undefined, own, '2026-11-25')).toMatchObject({ planned: 2, completed: 2, visited: 3 })
  })
})

describe('what speaks for a visit', () => {
  const shop = (more: Partial<Customer>) => ({ id: 's', business_size: '1', last_visited_on: '2026-11-20', is_key: false, is_watched: false, ...more }) as Customer

  it.each([
    ['nothing', {}, { day: '', satisfaction: 5, visits: 4 }, []],
    ['long unvisited', { last_visited_on: '2026-10-01' }, undefined, ['unvisited']],
    ['never visited', { last_visited_on: null }, undefined, ['unvisited']],
    ['fewer visits than its size asks by now', {}, { day: '', satisfaction: null, visits: 1 }, ['behind']],
    ['an unhappy last word', {}, { day: '2026-11-20', satisfaction: 2, visits: 4 }, ['dissatisfied']],
    ['its weight', { is_key: true, is_watched: true }, { day: '', satisfaction: null, visits: 4 }, ['is_key', 'is_watched']],
  ])('%s', (_name, more, told, reasons) => {
    expect(reasonsOf(shop(more), told, new Set(), new Set(), '2026-11-25')).toEqual(reasons)
  })

  it('is a doubt about its records, or that it sells less and less', () => {
    expect(reasonsOf(shop({}), { day: '', satisfaction: null, visits: 4 }, new Set(['s']), new Set(['s']), '2026-11-25')).toEqual(['falling', 'doubt'])
  })
})

describe('an order to go by', () => {
  const at = (lat: number | null) => ({ lat, lng: lat === null ? null : 110, datum: lat === null ? null : 'wgs84', radius_m: 200 })

  it('goes to the nearest, and from there to the nearest of the rest', () => {
    const shops = [at(30.05), at(29.98), at(null), at(30.01), at(30.1)]
    const ordered = nearestNext({ lat: 30, lng: 110, datum: 'wgs84' }, shops, (shop) => shop)
    expect(ordered.map((shop) => shop.lat)).toEqual([30.01, 29.98, 30.05, 30.1, null])
  })
})

describe('a shop that falls behind its like', () => {
  it.each([
    ['sells a third less than its like', [60, 90], [100, 100], true],
    ['falls with its like', [60, 90], [66, 100], false],
    ['is just at the bound', [80, 100], [100, 100], false],
    ['sold nothing before', [10, 0], [100, 100], false],
    ['sells nothing any more', [0, 90], [100, 100], true],
    ['has no like', [60, 90], undefined, false],
    ['has like that sold nothing', [60, 90], [0, 100], false],
  ])('%s', (_name, own, like, falls) => {
    const of = (pair: number[] | undefined) => pair && { recent_qty: pair[0] as number, before_qty: pair[1] as number }
    expect(isFalling(of(own), of(like))).toBe(falls)
  })
})

describe('a complaint that is closed', () => {
  const closed = { id: 'f', number: 'YJ-2026-000001', feedback_type: 'complaint', state: 'closed', handler_id: 'mm', customer_id: 's', shop_name: '店', informed_at: '2026-11-24T02:00:00Z' } as FeedbackCase
  const planned = (day: string) => ({ items: [{ customer_id: 's', shop_name: '店', day }] }) as unknown as VisitPlan
  const stops = (row: Partial<FeedbackCase>, plans: VisitPlan[] = []) => revisitsOf([{ ...closed, ...row }], plans, 'mm', '2026-11-25', ({ number }) => number)

  it('brings its shop into the next plan of who handled it, once', () => {
    expect(stops({})).toMatchObject([{ customer_id: 's', day: '2026-11-25', purpose: 'complaint_revisit', suspected_problem: 'YJ-2026-000001' }])
    expect(stops({}, [planned('2026-11-23')])).toHaveLength(1)
    expect(stops({}, [planned('2026-11-24')])).toEqual([])
    expect(seedOf('day', '2026-11-25', '2026-11-25', [], [], stops({})).stops).toHaveLength(1)
  })

  it.each([{ handler_id: 'other' }, { feedback_type: 'grumble' as const }, { state: 'informed' as const }, { customer_id: null }])('leaves it alone where it is not his, not closed or not at a shop: %j', (row) => {
    expect(stops(row)).toEqual([])
  })
})
