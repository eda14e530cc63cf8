// The words beyond the first screen: those of all work pages, and of a feature those that nobody needs elsewhere.

import { i18n, type Language } from './i18n'

const words = {
  work: { 'zh-CN': () => import('@/locales/work/zh-CN.json'), en: () => import('@/locales/work/en.json') },
  catalogue: { 'zh-CN': () => import('@/locales/catalogue/zh-CN.json'), en: () => import('@/locales/catalogue/en.json') },
  checklists: { 'zh-CN': () => import('@/locales/checklists/zh-CN.json'), en: () => import('@/locales/checklists/en.json') },
  tasks: { 'zh-CN': () => import('@/locales/tasks/zh-CN.json'), en: () => import('@/locales/tasks/en.json') },
}
export type Part = keyof typeof words
const known = new Set<Part>()

/** Fetch these and, the language having changed, whatever was fetched before. */
export async function learn(...parts: Part[]): Promise<void> {
  parts.forEach((part) => known.add(part))
  const language = i18n.global.locale.value as Language
  for (const { default: part } of await Promise.all([...known].map((one) => words[one][language]()))) i18n.global.mergeLocaleMessage(language, part)
}
