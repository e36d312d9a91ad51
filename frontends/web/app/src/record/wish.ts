// What a person wants to record, and the ask that it becomes.
import type { Asks, take_source } from 'loophole'
import { Cell } from '../base/cell'
import { channel_words } from '../base/words'

export const SOURCES = ['inputs', ...channel_words] as const satisfies readonly take_source[]
export const BEGINS = ['now', 'next', 'count', 'bar'] as const
export const LENGTHS = ['open', 'bars', 'seconds'] as const

export interface Wish {
  source: take_source
  /** JACK ports that are connected for the take; none: what the inputs are connected to. */
  ports: string[]
  begin: (typeof BEGINS)[number]
  /** Counted from 1, as people do. */
  bar: number
  countIn: number
  length: (typeof LENGTHS)[number]
  bars: number
  seconds: number
  loop: boolean
  name: string
}

/** It stays while the page does. */
export const wish = new Cell<Wish>({
  source: 'inputs',
  ports: [],
  begin: 'now',
  bar: 1,
  countIn: 1,
  length: 'open',
  bars: 4,
  seconds: 10,
  loop: false,
  name: '',
})
export const want = (part: Partial<Wish>) => wish.set({ ...wish.value, ...part })

export function requestOf(of: Wish): Asks['streamer.record']['ask'] {
  return {
    name: of.name.trim(),
    inputs: of.source === 'inputs' ? of.ports : [],
    source: of.source === 'inputs' ? undefined : of.source,
    at_next: of.begin === 'next',
    at_bar: of.begin === 'bar' ? of.bar - 1 : undefined,
    count_in: of.begin === 'count' ? of.countIn : undefined,
    bars: of.length === 'bars' ? of.bars : undefined,
    seconds: of.length === 'seconds' ? of.seconds : undefined,
    loop: (of.loop && of.length !== 'open') || undefined,
  }
}
