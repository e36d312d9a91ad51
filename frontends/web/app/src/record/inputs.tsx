// The levels of what is recorded, and whether the inputs are heard.
import { useCell } from '../base/cell'
import { usePolled } from '../connection/polled'
import { dbText, num } from '../base/format'
import { levels } from '../connection/levels'
import { Level } from '../mix/level'
import { complain } from '../base/state'
import { ask } from '../connection/wire'
import { wish } from './wish'

const MARKS = [0, -12, -24, -36, -48]

function Monitor() {
  const [now, again] = usePolled(() => ask('audio.monitoring', {}, 2000), 2000)
  const latency = now && num(now.rate) ? `${((1000 * num(now.latency)) / num(now.rate)).toFixed(1)} ms` : ''
  return (
    <label class="check" title={latency && `From the input to the output: ${latency}`}>
      <input
        type="checkbox"
        disabled={!now}
        checked={now?.on ?? false}
        onChange={event => {
          ask('audio.set_monitoring', { on: event.currentTarget.checked }).catch(complain).then(again)
        }}
      />{' '}
      Hear the inputs
    </label>
  )
}

export function Inputs() {
  const source = useCell(wish, of => of.source)
  const highest = useCell(levels, of =>
    dbText(Math.max(of.get(source)?.peak_left ?? 0, of.get(source)?.peak_right ?? 0)),
  )
  return (
    <div class="inputlevels" role="group" aria-label="Levels">
      <div class="throw">
        <span class="marks" aria-hidden="true">
          {MARKS.map(db => (
            <small key={db} style={{ bottom: `${100 + (db * 100) / 60}%` }}>
              {db}
            </small>
          ))}
        </span>
        <Level bus={source} side="left" label="Left of what is recorded" />
        <Level bus={source} side="right" label="Right of what is recorded" />
      </div>
      <output>{highest} dB</output>
      <Monitor />
    </div>
  )
}
