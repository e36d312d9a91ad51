// The strip of a channel: its fader, its meters, what it sends.
import type { channel, mixer_strip } from 'loophole'
import type { ComponentChildren } from 'preact'
import { dbText } from '../base/format'
import { gainAt, placeOfGain } from './fader'
import { Highest } from './highest'
import { Knob } from './knob'
import { Level } from './level'
import { useMoved } from './usemoved'

const CAN_SEND: channel[] = ['streams', 'sounds', 'pads']
const HAS_PORTS: channel[] = ['streams', 'sounds', 'pads', 'sequencer', 'metronome']
const MARKS = [6, 0, -6, -12, -24, -48]

/** A part of the strip: its values as they are moved. */
interface PartProps {
  now: mixer_strip
  known: boolean
  put: (part: Partial<mixer_strip>) => void
}

/** The fader between its marks and the meters. */
function Throw({ now, known, put }: PartProps) {
  const gain = now.gain ?? 1
  return (
    <div class="throw">
      <input
        type="range"
        class="fader"
        aria-label="Gain"
        aria-valuetext={`${dbText(gain)} dB`}
        title="Double click: 0 dB"
        disabled={!known}
        min="0"
        max="1"
        step="0.0025"
        value={placeOfGain(gain)}
        onInput={event => put({ gain: gainAt(Number(event.currentTarget.value)) })}
        onDblClick={() => put({ gain: 1 })}
      />
      <span class="marks" aria-hidden="true">
        {MARKS.map(db => (
          <small key={db} style={{ bottom: `${placeOfGain(10 ** (db / 20)) * 100}%` }}>
            {db}
          </small>
        ))}
      </span>
      <Level bus={now.bus} side="left" label={`${now.bus} left`} part={placeOfGain} />
      <Level bus={now.bus} side="right" label={`${now.bus} right`} part={placeOfGain} />
    </div>
  )
}

interface Toggle {
  what: 'mute' | 'solo' | 'pfl' | 'apart'
  name: string
  shown: string
  title?: string
}
const TOGGLES: Toggle[] = [
  { what: 'mute', name: 'Mute', shown: 'M' },
  { what: 'solo', name: 'Solo', shown: 'S' },
]
const PORT_TOGGLES: Toggle[] = [
  { what: 'pfl', name: 'Cue', shown: 'Cue', title: 'Listen before the fader' },
  { what: 'apart', name: 'Direct out', shown: 'Out', title: 'Only at its own ports, not at main' },
]

const Toggles = ({ now, known, put }: PartProps) => (
  <span class="buttons">
    {[...TOGGLES, ...(HAS_PORTS.includes(now.bus as channel) ? PORT_TOGGLES : [])].map(
      ({ what, name, shown, title = name }) => (
        <button
          key={what}
          disabled={!known}
          data-says={what}
          aria-label={name}
          aria-pressed={now[what] ?? false}
          title={title}
          onClick={() => put({ [what]: !now[what] })}
        >
          {shown}
        </button>
      ),
    )}
  </span>
)

const Sends = ({ now, known, put }: PartProps) => (
  <span class="sends">
    {(['reverb', 'delay'] as const).map(to => (
      <Knob
        key={to}
        label={to === 'reverb' ? 'Reverb' : 'Delay'}
        value={now[`${to}_send`] ?? 0}
        least={0}
        most={1}
        by={0.01}
        usual={0}
        known={known}
        put={level => put({ [`${to}_send`]: level })}
      />
    ))}
  </span>
)

interface StripProps {
  strip: mixer_strip
  known: boolean
  again: () => void
  /** Its insert. */
  children: ComponentChildren
}

/** A strip; before its values are known it has its place already. */
export function Strip({ strip, known, again, children }: StripProps) {
  const { now, put, held } = useMoved(strip, again)
  const part = { now, known, put }
  return (
    <div
      class="strip"
      role="group"
      aria-label={strip.bus}
      onPointerDown={event => {
        held.current = (event.target as HTMLElement).closest('.knob, input[type=range]') !== null
      }}
    >
      <strong>{strip.bus}</strong>
      <Knob
        label="Pan"
        value={now.pan ?? 0}
        least={-1}
        most={1}
        by={0.01}
        usual={0}
        known={known}
        put={pan => put({ pan })}
      />
      <Throw {...part} />
      <span class="values">
        <output>{known ? `${dbText(now.gain ?? 1)} dB` : '–'}</output>
        <Highest bus={strip.bus} />
      </span>
      <Toggles {...part} />
      {children}
      {CAN_SEND.includes(strip.bus as channel) && <Sends {...part} />}
    </div>
  )
}
