// The keys of all modes in which the sound is played: Space starts and stops the transport, F1 to F12 are loops, the keypad regions.
import { useEffect } from 'preact/hooks'
import { usePolled } from '../polled'
import { pressesControl } from '../keyboard'
import { complain } from '../state'
import { ask } from '../wire'
import { isField, useDeleting } from './deleting'
import { useLoopKeys } from './loopkeys'
import { lookAtLoops } from './loops'

const POLL_MS = 2000

function onSpace(event: KeyboardEvent) {
  const of = event.target as HTMLElement
  if (event.key !== ' ' || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return
  if (isField(of) || (pressesControl(of) && !of.closest('.pad')) || document.querySelector('dialog[open]')) return
  event.preventDefault()
  if (!event.repeat) ask('audio.toggle', { count_in: 0 }).catch(complain)
}

/** Follows the loops too, as their keys act by what each holds. True: the engine does not answer. */
export function useSoundKeys(every_ms = POLL_MS): boolean {
  useDeleting()
  useLoopKeys()
  const [, , away] = usePolled(lookAtLoops, every_ms, [], ['project.changed'])
  useEffect(() => {
    addEventListener('keydown', onSpace)
    return () => removeEventListener('keydown', onSpace)
  }, [])
  return away
}
