// F1 to F12: what a key does with its loop.
import { useEffect } from 'preact/hooks'
import { isDeleting } from './deleting'
import * as deeds from './loops'

const loopOf = (event: KeyboardEvent) => { const got = /^F(\d{1,2})$/.exec(event.key); return got && Number(got[1]) <= deeds.LOOP_KEYS ? Number(got[1]) - 1 : -1 }

/** F1 to F12 anywhere in the mode but in dialogues: also in fields, where they type nothing. */
function onKey(event: KeyboardEvent) {
  const number = loopOf(event)
  if (number < 0 || event.altKey || event.metaKey || document.querySelector('dialog[open]')) return
  event.preventDefault()
  event.stopPropagation()
  if (event.repeat) return
  if (event.ctrlKey) deeds.lockLoop(number)
  else if (isDeleting()) deeds.deleteLoop(number)
  else if (event.shiftKey) deeds.captureLoop(number)
  else deeds.pressLoop(number)
}

export function useLoopKeys() {
  useEffect(() => {
    addEventListener('keydown', onKey, true)
    return () => removeEventListener('keydown', onKey, true)
  }, [])
}
