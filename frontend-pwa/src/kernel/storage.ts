// The room on this phone: whether the browser may clear it, and whether there is enough. WebKit may know neither.

import { computed, ref, shallowRef } from 'vue'

const MB = 1024 * 1024
const LEAST_FREE = 50 * MB
const MOST_USED = 0.9
const LOOK_EVERY_MS = 60_000

interface Room {
  usage: number
  quota: number
}

const room = shallowRef<Room | null>(null)
const isProtected = ref<boolean | null>(null)
/** Whether entries are kept a second time, outside the database; null until that is known. */
export const isCopied = ref<boolean | null>(null)
/** The last thing that was to be saved found no room, or no working database. */
export const isRefused = ref(false)

/** Whether photos might soon find no room. */
export const isLow = ({ usage, quota }: Room): boolean => quota > 0 && (quota - usage < LEAST_FREE || usage / quota > MOST_USED)

const freeMbOf = ({ usage, quota }: Room): number => Math.max(0, Math.floor((quota - usage) / MB))

async function look(): Promise<void> {
  try {
    const { usage, quota } = (await navigator.storage?.estimate?.()) ?? {}
    room.value = usage === undefined || quota === undefined ? null : { usage, quota }
    isProtected.value = (await navigator.storage?.persisted?.()) ?? null
  } catch {
    room.value = null
  }
}

/** Ask that the browser never clears what is kept here; some decide by themselves, some ask the user. */
async function protect(): Promise<void> {
  await navigator.storage?.persist?.().catch(() => false)
  await look()
}

export function watchRoom(): void {
  void look()
  setInterval(() => void look(), LOOK_EVERY_MS)
  document.addEventListener('visibilitychange', () => void look())
}

/** What the server is told of the room here; nothing where the browser does not say. */
export async function roomToTell(): Promise<{ free_mb?: number; persisted?: boolean }> {
  await look()
  return {
    ...(room.value && { free_mb: freeMbOf(room.value) }),
    ...(isProtected.value !== null && { persisted: isProtected.value }),
  }
}

export function useRoom() {
  return {
    isProtected,
    isCopied,
    isRefused,
    low: computed(() => room.value !== null && isLow(room.value)),
    usedMb: computed(() => room.value && Math.ceil(room.value.usage / MB)),
    freeMb: computed(() => room.value && freeMbOf(room.value)),
    protect,
    look,
  }
}
