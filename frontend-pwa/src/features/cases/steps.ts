// Every step on a case as a form: what is asked for, and who may make it when (the server decides, this only shows).

import type { CommandName } from '@/kernel/commands'
import type { FeedbackCase } from '@/widgets/rows'
import { METHODS, RATINGS, RESULTS, SEVERITIES } from './options'

export interface Field {
  name: string
  kind: 'prose' | 'line' | 'day' | 'choice' | 'handler' | 'helper' | 'account_manager' | 'owner' | 'object' | 'case' | 'rating'
  /** The words its choices are found under, and the choices. */
  of?: string
  choices?: readonly string[]
  optional?: boolean
  /** What is chosen until somebody chooses otherwise. */
  preset?: string
}

export interface Step {
  fields: Field[]
  /** The command that is queued on the phone; anything else is carried out at the desk at once. */
  queues?: CommandName
  /** What it makes beside the step, under an id of its own. */
  makes?: string
  /** Evidence goes with it. */
  hasPhotos?: boolean
  /** The one that moves it on. */
  isMain?: boolean
}

const text: Field = { name: 'text', kind: 'prose' }
const maybe: Field = { ...text, optional: true }
const severity: Field = { name: 'severity', kind: 'choice', of: 'severities', choices: SEVERITIES }
const due_on: Field = { name: 'due_on', kind: 'day' }
const verifying: Field[] = [
  { name: 'verify_method', kind: 'choice', of: 'methods', choices: METHODS },
  { name: 'verify_result', kind: 'choice', of: 'results', choices: RESULTS },
  { name: 'finding', kind: 'prose' },
]

export const STEPS = {
  assign: { fields: [{ name: 'handler_id', kind: 'handler' }, severity, { name: 'handle_on', kind: 'day', optional: true }, maybe], isMain: true },
  accept: { fields: [maybe], queues: 'feedback_cases.accept', isMain: true },
  refuse: { fields: [text], queues: 'feedback_cases.refuse' },
  return: { fields: [text], queues: 'feedback_cases.return' },
  contact: { fields: [text], queues: 'feedback_cases.contact' },
  verify: { fields: [...verifying, severity, { name: 'object_user_id', kind: 'object', optional: true }], hasPhotos: true, queues: 'feedback_cases.verify', isMain: true },
  handle: { fields: [{ name: 'opinion', kind: 'prose' }], queues: 'feedback_cases.handle', isMain: true },
  settle: { fields: [...verifying.map((field) => ({ ...field, optional: true })), { name: 'opinion', kind: 'prose' }], queues: 'feedback_cases.handle' },
  co_handle: { fields: [{ name: 'addressee_id', kind: 'helper', optional: true }, { name: 'content', kind: 'prose' }, { name: 'wanted_action', kind: 'prose', optional: true }, { name: 'reply_due_on', kind: 'day', optional: true }], queues: 'feedback_cases.co_handle', makes: 'info_slip_id' },
  demand: { fields: [{ name: 'assignee_id', kind: 'account_manager' }, { name: 'title', kind: 'line' }, { name: 'requirement', kind: 'prose' }, due_on], queues: 'feedback_cases.demand', makes: 'task_id' },
  rectify: { fields: [{ name: 'owner_id', kind: 'owner' }, { name: 'problem', kind: 'prose' }, { name: 'cause', kind: 'prose' }, { name: 'measures', kind: 'prose' }, due_on], queues: 'rectification_plans.assign', makes: 'rectification_plan_id' },
  ask_extension: { fields: [{ name: 'extension_on', kind: 'day' }, text], queues: 'feedback_cases.ask_extension' },
  resolve: { fields: [text], queues: 'feedback_cases.resolve', isMain: true },
  report: { fields: [maybe], queues: 'feedback_cases.report', isMain: true },
  inform: { fields: [{ name: 'method', kind: 'choice', of: 'hows', choices: ['phone', 'visit'], preset: 'phone' }, text, ...RATINGS.map((name): Field => ({ name, kind: 'rating', optional: true }))], queues: 'feedback_cases.inform', isMain: true },
  close: { fields: [maybe], queues: 'feedback_cases.close', isMain: true },
  withdraw: { fields: [text], queues: 'feedback_cases.withdraw' },
  confirm: { fields: [maybe], isMain: true },
  reject: { fields: [text] },
  reopen: { fields: [text] },
  upgrade: { fields: [severity, text] },
  join: { fields: [{ name: 'joined_to_id', kind: 'case' }] },
  grant: { fields: [maybe], isMain: true },
  deny: { fields: [text] },
  judge: { fields: [{ name: 'timeliness', kind: 'choice', of: 'judged', choices: ['in_time', 'late'] }, text] },
} satisfies Record<string, Step>

export type StepName = keyof typeof STEPS

const AT_WORK = ['accepted', 'verified', 'handling', 'co_handling', 'reopened']
const OPEN = ['registered', 'assigned', ...AT_WORK]

/** By state, what a complaint's handler may do. */
const LONG: [StepName, string[]][] = [
  ['accept', ['assigned']],
  ['verify', ['accepted', 'verified']],
  ['handle', ['verified', 'handling', 'co_handling', 'reopened']],
  ['resolve', ['verified', 'handling']],
  ['report', ['resolved']],
  ['inform', ['reported']],
  ['contact', AT_WORK],
  ['co_handle', ['verified', 'handling', 'co_handling', 'reopened']],
  ['demand', [...AT_WORK, 'resolved', 'reported', 'informed']],
  ['rectify', [...AT_WORK, 'resolved', 'reported', 'informed']],
  ['ask_extension', AT_WORK],
  ['refuse', ['assigned']],
  ['return', ['accepted', 'verified', 'handling']],
]
const SHORT: [StepName, string[]][] = [
  ['settle', ['registered', 'handling']],
  ['inform', ['registered', 'handling']],
  ['close', ['informed']],
  ['demand', ['registered', 'handling', 'informed']],
  ['upgrade', ['registered', 'handling']],
]

export interface Who {
  id: string | undefined
  role: string | undefined
  handles: boolean
}

/** What somebody may do with a case now, the step that moves it on first. */
export function stepsOf(row: FeedbackCase, who: Who): StepName[] {
  const isLong = row.feedback_type === 'complaint'
  const at = (found: [StepName, string[]][]) => found.filter(([, states]) => states.includes(row.state)).map(([name]) => name)
  const isCentre = who.role === 'complaint_centre'
  const leads = isCentre || who.role === 'department_manager'
  const isAsked = row.extension_on !== null && leads && !who.handles
  const found: (StepName | false)[] = [
    ...(who.handles ? at(isLong ? LONG : SHORT).filter((name) => name !== 'ask_extension' || row.extension_on === null) : []),
    isLong && leads && OPEN.includes(row.state) && 'assign',
    isAsked && 'grant',
    isAsked && 'deny',
    isLong && isCentre && row.state === 'informed' && 'confirm',
    isLong && isCentre && ['reported', 'informed'].includes(row.state) && 'reject',
    isLong && isCentre && row.state === 'closed' && 'reopen',
    isCentre && !isLong && ['registered', 'handling'].includes(row.state) && 'upgrade',
    (isCentre || who.handles) && ['registered', 'assigned', 'accepted'].includes(row.state) && 'join',
    leads && !who.handles && row.timeliness === 'unproven' && 'judge',
    row.author_id === who.id && row.state === 'registered' && 'withdraw',
  ]
  return [...new Set(found.filter((name) => name !== false))]
}
