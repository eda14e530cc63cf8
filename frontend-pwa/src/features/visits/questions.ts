// The questions of a checklist on the phone, by the server's rules: which list is asked, which questions, what is still open.

import type { Checklist, Customer, Question, Visit } from '@/widgets/rows'

export type Answer = boolean | number | string

const covers = (named: string[], value: string) => named.length === 0 || named.includes(value)
const narrowness = (list: Checklist) =>
  [list.market_types, list.business_sizes, list.retail_formats].filter((named) => named.length > 0).length
// What is asked at a visit of a purpose: the first kind there is a list of.
const KINDS: Record<string, Checklist['kind'][]> = { supervise_am: ['supervision'], market_survey: ['survey', 'visit'] }

/** The checklist that is asked at a visit: of its kind, for the shop's class; the one that names most classes. */
export function applying(lists: Checklist[], visit: Pick<Visit, 'purpose'>, shop: Customer): Checklist | undefined {
  const fitting = lists
    .filter((list) => list.ended_at === null)
    .filter((list) => covers(list.market_types, shop.market_type) && covers(list.business_sizes, shop.business_size) && covers(list.retail_formats, shop.retail_format))
    .sort((a, b) => narrowness(b) - narrowness(a) || (a.id < b.id ? -1 : 1))
  const kinds = KINDS[visit.purpose ?? ''] ?? ['visit']
  return kinds.map((kind) => fitting.find((list) => list.kind === kind)).find((list) => list !== undefined)
}

/** The questions that are asked, given the answers so far; one that follows from an unasked one is not. */
export function askedOf(questions: Question[], answers: Record<string, unknown>): Question[] {
  const keys = new Set<string>()
  return questions.filter(({ key, when }) => {
    const isAsked = !when || (keys.has(when.key) && (when.values as unknown[]).includes(answers[when.key]))
    if (isAsked) keys.add(key)
    return isAsked
  })
}

/** The keys of required questions that are asked and have no answer. */
export const unanswered = (questions: Question[], answers: Record<string, unknown>): string[] =>
  askedOf(questions, answers).filter(({ key, is_required }) => is_required && answers[key] === undefined).map(({ key }) => key)

/** Whether a number keeps within its question's bounds. */
export const isWithin = ({ low, high }: Pick<Question, 'low' | 'high'>, answer: number): boolean => answer >= (low ?? 0) && answer <= (high ?? 1e9)
