// The questions of a checklist on the phone: which list is asked, by the server's rule, and what is still open.

import type { Checklist, Customer, Question, Visit } from '@/widgets/rows'

export type Answer = boolean | number | string

const covers = (named: string[], value: string) => named.length === 0 || named.includes(value)
const narrowness = (list: Checklist) =>
  [list.market_types, list.business_sizes, list.retail_formats].filter((named) => named.length > 0).length

/** The checklist that is asked at a visit: of its kind, for the shop's class; the one that names most classes. */
export function applying(lists: Checklist[], visit: Pick<Visit, 'purpose'>, shop: Customer): Checklist | undefined {
  const kind = visit.purpose === 'supervise_am' ? 'supervision' : 'visit'
  return lists
    .filter((list) => list.kind === kind && list.ended_at === null)
    .filter((list) => covers(list.market_types, shop.market_type) && covers(list.business_sizes, shop.business_size) && covers(list.retail_formats, shop.retail_format))
    .sort((a, b) => narrowness(b) - narrowness(a) || (a.id < b.id ? -1 : 1))[0]
}

/** The keys of required questions that have no answer. */
export const unanswered = (questions: Question[], answers: Record<string, unknown>): string[] =>
  questions.filter(({ key, is_required }) => is_required && answers[key] === undefined).map(({ key }) => key)
