// The waveform of a clip's item with its regions, and the selected part of it.
import type { item, region as clip_region } from 'loophole'
import { useState } from 'preact/hooks'
import { useCell } from '../base/cell'
import { idText, num } from '../base/format'
import { Choice } from '../base/labelled'
import { TypedField } from '../base/typedfield'
import { hearBetween, hearFrom, region as selection } from '../sound/hear'
import { WaveCanvas } from '../sound/wavecanvas'
import * as asks from './regions'

export function Wave({ of, each }: { of: item; each: clip_region[] }) {
  const frames = num(of.media.frames) || 1
  return (
    <div class="regionwave">
      <WaveCanvas
        plain
        of={of}
        onPart={part => hearFrom(of, part)}
        onBetween={(from, end) => hearBetween(of, from, end)}
        label="Drag: select a part. Click: play from here"
      />
      {each.map(one => (
        <span
          key={num(one.digit)}
          class={`mark ${one.locked ? 'locked' : ''}`}
          aria-hidden="true"
          style={{
            left: `${(100 * num(one.start)) / frames}%`,
            width: `${(100 * (num(one.end) - num(one.start))) / frames}%`,
          }}
        >
          {num(one.digit)}
        </span>
      ))}
    </div>
  )
}

interface EndProps {
  name: string
  frame: number | undefined
  rate: number
  put: (frame: number) => void
}

const End = ({ name, frame, rate, put }: EndProps) => (
  <TypedField
    type="number"
    min="0"
    step="0.001"
    size={8}
    aria-label={`Selection ${name}, seconds`}
    value={frame === undefined ? '' : (frame / rate).toFixed(3)}
    put={typed => put(Math.round(Number(typed) * rate))}
  />
)

/** The selected part in seconds; what is typed changes it. */
export function Selected({ of }: { of: item }) {
  const id = idText(of.media.id)
  const rate = num(of.media.sample_rate) || 1
  const frames = num(of.media.frames)
  const part = useCell(selection, one => (one?.id === id ? one : undefined))
  const [digit, setDigit] = useState<number>()
  const put = (from: number, end: number) => {
    if (from >= 0 && end > from && end <= frames) selection.set({ id, from, end })
  }
  const save = () => {
    if (!part) return
    if (digit === undefined) asks.saveOnFreeKey(part.from, part.end)
    else asks.saveRegion(digit, part.from, part.end)
  }
  return (
    <p class="buttons">
      <label>
        From <End name="from" frame={part?.from} rate={rate} put={from => put(from, part?.end ?? frames)} /> s
      </label>
      <label>
        to <End name="to" frame={part?.end} rate={rate} put={end => put(part?.from ?? 0, end)} /> s
      </label>
      <Choice
        label="on key"
        value={digit}
        of={[undefined, ...asks.DIGITS]}
        text={one => String(one ?? 'the first free')}
        put={setDigit}
      />
      <button disabled={!part} title="Space" onClick={save}>
        Save the region
      </button>
    </p>
  )
}
