// What was played on the pads becomes a clip or a pattern.
import { useState } from 'preact/hooks'
import { counted } from '../base/format'
import { Choice } from '../base/labelled'
import * as asks from './kits'

const BARS = [1, 2, 4, 8, 16]
const PATTERN_BARS = 4
const KINDS: Record<asks.Played['kind'], string> = {
  clip: 'a clip on track',
  audio: 'audio on track',
  pattern: 'a pattern in slot',
}

interface PartProps {
  of: asks.Played
  put: (part: Partial<asks.Played>) => void
}

/** Where it goes. */
const Place = ({ of, put }: PartProps) =>
  of.kind === 'pattern' ? (
    <input
      type="number"
      min="1"
      max="128"
      aria-label="Slot of the pattern"
      value={of.slot || '1'}
      onInput={event => put({ slot: event.currentTarget.value })}
    />
  ) : (
    <input
      type="text"
      size={10}
      aria-label="Track"
      value={of.track}
      maxLength={80}
      onInput={event => put({ track: event.currentTarget.value })}
    />
  )

const Strength = ({ of, put }: PartProps) => (
  <label>
    by{' '}
    <input
      type="range"
      min="0"
      max="1"
      step="0.05"
      aria-label="Strength"
      value={of.strength}
      onInput={event => put({ strength: Number(event.currentTarget.value) })}
    />{' '}
    <output>{Math.round(of.strength * 100)} %</output>
  </label>
)

export function Commit() {
  const [of, setOf] = useState<asks.Played>({ kind: 'clip', track: 'Pads', slot: '1', quantise: 0, strength: 1 })
  const put = (part: Partial<asks.Played>) => setOf(now => ({ ...now, ...part }))
  return (
    <p class="buttons commit" role="group" aria-label="Commit">
      <strong>Commit</strong> the last
      {BARS.map(bars => (
        <button
          key={bars}
          class="make"
          disabled={of.kind === 'pattern' && bars > PATTERN_BARS}
          aria-label={`Commit ${counted(bars, 'bar')}`}
          onClick={() => asks.commit(of, bars)}
        >
          {bars}
        </button>
      ))}{' '}
      bars
      <Choice
        label="as"
        value={of.kind}
        of={['clip', 'audio', 'pattern']}
        text={one => KINDS[one]}
        put={kind => put({ kind })}
      />
      <Place of={of} put={put} />
      <Choice
        label="quantise"
        value={of.quantise}
        of={[0, ...asks.GRIDS]}
        text={lines => (lines ? `1/${lines}` : 'as it was played')}
        put={quantise => put({ quantise })}
      />
      {of.quantise > 0 && <Strength of={of} put={put} />}
    </p>
  )
}
