// The card of one loop: what it holds, and what changes it.
import type { item, loop, loop_state } from 'loophole'
import { clean, idText, lengthText, num } from '../base/format'
import { Icon } from '../base/icons'
import * as asks from './loops'
import { Turn } from './turn'
import { VolumeSlider } from './volumeslider'

/** The name of the sound with its part, or why it cannot sound. */
function soundOf(of: loop | undefined, names: Map<string, item>): string {
  const context = of?.music_context
  if (!of || (of.state === 'capturing' && !context)) return ''
  if (!context) return num(of.duration) > 0 ? (/ hit /.test(of.actions) ? 'pads' : 'names no sound') : ''
  const id = idText(context.source_video_id)
  const name = clean(names.get(id)?.media.name ?? '') || id
  const [from, end] = [context.start_frame, context.end_frame].map(frame => lengthText(num(frame) / context.rate))
  return `${name}, ${from} to ${end}`
}

const lengthOf = (of: loop) =>
  `${num(of.duration).toFixed(2)} s${of.beats ? ` · ${+of.beats.toFixed(2)} beats at ${of.tempo?.toFixed(1)}` : ''}`

interface CardProps {
  number: number
  of: loop | undefined
}

const isHeld = (of: loop | undefined) => of !== undefined && num(of.duration) > 0

const CAPTURES: Partial<Record<loop_state, string>> = { capturing: 'End the capture on', waiting: 'Take back' }

/** Plays the loop or stops it, and captures. */
function Deck({ number, of }: CardProps) {
  const name = asks.keyName(number)
  const state = of?.state ?? 'empty'
  const held = isHeld(of)
  const sounds = state === 'playing' || (state === 'waiting' && held)
  const play = sounds ? 'Stop' : 'Play'
  const capture = CAPTURES[state] ?? (held ? 'Capture again on' : 'Capture on')
  const press = state === 'waiting' ? asks.pressLoop : asks.captureLoop
  return (
    <>
      <button
        disabled={!held || state === 'capturing'}
        aria-label={`${play} ${name}`}
        title={play}
        onClick={() => asks.pressLoop(number)}
      >
        <Icon name={sounds ? 'stop' : 'play'} size={14} />
      </button>
      <button
        class="record"
        aria-pressed={state === 'capturing'}
        aria-label={`${capture} ${name}`}
        title={`${capture} ${name}`}
        disabled={of?.locked}
        onClick={() => press(number)}
      >
        <Icon name="record" size={14} />
      </button>
    </>
  )
}

/** Locks the loop, takes its last change back, deletes it. */
function Keeping({ number, of }: CardProps) {
  const name = asks.keyName(number)
  const locked = of?.locked ?? false
  return (
    <>
      <button
        disabled={!isHeld(of)}
        aria-pressed={locked}
        aria-label={`Lock ${name}`}
        title={`Lock (Ctrl+${name})`}
        onClick={() => asks.lockLoop(number)}
      >
        <Icon name={locked ? 'locked' : 'unlocked'} size={14} />
      </button>
      <button
        aria-label={`Undo on ${name}`}
        title="The loop before the last capture, deletion or undo"
        disabled={locked}
        onClick={() => asks.undoLoop(number)}
      >
        <Icon name="undo" size={14} />
      </button>
      <button
        disabled={!isHeld(of) || locked}
        aria-label={`Delete ${name}`}
        title={`Delete (Backspace and ${name})`}
        onClick={() => asks.deleteLoop(number)}
      >
        <Icon name="delete" size={14} />
      </button>
    </>
  )
}

export function Loop({ number, of, names }: CardProps & { names: Map<string, item> }) {
  const name = asks.keyName(number)
  const state = of?.state ?? 'empty'
  const sound = soundOf(of, names)
  const placeholder = clean(of?.placeholder ?? '')
  return (
    <div
      class="loop"
      role="group"
      aria-label={`Loop ${name}`}
      data-state={state}
      data-placeholder={of?.placeholder || undefined}
    >
      <p class="is">
        <kbd>{name}</kbd> <strong>{state}</strong>
        {of && isHeld(of) && <span class="quiet">{lengthOf(of)}</span>}
      </p>
      <p class="of" title={[sound, placeholder].filter(Boolean).join(': ')}>
        {placeholder && <em>{placeholder}: </em>}
        {sound}
      </p>
      <Turn of={of} name={name} />
      <p class="buttons">
        <Deck number={number} of={of} />
        <Keeping number={number} of={of} />
      </p>
      <VolumeSlider
        value={of && isHeld(of) ? of.volume : undefined}
        name={name}
        put={volume => asks.setLoopVolume(number, volume)}
      />
    </div>
  )
}
