// What was sent to the pads, and holds until it is read back.
import type { Given, pad } from 'loophole'
import { useState } from 'preact/hooks'
import { complain } from '../base/state'
import { num } from '../base/format'
import { ask } from '../connection/wire'
import { report } from '../sound/silent'
import type { Kit } from './padsread'

const LOADING_MS = 30000

interface Sent {
  of: Given<pad>
  answered: number
}

/** The pads, and what changes them. A change counts until pads arrive that were asked for after its answer, so that the
 * next change of its pad begins with it. */
export function useSent(kit: Kit | undefined, again: () => void) {
  const [sent, setSent] = useState(new Map<number, Sent>())
  const of = (number: number) => {
    const one = sent.get(number)
    return one && !(kit && kit.asked > one.answered) ? (one.of as pad) : kit?.pads.get(number)
  }
  const note = (number: number, to: Sent | undefined, from?: Given<pad>) =>
    setSent(now => {
      if (from && now.get(number)?.of !== from) return now // a newer change has come
      const next = new Map(now)
      if (to) next.set(number, to)
      else next.delete(number)
      return next
    })
  const put = async (each: (Given<pad> & { pad: number })[]) => {
    for (const one of each) note(one.pad, { of: one, answered: Infinity })
    const now = await ask('audio.set_pads', { each }, LOADING_MS).catch(complain)
    const answered = performance.now()
    for (const one of each) {
      const got = now?.each?.find(other => num(other.pad) === one.pad)
      note(one.pad, got && { of: got, answered }, one)
    }
    again()
    if (now) report('', 'pad', now.silent)
  }
  return { of, put, waits: (number: number) => sent.get(number)?.answered === Infinity }
}
