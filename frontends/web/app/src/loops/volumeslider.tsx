// The volume of a loop or a region: the slider shows what is pulled, and the engine gets it when it is let go, as one
// step of undo.
import { useEffect, useState } from 'preact/hooks'
import { gainAt, placeOfGain } from '../mix/fader'
import { dbText } from '../base/format'

/** `value`: linear; undefined: there is nothing to set. */
export function VolumeSlider({
  value,
  name,
  locked = false,
  put,
}: {
  value: number | undefined
  name: string
  locked?: boolean
  put: (volume: number) => void
}) {
  const [pulled, setPulled] = useState<number>()
  useEffect(() => setPulled(undefined), [value])
  const volume = pulled ?? value ?? 0.5
  return (
    <label class="volume">
      <span class="unseen">Volume of {name}</span>
      <input
        type="range"
        min="0"
        max="1"
        step="0.0025"
        disabled={value === undefined || locked}
        value={placeOfGain(volume)}
        aria-valuetext={`${dbText(volume)} dB`}
        onInput={event => setPulled(gainAt(Number(event.currentTarget.value)))}
        onChange={event => put(gainAt(Number(event.currentTarget.value)))}
      />
      <output>{value === undefined ? '' : `${dbText(volume)} dB`}</output>
    </label>
  )
}
