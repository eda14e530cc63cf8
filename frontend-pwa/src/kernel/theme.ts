// How the screen looks: as the phone says, or as chosen. `public/start.js` applies it before the first paint.

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

export const themeNow = (): Theme => THEMES.find((theme) => theme === localStorage.getItem('theme')) ?? 'system'

export function setTheme(theme: Theme): void {
  const { classList } = document.documentElement
  classList.remove(...THEMES)
  if (theme !== 'system') classList.add(theme)
  localStorage.setItem('theme', theme)
}

export const isLarge = (): boolean => document.documentElement.classList.contains('large-type')

export function setLarge(large: boolean): void {
  document.documentElement.classList.toggle('large-type', large)
  localStorage.setItem('large-type', large ? 'yes' : 'no')
}
