// Chinese first; English, and the words of pages few people open, are fetched when they are asked for.

import { createI18n } from 'vue-i18n'
import zh from '@/locales/zh-CN.json'
import type { Part } from './words'

export type Language = 'zh-CN' | 'en'

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN' as Language,
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zh } as Record<string, typeof zh>,
})

let learned = false

async function learn(...parts: Part[]): Promise<void> {
  learned = true
  await (await import('./words')).learn(...parts)
}

/** Fetch the words of the work pages; a route's guard, so that no page shows a key. */
export const learnWork = () => learn('work')
/** Those of features beside them. */
export const learnWorkAnd = (...parts: Part[]) => learn('work', ...parts)

export async function speak(language: Language): Promise<void> {
  if (language === 'en' && !i18n.global.availableLocales.includes('en')) {
    i18n.global.setLocaleMessage('en', (await import('@/locales/en.json')).default)
  }
  i18n.global.locale.value = language
  if (learned) await learn()
  document.documentElement.lang = language
  localStorage.setItem('language', language)
}

/** The sentence for a refusal's code: what happened and what to do. */
export function problemText(code: string): string {
  const { t, te } = i18n.global
  return te(`errors.${code}`) ? t(`errors.${code}`) : t('errors.unknown', { code })
}
