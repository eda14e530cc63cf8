// A phone that was put away locks itself.

import { useSession } from './session'

const IDLE_MS = 15 * 60_000

/** Lock after fifteen minutes without a touch, or as long in the background. */
export function lockWhenIdle(): void {
  let last = Date.now()
  const look = () => {
    if (Date.now() - last > IDLE_MS) useSession().lock()
    last = Date.now()
  }
  for (const kind of ['pointerdown', 'keydown', 'visibilitychange']) document.addEventListener(kind, look, { capture: true })
  setInterval(() => {
    if (Date.now() - last > IDLE_MS) useSession().lock()
  }, 60_000)
}
