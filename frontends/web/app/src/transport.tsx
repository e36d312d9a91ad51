// The transport: start, position, tempo.
import type { transport_state } from 'loophole'
import { useEffect } from 'preact/hooks'
import { usePolled } from './cell'
import { num } from './format'
import { complain } from './state'
import { TypedField } from './typedfield'
import { ask, listen } from './wire'

const doing = (promise: Promise<unknown>) => promise.catch(complain)

/** The transport now: asked twice a second, and after each event. */
export function useTransport(): [transport_state | undefined, () => void] {
  const [now, again] = usePolled(() => ask('audio.transport', {}, 2000), 500)
  useEffect(() => listen('audio.changed', again), [])
  return [now, again]
}

/** The tempo that was set, which the core takes in its next period, unless another program leads. */
const tempoOf = (now: transport_state) => now.sync === 'none' || now.sync === 'lead' ? now.set_bpm ?? now.bpm : now.bpm

export function Transport() {
  const [now, again] = useTransport()
  const run = (promise: Promise<unknown>) => doing(promise).then(again)
  return (
    <div class="transport" role="group" aria-label="Transport">
      <button aria-pressed={now?.running ?? false} disabled={!now} onClick={() => run(ask('audio.toggle', { count_in: 0 }))}>{now?.running ? '■ Stop' : '▶ Start'}</button>
      <button disabled={!now} onClick={() => run(ask('audio.locate', { bar: 0 }))}>To bar 1</button>
      <output aria-label="Position">{now ? `${num(now.bar) + 1}.${Math.floor(num(now.step) / 4) + 1}.${(num(now.step) % 4) + 1}` : '–'}</output>
      <label>Tempo <TypedField type="number" min="20" max="400" step="0.1" value={now ? tempoOf(now).toFixed(1) : ''} disabled={!now}
        put={typed => run(ask('audio.set_tempo', { bpm: Number(typed) }))} /></label>
      <button disabled={!now} onClick={() => run(ask('audio.tap', {}))}>Tap</button>
      <label><input type="checkbox" checked={now?.metronome ?? false} disabled={!now}
        onChange={event => run(ask('audio.set_metronome', { on: event.currentTarget.checked }))} /> Metronome</label>
    </div>
  )
}
