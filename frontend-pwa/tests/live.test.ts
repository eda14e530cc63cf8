// One phone that listens: a wake becomes a pass, and where nobody can listen it looks by itself.

import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startLive } from '@/kernel/live'
import { useSession } from '@/kernel/session'
import { FakeServer } from './server'

const passes = { count: 0 }
const look = () => {
  passes.count += 1
}

type Sink = ReadableStreamDefaultController<Uint8Array>
const SPREAD = 1_000

let server: FakeServer
let sinks: Sink[]
let leave: (() => void) | undefined
let isVisible: boolean

const bytes = (text: string) => new TextEncoder().encode(text)
const opened = () => server.calls.filter(({ path }) => path === '/api/sync/events').length
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

/** The next request to listen gets a stream that says what it is told to. */
function offerStream(): void {
  server.once('/api/sync/events', (_answer, signal) =>
    Promise.resolve(
      new Response(
        new ReadableStream<Uint8Array>({
          start(sink) {
            sinks.push(sink)
            signal?.addEventListener('abort', () => sink.error(new Error('aborted')))
          },
        }),
        { headers: { 'content-type': 'text/event-stream' } },
      ),
    ),
  )
}

function show(visible: boolean): void {
  isVisible = visible
  document.dispatchEvent(new Event('visibilitychange'))
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
  setActivePinia(createPinia())
  passes.count = 0
  sinks = []
  isVisible = true
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => (isVisible ? 'visible' : 'hidden'))
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(true)
  server = new FakeServer('u')
  const session = useSession()
  session.state = 'signed_in'
  vi.spyOn(session, 'token').mockResolvedValue('t')
})

afterEach(() => {
  leave?.()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('live', () => {
  it('passes once when the stream opens, and again at every wake, but at no heartbeat', async () => {
    offerStream()
    leave = startLive(look)
    await pass(0)
    sinks[0]?.enqueue(bytes(': open\n\n'))
    await pass(SPREAD)
    expect(passes.count).toBe(1)
    sinks[0]?.enqueue(bytes('data: moved\n\n'))
    await pass(SPREAD)
    expect(passes.count).toBe(2)
    for (let beat = 0; beat < 10; beat += 1) {
      sinks[0]?.enqueue(bytes(':\n\n'))
      await pass(20_000)
    }
    expect(passes.count).toBe(2)
    expect(opened()).toBe(1)
    expect(server.calls[0]?.headers).toEqual({ authorization: 'Bearer t' })
  })

  it('takes a wake cut in two for a wake', async () => {
    offerStream()
    leave = startLive(look)
    await pass(0)
    sinks[0]?.enqueue(bytes(': open\n\n'))
    await pass(SPREAD)
    sinks[0]?.enqueue(bytes('da'))
    await pass(SPREAD)
    expect(passes.count).toBe(2)
  })

  it('looks by itself every 30 s where a proxy swallows the stream, and stops when one speaks', async () => {
    offerStream()
    leave = startLive(look)
    await pass(34_000)
    expect([passes.count, opened()]).toEqual([0, 1])
    offerStream()
    await pass(37_000)
    expect([passes.count, opened()]).toEqual([1, 2])
    sinks[1]?.enqueue(bytes(': open\n\n'))
    await pass(SPREAD)
    for (let beat = 0; beat < 6; beat += 1) {
      sinks[1]?.enqueue(bytes(':\n\n'))
      await pass(20_000)
    }
    expect(passes.count).toBe(2)
  })

  it.each([
    ['a process that has no room', () => Promise.resolve(new Response(null, { status: 204 }))],
    ['a captive portal', () => Promise.resolve(new Response('<html>', { headers: { 'content-type': 'text/html' } }))],
    ['no network', () => Promise.reject(new TypeError('gone'))],
  ])('looks by itself before %s, and asks less and less often to listen', async (_name, fault) => {
    for (let times = 0; times < 200; times += 1) server.once('/api/sync/events', fault)
    leave = startLive(look)
    await pass(10 * 60_000)
    expect(passes.count).toBeGreaterThanOrEqual(19)
    expect(opened()).toBeLessThanOrEqual(10)
  })

  it('does not hammer a server whose streams are cut as soon as they have begun', async () => {
    for (let times = 0; times < 200; times += 1) offerStream()
    leave = startLive(look)
    for (let second = 0; second < 600; second += 1) {
      for (const sink of sinks.splice(0)) {
        sink.enqueue(bytes(': open\n\n'))
        sink.close()
      }
      await pass(1_000)
    }
    expect(opened()).toBeGreaterThan(2)
    expect(opened()).toBeLessThanOrEqual(10)
  })

  it('comes back soon after a stream that had worked', async () => {
    offerStream()
    leave = startLive(look)
    await pass(0)
    for (let beat = 0; beat < 6; beat += 1) {
      sinks[0]?.enqueue(bytes(':\n\n'))
      await pass(20_000)
    }
    offerStream()
    sinks[0]?.close()
    await pass(3_500)
    expect(opened()).toBe(2)
  })

  it('neither listens nor looks while hidden, offline or signed out', async () => {
    offerStream()
    leave = startLive(look)
    await pass(0)
    sinks[0]?.enqueue(bytes(': open\n\n'))
    await pass(SPREAD)
    show(false)
    await pass(10 * 60_000)
    expect([passes.count, opened()]).toEqual([1, 1])
    offerStream()
    show(true)
    await pass(0)
    expect(opened()).toBe(2)
    useSession().state = 'signed_out'
    await pass(10 * 60_000)
    expect([passes.count, opened()]).toEqual([1, 2])
  })

  it('listens in one tab for all of the phone', async () => {
    const waiting: (() => void)[] = []
    vi.stubGlobal('navigator', {
      onLine: true,
      locks: { request: (name: string, _options: unknown, work: () => void) => new Promise((resolve) => waiting.push(() => resolve((expect(name).toBe('fieldvisit-live'), work())))) },
    })
    offerStream()
    leave = startLive(look)
    await pass(60_000)
    expect(opened()).toBe(0)
    waiting[0]?.()
    await pass(0)
    expect(opened()).toBe(1)
    vi.unstubAllGlobals()
  })
})
