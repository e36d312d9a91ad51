// The connection to the gateway: asks with their answers, and events. A lost connection is opened again, and each ask
// under way is sent again with the same bytes, so that a service applies it once. docs/protocol.md has the frames;
// ../../DESIGN.md has what the gateway puts around them.
import type { Asks, Events, error } from 'loophole'
import { Cell } from '../base/cell'
import { decode, encode, type Value } from './msgpack'

export class AskError extends Error {
  constructor(
    readonly name: string,
    readonly code: error | 'aborted',
    what: string,
    readonly field = '',
    readonly hint = '',
  ) {
    super(what)
  }
  /** True if the same ask may succeed later: the service is away, or has too much to do. */
  get passes() {
    return this.code === 'timeout' || this.code === 'busy' || this.code === 'offline'
  }
}

interface Pending {
  name: string
  bytes: Uint8Array
  sent: number
  copies: number
  end: number
  /** The last refusal of a later copy. The caller gets it if the budget ends before another answer comes. */
  refusal?: { code: string; body: Value }
  done: (code: string, body: Value) => void
}

export type Link = 'opening' | 'open' | 'away' | 'refused'

/** True if the browser is on another machine than the engine: there the app comes over TLS, and may send fewer asks. */
export const isFar = location.protocol === 'https:'

const AGAIN_MS = 1000
const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder()
const pending = new Map<string, Pending>()
const listeners = new Map<string, Set<(body: never) => void>>()
let socket: WebSocket | undefined
let wait_ms = 100

export const link = new Cell<Link>('opening')

/** The service that was started again last; set with each start. */
export const restarted = new Cell({ service: '' })

const key = (bytes: Uint8Array) => String.fromCharCode(...bytes)

/** One message to the gateway: the service's name after its length, then the ask as it is. */
export function wrap(service: string, frame: Uint8Array): Uint8Array {
  const name = utf8.encode(service)
  const message = new Uint8Array(1 + name.length + frame.length)
  message[0] = name.length
  message.set(name, 1)
  message.set(frame, 1 + name.length)
  return message
}

/** Says which events the gateway sends: a message without a name, then a topic on each line. */
function subscribe() {
  if (socket?.readyState === WebSocket.OPEN && listeners.size)
    socket.send(utf8.encode(`\0${[...listeners.keys()].join('\n')}`))
}

/** The parts of an event, each after its length. */
function partsOf(message: Uint8Array): Uint8Array[] {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  const parts: Uint8Array[] = []
  for (let at = 0; at + 4 <= message.length; ) {
    const length = view.getUint32(at, true)
    parts.push(message.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return parts
}

function send(one: Pending) {
  if (socket?.readyState !== WebSocket.OPEN) return
  one.sent = performance.now()
  one.copies++
  socket.send(one.bytes)
}

function takeAnswer(part: Uint8Array) {
  const [, request, code, body] = decode(part) as [number, Uint8Array, string, Value]
  const id = key(request)
  const one = pending.get(id)
  if (!one) return
  // An earlier copy may have been applied: only an answer to the same id can tell.
  if (one.copies > 1 && (code === 'offline' || code === 'busy')) {
    one.refusal = { code, body }
    return
  }
  pending.delete(id)
  one.done(code, body)
}

function takeEvent(parts: Uint8Array[]) {
  const topic = fromUtf8.decode(parts[0])
  const [, , , body] = decode(parts[1]!) as [number, Value, Value, Value]
  listeners.get(topic)?.forEach(call => call(body as never))
}

const ANSWER = 0,
  EVENT = 1

/** A message of the gateway: its kind, the service's name after its length, the rest. Of the third kind: the service
 * was started again, so what it has not answered is sent to it again. */
function take(data: ArrayBuffer) {
  const message = new Uint8Array(data)
  const service = fromUtf8.decode(message.subarray(2, 2 + message[1]!))
  const rest = message.subarray(2 + message[1]!)
  if (message[0] === ANSWER) takeAnswer(rest)
  else if (message[0] === EVENT) takeEvent(partsOf(rest))
  else {
    for (const one of pending.values()) if (one.name.startsWith(`${service}.`)) send(one)
    restarted.set({ service })
  }
}

/** True if the engine knows this browser's session no more: a socket does not say why it was closed. */
const isRefused = () =>
  fetch('/index.html', { method: 'HEAD', cache: 'no-store' }).then(
    got => got.status === 403,
    () => false,
  )

function open() {
  socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`)
  socket.binaryType = 'arraybuffer'
  socket.onmessage = message => take(message.data as ArrayBuffer)
  socket.onopen = () => {
    wait_ms = 100
    subscribe()
    pending.forEach(send)
    link.set('open')
  }
  socket.onclose = () => {
    if (link.value !== 'refused') link.set('away')
    isRefused().then(refused => {
      if (link.value !== 'open') link.set(refused ? 'refused' : 'away')
    })
    setTimeout(open, wait_ms)
    wait_ms = Math.min(2000, wait_ms * 2)
  }
}

function sendAgain() {
  const now = performance.now()
  for (const [id, one] of pending) {
    if (now > one.end) {
      pending.delete(id)
      if (one.refusal) one.done(one.refusal.code, one.refusal.body)
      else one.done('timeout', { what: `${one.name}: no answer` })
    } else if (now - one.sent > AGAIN_MS) send(one)
  }
}

export function connect() {
  open()
  setInterval(sendAgain, 250)
}

export const newRequest = () => crypto.getRandomValues(new Uint8Array(16))

/** Sends one ask and waits for its answer, at most the budget. Throws an AskError. */
export function ask<K extends keyof Asks>(
  name: K,
  body: Asks[K]['ask'],
  budget_ms = 10000,
  request = newRequest(),
): Promise<Asks[K]['answer']> {
  const bytes = wrap(name.split('.')[0]!, encode([1, name, request, budget_ms, body]))
  return new Promise((resolve, reject) => {
    const done = (code: string, answer: Value) => {
      if (code === 'ok') return resolve(answer as unknown as Asks[K]['answer'])
      const said = answer as { what?: string; field?: string; hint?: string }
      reject(new AskError(name, code as error, said.what ?? code, said.field, said.hint))
    }
    const one = { name, bytes, sent: 0, copies: 0, end: performance.now() + budget_ms, done }
    pending.set(key(request), one)
    send(one)
  })
}

/** Asks until there is an answer: again while the service is away or busy. Throws the other errors, and `aborted`. */
export async function read<K extends keyof Asks>(
  name: K,
  body: Asks[K]['ask'],
  signal?: AbortSignal,
): Promise<Asks[K]['answer']> {
  for (let wait = 100; ; wait = Math.min(2000, wait * 2)) {
    if (signal?.aborted) throw new AskError(name, 'aborted', 'not wanted any more')
    try {
      const answer = await ask(name, body)
      if (signal?.aborted) continue
      return answer
    } catch (error) {
      if (!(error instanceof AskError && error.passes)) throw error
    }
    await new Promise(resolve => setTimeout(resolve, wait))
  }
}

/** Calls back on each such event; returns what ends that. Events are hints: they may be lost. */
export function listen<K extends keyof Events>(topic: K, call: (body: Events[K]) => void): () => void {
  const set = listeners.get(topic) ?? new Set()
  if (!listeners.has(topic)) {
    listeners.set(topic, set)
    subscribe()
  }
  set.add(call as (body: never) => void)
  return () => set.delete(call as (body: never) => void)
}
