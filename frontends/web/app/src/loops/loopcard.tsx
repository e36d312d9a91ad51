// The card of one loop: what it holds, and what changes it.
import type { item, loop } from 'loophole'
import { clean, idText, lengthText, num } from '../base/format'
import { Icon } from '../base/icons'
import * as deeds from './loops'
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

export function Loop({ number, of, names }: { number: number; of: loop | undefined; names: Map<string, item> }) {
  const name = deeds.keyName(number)
  const state = of?.state ?? 'empty'
  const held = of !== undefined && num(of.duration) > 0
  const sounds = state === 'playing' || (state === 'waiting' && held)
  const capture =
    state === 'capturing'
      ? 'End the capture on'
      : state === 'waiting'
        ? 'Take back'
        : held
          ? 'Capture again on'
          : 'Capture on'
  const press = state === 'waiting' ? deeds.pressLoop : deeds.captureLoop
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
        {held && <span class="quiet">{lengthOf(of)}</span>}
      </p>
      <p class="of" title={[soundOf(of, names), clean(of?.placeholder ?? '')].filter(Boolean).join(': ')}>
        {of?.placeholder && <em>{clean(of.placeholder)}: </em>}
        {soundOf(of, names)}
      </p>
      <Turn of={of} name={name} />
      <p class="buttons">
        <button
          disabled={!held || state === 'capturing'}
          aria-label={`${sounds ? 'Stop' : 'Play'} ${name}`}
          title={sounds ? 'Stop' : 'Play'}
          onClick={() => deeds.pressLoop(number)}
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
        <button
          disabled={!held}
          aria-pressed={of?.locked ?? false}
          aria-label={`Lock ${name}`}
          title={`Lock (Ctrl+${name})`}
          onClick={() => deeds.lockLoop(number)}
        >
          <Icon name={of?.locked ? 'locked' : 'unlocked'} size={14} />
        </button>
        <button
          aria-label={`Undo on ${name}`}
          title="The loop before the last capture, deletion or undo"
          disabled={of?.locked}
          onClick={() => deeds.undoLoop(number)}
        >
          <Icon name="undo" size={14} />
        </button>
        <button
          disabled={!held || of.locked}
          aria-label={`Delete ${name}`}
          title={`Delete (Backspace and ${name})`}
          onClick={() => deeds.deleteLoop(number)}
        >
          <Icon name="delete" size={14} />
        </button>
      </p>
      <VolumeSlider
        value={held ? of.volume : undefined}
        name={name}
        put={volume => deeds.setLoopVolume(number, volume)}
      />
    </div>
  )
}
