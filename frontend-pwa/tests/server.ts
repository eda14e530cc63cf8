// The other side of the network: answers as the sync contract says, and fails on demand.

import { vi } from 'vitest'
import type { Op, Result, Row } from '@/kernel/types'

export interface Fault {
  path: string
  make: (answer: () => Promise<Response>, signal?: AbortSignal) => Promise<Response>
}

export class FakeServer {
  epoch = 'e1'
  now = '2026-11-24T01:00:00.000Z'
  safeBefore: string | null = null
  view = 'account_manager.1'
  applied = new Map<string, Op>()
  files = new Map<string, number>()
  bundles = new Map<string, { rev: number; rows: Record<string, Row[]> }>()
  faults: Fault[] = []
  calls: { path: string; body: unknown; headers: Record<string, string> }[] = []
  /** Every answer orders the phone to forget everything. */
  wipes = false
  judge: (op: Op) => Partial<Result> = () => ({ state: 'applied' })

  constructor(readonly user: string) {
    vi.stubGlobal('fetch', (path: string, init: RequestInit) => this.answer(path, init))
  }

  /** The next request to a path goes wrong in some way. */
  once(path: string, make: Fault['make']): void {
    this.faults.push({ path, make })
  }

  private async answer(path: string, init: RequestInit): Promise<Response> {
    const text = typeof init.body === 'string' ? (JSON.parse(init.body) as unknown) : init.body
    this.calls.push({ path, body: text, headers: init.headers as Record<string, string> })
    const fault = this.faults.findIndex((one) => path.startsWith(one.path))
    const plain = () => Promise.resolve(this.serve(path, text as Record<string, unknown>, init.headers as Record<string, string>))
    if (fault < 0) return plain()
    const [broken] = this.faults.splice(fault, 1)
    return broken ? broken.make(plain, init.signal ?? undefined) : plain()
  }

  private serve(path: string, body: Record<string, unknown>, headers: Record<string, string>): Response {
    if (path === '/api/sync/push') return json(this.push(body))
    if (path === '/api/sync/manifest') return this.manifest(headers)
    if (path === '/api/sync/known') return json({ known: (body.ids as string[]).filter((id) => this.applied.has(id)) })
    if (path === '/api/sync/sealed') return json(this.unseal(body as unknown as ArrayBuffer))
    if (path === '/api/sync/bundles') return json(this.read(body.keys as string[]))
    this.files.set(path.split('/').at(-1) ?? '', (this.files.get(path) ?? 0) + 1)
    return json({ state: 'stored' }, 201)
  }

  /** Files handed in sealed, as they came. */
  sealed: ArrayBuffer[] = []

  private unseal(bytes: ArrayBuffer): unknown {
    this.sealed.push(bytes)
    return { results: [] }
  }

  private push(body: Record<string, unknown>): unknown {
    const { epoch, last, ops } = body as { epoch: string | null; last: string | null; ops: Op[] }
    const resend = (epoch !== null && epoch !== this.epoch) || (last !== null && !this.applied.has(last))
    const results = resend
      ? []
      : ops.map((op) => {
          this.applied.set(op.id, op)
          return { id: op.id, receipt: `r1.1.${op.id}.AAAABBBBCCCC`, ...this.judge(op) }
        })
    const stop = resend ? { why: 'resend', after_ms: 0 } : null
    return { proto: 1, epoch: this.epoch, server_now: this.now, anchor: 'v1.1.d.m', session: 'ok', safe_before: this.safeBefore, results, stop, ...(this.wipes && { wipe: true }) }
  }

  private manifest(headers: Record<string, string>): Response {
    const items = [...this.bundles].map(([key, { rev }]) => [key, rev])
    const view = `${this.epoch}.${this.view}`
    const etag = JSON.stringify([view, items])
    if (headers['if-none-match'] === etag) return new Response(null, { status: 304 })
    return json({ proto: 1, view, user: this.user, count: items.length, items }, 200, { etag })
  }

  private read(keys: string[]): unknown {
    const bundles = keys.flatMap((key) => {
      const found = this.bundles.get(key)
      return found ? [{ key, ...found }] : []
    })
    const gone = keys.filter((key) => !this.bundles.has(key))
    return { proto: 1, view: `${this.epoch}.${this.view}`, user: this.user, bundles, gone }
  }
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  const type = status >= 400 ? 'application/problem+json' : 'application/json'
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': type, ...headers } })
}

export const lostAnswer: Fault['make'] = async (answer) => {
  await answer()
  throw new TypeError('the network is gone')
}

export const captivePortal: Fault['make'] = () =>
  Promise.resolve(new Response('<html>log in to the wifi</html>', { headers: { 'content-type': 'text/html' } }))

export const refusing =
  (status: number, code = 'refused', session?: string): Fault['make'] =>
  () =>
    Promise.resolve(json({ code, session }, status))
