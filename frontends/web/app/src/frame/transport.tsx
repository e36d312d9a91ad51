// The transport, in each mode: start, position, tempo, metronome; the level of the master, and whether the engine is
// well.
import type { meters, transport_state } from 'loophole'
import { useEffect, useRef } from 'preact/hooks'
import { Cell } from '../base/cell'
import { usePolled } from '../connection/polled'
import { counted, meterDb, METER_LEAST_DB, meterPart, num } from '../base/format'
import { Icon } from '../base/icons'
import { useLevels } from '../connection/levels'
import { complain } from '../base/state'
import { TypedField } from '../base/typedfield'
import { ask } from '../connection/wire'

const doing = (promise: Promise<unknown>) => promise.catch(complain)

/** The transport now. Only the header asks for it, in each mode: twice a second, and after each event. */
export const transport = new Cell<transport_state | undefined>(undefined)

/** The state of the audio core with its transport; whether the last look failed. */
function useCore(): [meters | undefined, () => void, boolean] {
  const [core, again, failed] = usePolled(() => ask('audio.meters', {}, 2000), 500, [], ['audio.changed', 'audio.xrun'])
  useEffect(() => transport.set(core?.transport), [core])
  return [core, again, failed]
}

/** The tempo that was set, which the core takes in its next period, unless another program leads. */
const tempoOf = (now: transport_state) =>
  now.sync === 'none' || now.sync === 'lead' ? (now.set_bpm ?? now.bpm) : now.bpm
const positionOf = (now: transport_state) =>
  `${num(now.bar) + 1}.${Math.floor(num(now.step) / 4) + 1}.${(num(now.step) % 4) + 1}`

export function Transport() {
  const [core, again, failed] = useCore()
  const now = core?.transport
  const run = (promise: Promise<unknown>) => doing(promise).then(again)
  return (
    <div class="transport" role="group" aria-label="Transport">
      <button
        disabled={!now}
        aria-label="To bar 1"
        title="To bar 1"
        onClick={() => run(ask('audio.locate', { bar: 0 }))}
      >
        <Icon name="begin" />
      </button>
      <button
        class="start"
        disabled={!now}
        aria-pressed={now?.running ?? false}
        aria-label={now?.running ? 'Stop' : 'Start'}
        title={now?.running ? 'Stop' : 'Start'}
        onClick={() => run(ask('audio.toggle', { count_in: 0 }))}
      >
        <Icon name={now?.running ? 'stop' : 'play'} />
      </button>
      <output aria-label="Position">{now ? positionOf(now) : '–'}</output>
      <TypedField
        type="number"
        aria-label="Tempo"
        title="Tempo, in beats a minute"
        min="20"
        max="400"
        step="0.1"
        value={now ? tempoOf(now).toFixed(1) : ''}
        disabled={!now}
        put={typed => run(ask('audio.set_tempo', { bpm: Number(typed) }))}
      />
      <button disabled={!now} onClick={() => run(ask('audio.tap', {}))}>
        Tap
      </button>
      <button
        disabled={!now}
        aria-label="Metronome"
        title="Metronome"
        aria-pressed={now?.metronome ?? false}
        onClick={() => run(ask('audio.set_metronome', { on: !now?.metronome }))}
      >
        <Icon name="metronome" />
      </button>
      <Master />
      <Light core={failed ? undefined : core} />
    </div>
  )
}

/** The level of the master, which moves by transforms alone. */
function Master() {
  const box = useRef<HTMLSpanElement>(null)
  useLevels(all => {
    const of = all.get('master'),
      sides = [of?.peak_left ?? 0, of?.peak_right ?? 0]
    box.current!.setAttribute('aria-valuenow', String(meterDb(Math.max(...sides))))
    box.current!.querySelectorAll<HTMLElement>('.bar').forEach((bar, i) => {
      bar.style.transform = `scaleX(${meterPart(sides[i]!)})`
      bar.classList.toggle('over', sides[i]! >= 1)
    })
  }, [])
  return (
    <span
      ref={box}
      class="master"
      role="meter"
      aria-label="Level of the master"
      aria-valuemin={METER_LEAST_DB}
      aria-valuemax={0}
      aria-valuenow={METER_LEAST_DB}
    >
      {[0, 1].map(i => (
        <span key={i} class="track">
          <span class="bar" />
        </span>
      ))}
    </span>
  )
}

function lightOf(now: meters | undefined): [string, string, string] {
  if (!now) return ['away', 'no sound', 'The audio core does not run, or JACK is not there']
  const load = `${Math.round(now.load * 100)} %`
  const said = `The audio core needs ${load} of its time; ${counted(num(now.xruns), 'xrun')} since the engine came up`
  return [num(now.xruns) ? 'watch' : 'well', load, said]
}

/** Whether the sound is well: the load of the audio core and its xruns. */
function Light({ core }: { core: meters | undefined }) {
  const [state, text, said] = lightOf(core)
  return (
    <span class={`light ${state}`} title={said}>
      <span class="unseen">Engine: </span>
      {text}
    </span>
  )
}
