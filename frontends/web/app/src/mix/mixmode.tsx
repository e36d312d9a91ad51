// The mode Mix: the strips of all channels, and the MIDI controls that move them.
import { useSoundKeys } from '../loops/soundkeys'
import { isFar } from '../connection/wire'
import { Learn } from './learn'
import { Mixer } from './mixer'

export function MixMode() {
  useSoundKeys()
  return (
    <main class={`instrument mix ${isFar ? 'alone' : ''}`} tabIndex={-1}>
      <h1 class="unseen">Mix</h1>
      <Mixer />
      {!isFar && <Learn />}
    </main>
  )
}
