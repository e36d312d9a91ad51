// What the keys of the modes that play need: the loops by whose state they act, and the end of a held Backspace.
import { usePolled } from '../connection/polled'
import { useDeleting } from './deleting'
import { lookAtLoops } from './loops'

const POLL_MS = 2000

/** True: the engine does not answer. */
export function useSoundKeys(every_ms = POLL_MS): boolean {
  useDeleting()
  const [, , away] = usePolled(lookAtLoops, every_ms, [], ['project.changed'])
  return away
}
