// Live updates: while somebody looks, one tab of the phone listens, and a wake is answered by a pass. It carries nothing itself.

import { ref } from 'vue'
import { events } from './api'
import { useSession } from './session'

/** No byte for so long (the server sends one every 20 s): something on the way swallows the stream. */
const SILENCE_MS = 35_000
/** How often the list is asked for where nobody can listen. */
const POLL_MS = 30_000
/** Whoever is woken together must not come all at once. */
const SPREAD_MS = 800
/** What ends sooner than this did not work: coming back at once would only be cut again. */
const WORKED_MS = 60_000
const FIRST_WAIT_MS = 2_000
const LONGEST_WAIT_MS = 300_000

/** How often something was said to have moved: what is read online and stands on the screen is read again. */
export const woken = ref(0)

let pass: () => unknown
let stop: AbortController | undefined
let polling: ReturnType<typeof setInterval> | undefined

const mayListen = () => navigator.onLine && document.visibilityState === 'visible' && useSession().state === 'signed_in'

function poll(on: boolean): void {
  if (on) {
    polling ??= setInterval(() => pass(), POLL_MS)
  } else {
    clearInterval(polling)
    polling = undefined
  }
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })

/** Nothing but the server's sign that it is there. */
const isHeartbeat = (chunk: Uint8Array) => /^(:[^\n]*\n\n)+$/.test(new TextDecoder().decode(chunk))

/** Read one stream until it ends, however it does. */
async function listen(signal: AbortSignal): Promise<void> {
  const silent = new AbortController()
  const hang = () => silent.abort()
  signal.addEventListener('abort', hang)
  let timer = setTimeout(hang, SILENCE_MS)
  let spoke = false
  try {
    const reader = await events('/api/sync/events', await useSession().token(), silent.signal)
    if (!reader) return
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      clearTimeout(timer)
      timer = setTimeout(hang, SILENCE_MS)
      // What moved between the last pass and the first byte is fetched by the pass that byte asks for.
      const isWake = !spoke || !isHeartbeat(read.value)
      spoke = true
      poll(false)
      if (isWake) woken.value += 1
      if (isWake) void pause(Math.random() * SPREAD_MS, silent.signal).then(() => !silent.signal.aborted && pass())
    }
  } catch {
    // No signal, an end from outside, or silence: the next try comes by itself.
  } finally {
    clearTimeout(timer)
    silent.abort()
    signal.removeEventListener('abort', hang)
  }
}

/** Listen again and again; in between, and where it does not succeed, look at the list by oneself. */
async function keepListening(signal: AbortSignal): Promise<void> {
  let wait = FIRST_WAIT_MS
  while (!signal.aborted) {
    const begun = Date.now()
    await listen(signal)
    if (signal.aborted) return
    poll(true)
    wait = Date.now() - begun > WORKED_MS ? FIRST_WAIT_MS : Math.min(wait * 2, LONGEST_WAIT_MS)
    await pause(wait * (0.5 + Math.random()), signal)
  }
}

/** One tab listens for all: they share what it fetches. Another takes over when it goes. */
async function alone(signal: AbortSignal): Promise<void> {
  if (!navigator.locks) return keepListening(signal)
  await navigator.locks.request('fieldvisit-live', { signal }, () => keepListening(signal))
}

function look(): void {
  if (!mayListen()) {
    stop?.abort()
    stop = undefined
    poll(false)
  } else if (!stop) {
    stop = new AbortController()
    alone(stop.signal).catch(() => undefined)
  }
}

/** Listen whenever the phone is online, looked at and signed in, and run a pass when something moved. Returns how to stop. */
export function startLive(run: () => unknown): () => void {
  pass = run
  const session = useSession()
  const unsubscribe = session.$subscribe(look)
  const chances: [EventTarget, string][] = [[window, 'online'], [window, 'offline'], [document, 'visibilitychange']]
  for (const [target, kind] of chances) target.addEventListener(kind, look)
  look()
  return () => {
    unsubscribe()
    for (const [target, kind] of chances) target.removeEventListener(kind, look)
    stop?.abort()
    stop = undefined
    poll(false)
  }
}
