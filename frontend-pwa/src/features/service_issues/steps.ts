// How a service issue stands, what is asked for at each step, and who may make it when (the server decides, this only shows).

import type { ServiceIssue } from '@/widgets/rows'

type State = ServiceIssue['state']

export const AREAS: ServiceIssue['category'][] = ['visiting', 'order', 'delivery', 'settlement', 'information', 'materials', 'training', 'other']
export const PLACES: ServiceIssue['found_in'][] = ['work_log', 'visit', 'survey', 'other']
export const TONES: Record<State, string> = { found: 'warn', analysed: 'warn', assigned: 'info', fixed: 'good', verified: '', withdrawn: '' }

export type Field = 'cause' | 'owner_id' | 'measures' | 'due_on' | 'result' | 'check_result'
export const STEPS = {
  analyse: ['cause'],
  assign: ['owner_id', 'measures', 'due_on'],
  fix: ['result'],
  verify: ['check_result'],
  reject: ['check_result'],
  withdraw: [],
} satisfies Record<string, Field[]>
export type StepName = keyof typeof STEPS
/** What need not be filled in. */
export const OPTIONAL: Partial<Record<StepName, Field>> = { assign: 'due_on', verify: 'check_result' }

export interface Who {
  id: string | undefined
  leads: boolean
  checks: boolean
}

/** What somebody may do with an issue now, the step that moves it on first. */
export function stepsOf(row: ServiceIssue, who: Who): StepName[] {
  const owns = row.owner_id === who.id
  const found: (StepName | false)[] = [
    who.leads && row.state === 'found' && 'analyse',
    who.leads && ['analysed', 'assigned'].includes(row.state) && !(owns && row.state === 'assigned') && 'assign',
    owns && row.state === 'assigned' && 'fix',
    who.checks && row.state === 'fixed' && 'verify',
    who.checks && row.state === 'fixed' && 'reject',
    who.leads && row.state === 'analysed' && 'analyse',
    row.author_id === who.id && row.state === 'found' && 'withdraw',
  ]
  return found.filter((name) => name !== false)
}

export const isOver = (row: ServiceIssue) => row.state === 'verified' || row.state === 'withdrawn'
/** The step one is waited for, if any: who may replace an owner is not waited for. */
export const awaited = (row: ServiceIssue, who: Who) => stepsOf(row, who).find((name) => !(name === 'withdraw' || (name === 'assign' && row.state === 'assigned')))
