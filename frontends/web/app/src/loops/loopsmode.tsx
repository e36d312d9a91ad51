// The mode Loops: the loops of F1 to F12, and the regions of a clip.
import { Loops } from './looppanel'
import { Regions } from './regionpanel'
import { useSoundKeys } from './soundkeys'

const POLL_MS = 500

export function LoopsMode() {
  const away = useSoundKeys(POLL_MS)
  return (
    <main class="instrument loopsmode" tabIndex={-1}>
      <h1 class="unseen">Loops</h1>
      <Loops away={away} />
      <Regions />
    </main>
  )
}
