// The only place that talks to the network.

import { NetworkError, ProblemError } from './problem'

const TIMEOUT_MS = 30_000

export interface Call {
  method?: string
  token?: string | null
  json?: unknown
  body?: ArrayBuffer
  headers?: Record<string, string>
}

async function send(path: string, call: Call): Promise<Response> {
  const headers: Record<string, string> = { ...call.headers }
  if (call.token) headers.authorization = `Bearer ${call.token}`
  if (call.json !== undefined) headers['content-type'] = 'application/json'
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), TIMEOUT_MS)
  try {
    const answer = await fetch(path, {
      method: call.method ?? (call.json === undefined ? 'GET' : 'POST'),
      headers,
      body: call.json === undefined ? (call.body ?? null) : JSON.stringify(call.json),
      signal: stop.signal,
      cache: 'no-store',
    })
    // The body belongs to the same time limit: a stalled one is no answer.
    const content = [204, 304].includes(answer.status) ? null : await answer.arrayBuffer()
    return new Response(content, { status: answer.status, headers: answer.headers })
  } catch {
    throw new NetworkError()
  } finally {
    clearTimeout(timer)
  }
}

async function refusal(answer: Response): Promise<ProblemError> {
  const type = answer.headers.get('content-type') ?? ''
  if (answer.status >= 500 && answer.status !== 503) return new NetworkError()
  if (!type.startsWith('application/problem+json')) {
    return answer.status === 413 ? new ProblemError(413, 'too_large') : new NetworkError()
  }
  const told = (await answer.json()) as { code: string; session?: string; params?: Record<string, unknown> }
  return new ProblemError(answer.status, told.code, told.session, told.params)
}

/** The answer as it came, or a ProblemError; 304 counts as an answer. */
export async function request(path: string, call: Call = {}): Promise<Response> {
  const answer = await send(path, call)
  if (!answer.ok && answer.status !== 304) throw await refusal(answer)
  return answer
}

/** The answer's JSON; anything that is not JSON (a captive portal's page) is no answer. */
export async function json<T>(path: string, call: Call = {}): Promise<T> {
  const answer = await request(path, call)
  if (!(answer.headers.get('content-type') ?? '').startsWith('application/json')) throw new NetworkError()
  try {
    return (await answer.json()) as T
  } catch {
    throw new NetworkError()
  }
}

/** A stream of events to read; null where the server has none to give, or what came is not one. */
export async function events(path: string, token: string, signal: AbortSignal): Promise<ReadableStreamDefaultReader<Uint8Array> | null> {
  const answer = await fetch(path, { headers: { authorization: `Bearer ${token}` }, signal, cache: 'no-store' })
  const isStream = answer.ok && (answer.headers.get('content-type') ?? '').startsWith('text/event-stream')
  return (isStream && answer.body?.getReader()) || null
}
