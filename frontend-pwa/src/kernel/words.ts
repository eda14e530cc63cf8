// The words beyond the first screen: those of all work pages, and of a feature those that nobody needs elsewhere.

import { i18n, type Language } from './i18n'

const words = {
  work: { 'zh-CN': () => import('@/locales/work/zh-CN.json'), en: () => import('@/locales/work/en.json') },
  appraisal: { 'zh-CN': () => import('@/locales/appraisal/zh-CN.json'), en: () => import('@/locales/appraisal/en.json') },
  calendar: { 'zh-CN': () => import('@/locales/calendar/zh-CN.json'), en: () => import('@/locales/calendar/en.json') },
  cases: { 'zh-CN': () => import('@/locales/cases/zh-CN.json'), en: () => import('@/locales/cases/en.json') },
  catalogue: { 'zh-CN': () => import('@/locales/catalogue/zh-CN.json'), en: () => import('@/locales/catalogue/en.json') },
  checklists: { 'zh-CN': () => import('@/locales/checklists/zh-CN.json'), en: () => import('@/locales/checklists/en.json') },
  maintenance: { 'zh-CN': () => import('@/locales/maintenance/zh-CN.json'), en: () => import('@/locales/maintenance/en.json') },
  manual: { 'zh-CN': () => import('@/locales/manual/zh-CN.json'), en: () => import('@/locales/manual/en.json') },
  meetings: { 'zh-CN': () => import('@/locales/meetings/zh-CN.json'), en: () => import('@/locales/meetings/en.json') },
  notices: { 'zh-CN': () => import('@/locales/notices/zh-CN.json'), en: () => import('@/locales/notices/en.json') },
  outside: { 'zh-CN': () => import('@/locales/outside/zh-CN.json'), en: () => import('@/locales/outside/en.json') },
  oversight: { 'zh-CN': () => import('@/locales/oversight/zh-CN.json'), en: () => import('@/locales/oversight/en.json') },
  plans: { 'zh-CN': () => import('@/locales/plans/zh-CN.json'), en: () => import('@/locales/plans/en.json') },
  policies: { 'zh-CN': () => import('@/locales/policies/zh-CN.json'), en: () => import('@/locales/policies/en.json') },
  reports: { 'zh-CN': () => import('@/locales/reports/zh-CN.json'), en: () => import('@/locales/reports/en.json') },
  service: { 'zh-CN': () => import('@/locales/service/zh-CN.json'), en: () => import('@/locales/service/en.json') },
  service_issues: { 'zh-CN': () => import('@/locales/service_issues/zh-CN.json'), en: () => import('@/locales/service_issues/en.json') },
  slips: { 'zh-CN': () => import('@/locales/slips/zh-CN.json'), en: () => import('@/locales/slips/en.json') },
  suggestions: { 'zh-CN': () => import('@/locales/suggestions/zh-CN.json'), en: () => import('@/locales/suggestions/en.json') },
  tasks: { 'zh-CN': () => import('@/locales/tasks/zh-CN.json'), en: () => import('@/locales/tasks/en.json') },
  worklogs: { 'zh-CN': () => import('@/locales/worklogs/zh-CN.json'), en: () => import('@/locales/worklogs/en.json') },
}
export type Part = keyof typeof words
const asked = new Set<Part>()
const known: Record<Language, Set<Part>> = { 'zh-CN': new Set(), en: new Set() }

/** Fetch these and, the language having changed, whatever was asked for before. */
export async function learn(...parts: Part[]): Promise<void> {
  parts.forEach((part) => asked.add(part))
  const language = i18n.global.locale.value as Language
  const fresh = [...asked].filter((part) => !known[language].has(part))
  const fetched = await Promise.all(fresh.map((part) => words[part][language]()))
  fetched.forEach(({ default: part }) => i18n.global.mergeLocaleMessage(language, part))
  fresh.forEach((part) => known[language].add(part))
}
