// A strip while a person moves it.
import type { mixer_strip } from 'loophole'
import { useEffect, useRef, useState } from 'preact/hooks'
import { complain } from '../base/state'
import { ask } from '../connection/wire'

/** The strip as it is moved, and what moves it: one ask is under way at a time, with the newest values. */
export function useMoved(strip: mixer_strip, again: () => void) {
  const [moved, setMoved] = useState<Partial<mixer_strip>>({})
  const next = useRef<Partial<mixer_strip>>()
  const busy = useRef(false)
  const held = useRef(false)
  useEffect(() => {
    if (!busy.current && !held.current) setMoved({})
  }, [strip])
  useEffect(() => {
    const leave = () => {
      held.current = false
    }
    addEventListener('pointerup', leave)
    addEventListener('pointercancel', leave)
    return () => {
      removeEventListener('pointerup', leave)
      removeEventListener('pointercancel', leave)
    }
  }, [])
  const send = () => {
    const part = next.current
    next.current = undefined
    busy.current = part !== undefined
    if (part)
      ask('audio.set_strip', { strip: { bus: strip.bus, ...part } })
        .catch(error => {
          setMoved({})
          complain(error)
        })
        .then(send)
        .then(again)
  }
  const put = (part: Partial<mixer_strip>) => {
    setMoved(now => ({ ...now, ...part }))
    next.current = { ...next.current, ...part }
    if (!busy.current) send()
  }
  return { now: { ...strip, ...moved }, put, held }
}
