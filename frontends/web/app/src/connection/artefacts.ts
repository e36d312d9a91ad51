// Artefacts of the items that are on the screen, by their type: asked for together, kept while there is room.
import type { item } from 'loophole'
import { idText } from '../base/format'
import { AskError, read } from './wire'

const KEPT = 4000
const QUEUED = 600
const TOGETHER = 24
const AT_ONCE = 3
const WAIT_MS = 30000

/** An item whose content changes has other artefacts. */
const keyOf = (of: item) => idText(of.media.id) + idText(of.media.content)

export class Artefacts<T> {
  private kept = new Map<string, T | undefined>()
  private followers = new Set<() => void>()
  private queue: item[] = []
  private going = 0
  private soon = 0

  /** `missing` is called for an item that has no such artefact yet; true: ask once more. */
  constructor(
    private type: string,
    private decoded: (data: Uint8Array) => T,
    private missing?: (of: item) => Promise<boolean>,
  ) {}

  private keep(of: item, value: T | undefined) {
    this.kept.set(keyOf(of), value)
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value!)
    this.followers.forEach(call => call())
  }

  private one(of: item) {
    return read('search.get_artefact', { id: of.media.id, type: this.type }, AbortSignal.timeout(WAIT_MS)).catch(
      () => undefined,
    )
  }

  /** One item; asked again while the artefact is being made. */
  private async fetchOne(of: item) {
    let answer = await this.one(of)
    if (!answer && (await this.missing?.(of))) answer = await this.one(of)
    if (answer) this.keepDecoded(of, answer.artefact.data)
    else this.keep(of, undefined)
  }

  /** One that cannot be decoded is not asked for again. */
  private keepDecoded(of: item, data: Uint8Array) {
    let value: T | undefined
    try {
      value = this.decoded(data)
    } catch {
      value = undefined
    }
    this.keep(of, value)
  }

  /** An engine that is away refuses nothing: ask it again. */
  private giveUp(of: item, error: unknown) {
    if (error instanceof AskError && error.code === 'aborted') this.kept.delete(keyOf(of))
    else this.keep(of, undefined)
  }

  /** Some items. Those that did not fit into the answer are asked again; one that fits into none is asked alone. */
  private async fetchSome(of: item[]) {
    try {
      const answer = await read(
        'search.get_artefacts',
        { ids: of.map(one => one.media.id), type: this.type },
        AbortSignal.timeout(WAIT_MS),
      )
      const each = answer.each ?? []
      this.queue.push(...of.slice(each.length || 1))
      if (!each.length) await this.fetchOne(of[0]!)
      each.forEach((one, at) => {
        if (one.artefact) this.keepDecoded(of[at]!, one.artefact.data)
      })
      for (let at = 0; at < each.length; at++) if (!each[at]!.artefact) await this.fetchOne(of[at]!)
    } catch (error) {
      for (const one of of) this.giveUp(one, error)
    }
  }

  private work() {
    while (this.going < AT_ONCE && this.queue.length) {
      this.going++
      this.fetchSome(this.queue.splice(-TOGETHER)).finally(() => {
        this.going--
        this.work()
      })
    }
  }

  /** Undefined while it is not here, and for an item without one. */
  of(of: item): T | undefined {
    const key = keyOf(of)
    if (!this.kept.has(key) && of.media.analysis === 'done') {
      this.kept.set(key, undefined)
      this.queue.push(of)
      if (this.queue.length > QUEUED) this.kept.delete(keyOf(this.queue.shift()!))
      this.soon ||= window.setTimeout(() => {
        this.soon = 0
        this.work()
      })
    }
    return this.kept.get(key)
  }

  /** Calls back when one arrives. */
  follow(call: () => void): () => void {
    this.followers.add(call)
    return () => {
      this.followers.delete(call)
    }
  }
}
