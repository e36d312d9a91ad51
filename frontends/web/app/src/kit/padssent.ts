// What was sent to the pads, and holds until it is read back.
import type { Given, pad } from 'loophole'
import { useState } from 'preact/hooks'
import type { Kit } from './padsread'

interface Sent {
  of: Given<pad>
  answered: number
}

/** The pads, and what notes a change: it counts until pads arrive that were asked for after its answer, so that the
 * next change of its pad begins with it. */
export function useSent(kit: Kit | undefined) {
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
  return { of, note, waits: (number: number) => sent.get(number)?.answered === Infinity }
}
