// The layers of a pad: which of them sounds at which velocity, how loud and how high. Layers of one range take turns.
import type { Given, pad, pad_layer } from 'loophole'
import { clean, num } from '../base/format'
import { TableHead } from '../base/tablehead'
import { TypedField } from '../base/typedfield'
import { dB, PITCH, rounded, semitones, within } from '../base/valuefields'

const VELOCITY = { least: 0, most: 127, by: 1 }
const GAIN = { least: -60, most: 12, by: 0.5 }

interface NumberProps {
  label: string
  range: { least: number; most: number; by: number }
  value: number
  put: (to: number) => void
}

const NumberField = ({ label, range, value, put }: NumberProps) => (
  <TypedField
    bound
    type="number"
    min={range.least}
    max={range.most}
    step={range.by}
    value={rounded(value)}
    aria-label={label}
    put={typed => put(within(Number(typed) || 0, range))}
  />
)

interface LayerProps {
  of: pad_layer
  number: number
  name: string
  change: (part: Given<pad_layer>) => void
  remove: () => void
}

const Layer = ({ of, number, name, change, remove }: LayerProps) => (
  <tr data-layer={number}>
    <td>{clean(name)}</td>
    <td>
      <NumberField
        label={`Lowest velocity of layer ${number}`}
        range={VELOCITY}
        value={Math.round((of.low ?? 0) * 127)}
        put={to => change({ low: to / 127 })}
      />
    </td>
    <td>
      <NumberField
        label={`Velocity above of layer ${number}`}
        range={VELOCITY}
        value={Math.round((of.high ?? 1) * 127)}
        put={to => change({ high: to >= 127 ? undefined : to / 127 })}
      />
    </td>
    <td>
      <NumberField
        label={`Gain of layer ${number}`}
        range={GAIN}
        value={dB.shown(of.gain ?? 1)}
        put={to => change({ gain: dB.meant(to) })}
      />
    </td>
    <td>
      <NumberField
        label={`Pitch of layer ${number}, semitones`}
        range={PITCH}
        value={semitones.shown(of.ratio ?? 1)}
        put={to => change({ ratio: semitones.meant(to) })}
      />
    </td>
    <td>
      <button onClick={remove} aria-label={`Remove layer ${number}`}>
        Remove
      </button>
    </td>
  </tr>
)

interface LayersProps {
  of: pad
  names: Map<number, string>
  put: (to: Given<pad_layer>[]) => void
}

export function Layers({ of, names, put }: LayersProps) {
  const all = of.layers ?? []
  return (
    <table class="plain">
      <TableHead of={['Layer', 'From velocity', 'Below', 'Gain, dB', 'Pitch']} />
      <tbody>
        {all.map((one, at) => (
          <Layer
            key={at}
            of={one}
            number={at + 1}
            name={names.get(num(one.sound ?? -1)) ?? ''}
            change={part => put(all.map((old, i) => (i === at ? { ...old, ...part } : old)))}
            remove={() => put(all.filter((_, i) => i !== at))}
          />
        ))}
      </tbody>
    </table>
  )
}
