// The rows that more than one feature shows: the server's own views.

import type { components } from '@/kernel/schema'

type Views = components['schemas']

/** What belongs to one shop. */
export const ofShop = (id: string) => ({ bundle: `customer:${id}` })

export type Customer = Views['CustomerView']
export type Suggestion = Views['SuggestionView']
export type CustomerChange = Views['CustomerChangeView']
export type VisitDigest = Views['VisitDigestView']
export type Visit = Views['VisitView']
export type Attachment = Views['AttachmentView']
export type HeldOp = Views['HeldOpView']
export type Device = Views['DeviceView']
export type Consent = Views['ConsentView']
export type Absence = Views['AbsenceView']
export type Handover = Views['HandoverView']
export type Route = Views['RouteView']
export type Zone = Views['ZoneView']
export type CalendarDay = Views['CalendarDayView']
export type DeadlinePolicy = Views['DeadlinePolicyView']
export type Notice = Views['NoticeView']
export type PrivacyRequest = Views['PrivacyRequestView']
export type FlowStep = Views['FlowStepView']
export type Person = Views['PersonView']
export type VisitAnswers = Views['VisitAnswersView']
export type VisitAnomaly = Views['VisitAnomalyView']
export type VisitComment = Views['VisitCommentView']
export type VisitAmendment = Views['VisitAmendmentView']
export type StockReading = Views['StockReadingView']
export type Checklist = Views['ChecklistView']
export type Question = Views['Question']
export type ProductSpec = Views['ProductSpecView']
export type ContactLog = Views['ContactLogView']
export type HelpRequest = Views['HelpRequestView']
export type HelpMessage = Views['HelpMessageView']
export type Task = Views['TaskView']
export type TaskNote = Views['TaskNoteView']
export type VisitPlan = Views['VisitPlanView']
export type PlanItem = Views['PlanItemView']
export type PlanProgress = Views['PlanProgressView']
